"""What an admin does about their own workspace's data, from inside Slack."""
