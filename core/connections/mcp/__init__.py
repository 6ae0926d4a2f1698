"""MCP servers that an admin has allowed: their tools, and the one way to call them."""
