"""What a model was shown, for the admins who ask."""
