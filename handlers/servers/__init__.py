"""MCP servers, as admins meet them: a command, and two forms."""
