"""Words about the workspace itself."""
