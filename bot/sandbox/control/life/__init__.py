"""How workspaces, installations, persons and channels come, change and go."""
