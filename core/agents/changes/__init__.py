"""What admins do to the roster: each change is a version, and can be taken back."""
