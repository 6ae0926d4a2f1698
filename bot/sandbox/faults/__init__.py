"""What can go wrong here on purpose, and the dice that decide when."""
