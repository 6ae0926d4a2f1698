"""Policies of tools, as admins meet them: a command, and a form."""
