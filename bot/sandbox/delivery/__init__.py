"""From Slack to the app: signed HTTP requests, Socket Mode, and what the app answers."""
