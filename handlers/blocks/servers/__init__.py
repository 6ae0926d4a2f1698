"""How MCP servers look in Slack."""
