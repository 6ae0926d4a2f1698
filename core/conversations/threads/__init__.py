"""What an agent remembers of a thread: its last turns word for word, the older ones in short."""
