"""The local Slack's state: who there is, what was said, and who may see it."""
