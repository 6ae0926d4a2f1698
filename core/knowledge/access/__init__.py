"""Who may see which documents, at the moment of a question or of a press."""
