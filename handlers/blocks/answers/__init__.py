"""How answers look, how they are shared, and how one is asked for about a message."""
