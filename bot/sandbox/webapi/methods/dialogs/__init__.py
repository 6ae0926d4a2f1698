"""Modals, as the app opens and changes them."""
