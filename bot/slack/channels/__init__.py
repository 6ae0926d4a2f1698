"""What Slack says of channels."""
