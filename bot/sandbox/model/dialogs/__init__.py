"""Triggers, and the modals an app opens with them."""
