"""What Slack shows beside messages: modals, the Home tab, things to ask."""
