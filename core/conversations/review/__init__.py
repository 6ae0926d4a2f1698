"""Looking back at an answer: why it is as it is, and what people thought of it."""
