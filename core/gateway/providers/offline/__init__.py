"""The model without a network."""
