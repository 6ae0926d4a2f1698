"""Shortcuts, modals and menus: what a person does with them."""
