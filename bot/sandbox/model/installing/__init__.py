"""The app in a workspace or in a whole organization: what it may do there, and until when."""
