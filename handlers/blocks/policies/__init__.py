"""How policies of tools look in Slack."""
