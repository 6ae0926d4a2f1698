"""Who is in a channel, and what they are to the workspace: asked of Slack, and no when it is not known."""
