"""What is set for tools: for all agents of a company, and for single ones."""
