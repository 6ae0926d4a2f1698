"""What people do with an answer: rate it, ask why."""
