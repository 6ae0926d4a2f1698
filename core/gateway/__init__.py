"""The only code that can reach a model."""
