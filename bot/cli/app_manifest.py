"""The Slack app as a manifest: agent messaging, two commands, the least scopes, each with a use.

Source: docs.slack.dev, app manifest reference; `features.agent_view` replaced `assistant_view` for
new apps on 2026-06-30.
"""

from typing import Any

# What each scope is for stands beside it; docs/architecture.md repeats it for reviewers.
BOT_SCOPES = {
    "app_mentions:read": "hear a mention in a channel",
    "assistant:write": "show that an agent works, with a Stop button",
    "channels:history": "follow up in a thread without a new mention",
    "groups:history": "the same in private channels it was invited to",
    "im:history": "hear direct messages",
    "im:write": "answer /ask in a direct message when it is not in the channel",
    "chat:write": "post and stream answers",
    "chat:write.customize": "let each agent speak under its own name and icon",
    "commands": "/aegis and /ask",
    "files:read": "read a file that a person drops in a direct message",
    "files:write": "send an admin the export of the workspace in a direct message",
    "users:read": "tell members from guests and outsiders",
}
BOT_EVENTS = (
    "agent_session_stopped",
    "app_mention",
    "message.channels",
    "message.groups",
    "message.im",
)
_AEGIS_HINT = "help | agents | kb | isolation | audit | privacy"
PROMPTS = (
    ("What can you do?", "What can you do?"),
    ("Ask the handbook", "How many days of vacation do we have?"),
)


def app_manifest(url: str | None) -> dict[str, Any]:
    """The manifest for HTTP mode at *url*, or for Socket Mode without one."""
    return {
        "_metadata": {"major_version": 2},
        "display_information": {
            "name": "AEGIS",
            "description": "A staff of AI agents that keep your data yours",
            "background_color": "#1f2a44",
        },
        "features": {
            "agent_view": {
                "agent_description": "Eight agents that answer from your own documents, with "
                "sources. Answers may be wrong: check what matters.",
                "suggested_prompts": [{"title": t, "message": m} for t, m in PROMPTS],
            },
            "app_home": {"home_tab_enabled": False, "messages_tab_enabled": True},
            "bot_user": {"display_name": "AEGIS", "always_online": True},
            "slash_commands": [
                _command("/aegis", "What AEGIS can do", _AEGIS_HINT, url),
                _command("/ask", "Ask an agent", "[agent] question", url),
            ],
        },
        "oauth_config": {"scopes": {"bot": sorted(BOT_SCOPES)}},
        "settings": {
            "event_subscriptions": {
                **({"request_url": f"{url}/slack/events"} if url else {}),
                "bot_events": list(BOT_EVENTS),
            },
            "interactivity": {
                "is_enabled": True,
                **({"request_url": f"{url}/slack/interactivity"} if url else {}),
            },
            "org_deploy_enabled": False,
            "socket_mode_enabled": url is None,
            "token_rotation_enabled": False,
        },
    }


def _command(name: str, description: str, hint: str, url: str | None) -> dict[str, Any]:
    command: dict[str, Any] = {
        "command": name,
        "description": description,
        "usage_hint": hint,
        "should_escape": True,
    }
    return command | ({"url": f"{url}/slack/commands"} if url else {})
