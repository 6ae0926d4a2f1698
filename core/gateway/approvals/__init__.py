"""Somebody says yes or no to what an agent wants to do."""
