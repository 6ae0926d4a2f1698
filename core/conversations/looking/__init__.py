"""What is looked at before an agent speaks: documents, and what it was asked to keep."""
