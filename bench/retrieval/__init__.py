"""How well the product's search finds, and how fast."""
