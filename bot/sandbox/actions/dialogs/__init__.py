"""What persons do at Home, in modals and with shortcuts."""
