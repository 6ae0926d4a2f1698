"""What people are told unasked: that something broke, and who should know of it."""
