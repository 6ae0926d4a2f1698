"""Files between people and the app: what they dropped, and what it sends them."""
