"""An answer that one person reads, shared by them where they asked from."""
