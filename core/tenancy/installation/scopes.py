"""What AEGIS asks a workspace for, and why. The manifest, the install page and docs/scopes.md say
the same: tests hold them together."""

BOT_SCOPES = {
    "app_mentions:read": "hear a mention in a channel",
    "assistant:write": "show that an agent works, with a Stop button",
    "channels:history": "follow up in a thread without a new mention",
    "channels:read": "tell who reads along in a channel",
    "groups:history": "follow up in a thread of a private channel it was invited to",
    "groups:read": "tell who reads along in a private channel it was invited to",
    "im:history": "hear direct messages",
    "im:write": "answer /ask in a direct message when it is not in the channel",
    "chat:write": "post and stream answers",
    "chat:write.customize": "let each agent speak under its own name and icon",
    "commands": "/aegis and /ask",
    "files:read": "read a file that a person drops in a direct message",
    "files:write": "send an admin the export of the workspace in a direct message",
    "mpim:read": "tell who reads along in a group direct message",
    "users:read": "tell members from guests and outsiders",
}


def missing(granted: str) -> frozenset[str]:
    """What is asked for and not in *granted*, which has commas as Slack writes it. Nothing is missing
    where nobody knows what was granted."""
    given = {scope.strip() for scope in granted.split(",")} - {""}
    return frozenset(BOT_SCOPES) - given if given else frozenset()
