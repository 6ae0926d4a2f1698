"""How an answer grows in a thread: streamed where Slack streams, rewritten in place elsewhere."""
