"""Slack's Web API at the pace Slack allows, kept by all processes together."""
