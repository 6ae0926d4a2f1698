"""Agents in Slack: the command, the buttons, the forms, the Home tab."""
