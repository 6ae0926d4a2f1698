"""What an agent reaches outside of Slack because an admin has allowed it."""
