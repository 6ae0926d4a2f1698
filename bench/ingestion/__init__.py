"""How long files take to be found, what that costs, and what it does to others."""
