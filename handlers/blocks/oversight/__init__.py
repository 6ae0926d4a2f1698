"""What an admin is shown of the log, of isolation, and of what is kept."""
