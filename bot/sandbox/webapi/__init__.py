"""Slack's Web API: the methods in `methods.toml`, as strict as the real one or stricter."""
