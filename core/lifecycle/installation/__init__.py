"""From an approved installation to a workspace that is served, and back when Slack's side leaves."""
