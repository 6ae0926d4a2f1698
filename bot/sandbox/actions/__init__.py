"""What a person does: say, run a command, click, drop a file, press Stop."""
