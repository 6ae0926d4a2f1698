"""The tools every agent may be given, as values."""
