"""`/aegis kb`, and the buttons in its answers."""
