"""Files that people put into Slack."""
