"""Streams held: how many answers of 20 tokens/s one process carries through the gateway at once."""
