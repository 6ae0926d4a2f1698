"""What was asked and the documents did not answer."""
