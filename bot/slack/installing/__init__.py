"""Slack's OAuth: a person approves, a code becomes a token, a token is renewed."""
