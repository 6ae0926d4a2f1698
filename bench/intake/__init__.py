"""Event intake: how many signed Slack events a second are answered 200, ours and stock Bolt's."""
