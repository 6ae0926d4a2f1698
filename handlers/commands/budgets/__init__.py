"""`/aegis budget` and its words."""
