"""Documents go over from one embedding model to another, and are found in both meanwhile."""
