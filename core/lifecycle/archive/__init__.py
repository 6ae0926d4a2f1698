"""One tenant in one signed file."""
