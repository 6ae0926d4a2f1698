"""The Slack app as a manifest: agent messaging, two commands, the least scopes, each with a use.

Source: docs.slack.dev, app manifest reference; `features.agent_view` replaced `assistant_view` for
new apps on 2026-06-30.
"""

from typing import Any

from core.tenancy.installation.scopes import BOT_SCOPES
from handlers.blocks.answers.asking import ASK_ABOUT
from handlers.blocks.knowledge import SAVE_MESSAGE
from handlers.blocks.review.rating import WHY
from web_oauth.install import CALLBACK

# What each event is for.
BOT_EVENTS = {
    "agent_session_stopped": "the Stop button of an answer",
    "app_home_opened": "the Home tab, and things to ask in a direct message",
    "app_mention": "a question in a channel",
    "app_uninstalled": "the workspace is frozen, its jobs stop",
    "message.channels": "follow up in a thread without a new mention",
    "message.groups": "follow up in a thread of a private channel it was invited to",
    "message.im": "a direct message",
    "team_access_granted": "a workspace of an organization is enabled",
    "team_access_revoked": "and disabled",
    "tokens_revoked": "the same as app_uninstalled, in either order",
    "user_change": "a guest, an admin, somebody who left: known at once",
}
_AEGIS_HINT = (
    "help | agents | kb | gaps | memory | isolation | audit | budget | feedback | mcp | policy"
    " | privacy"
)
# On a message, in its menu: callback id, name (24 characters at most), description.
SHORTCUTS = (
    (WHY, "Why this answer?", "Which agent, documents, models and tools it came from"),
    (ASK_ABOUT, "Ask an agent about this", "A question on this message, answered to you or there"),
    (
        SAVE_MESSAGE,
        "Save to knowledge base",
        "This message alone, with its author, for you at first",
    ),
)
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
            "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
            "bot_user": {"display_name": "AEGIS", "always_online": True},
            "slash_commands": [
                _command("/aegis", "What AEGIS can do", _AEGIS_HINT, url),
                _command("/ask", "Ask an agent", "[agent] question", url),
            ],
            "shortcuts": [
                {"name": name, "type": "message", "callback_id": callback_id, "description": words}
                for callback_id, name, words in SHORTCUTS
            ],
        },
        "oauth_config": {
            # Socket Mode is for one workspace, installed from the app's own page.
            **({"redirect_urls": [f"{url}{CALLBACK}"]} if url else {}),
            "scopes": {"bot": sorted(BOT_SCOPES)},
        },
        "settings": _settings(url),
    }


def _settings(url: str | None) -> dict[str, Any]:
    return {
        "event_subscriptions": {
            **({"request_url": f"{url}/slack/events"} if url else {}),
            "bot_events": sorted(BOT_EVENTS),
        },
        "interactivity": {
            "is_enabled": True,
            **({"request_url": f"{url}/slack/interactivity"} if url else {}),
        },
        # Several workspaces, organizations and tokens that expire come with /slack/install.
        "org_deploy_enabled": url is not None,
        "socket_mode_enabled": url is None,
        "token_rotation_enabled": url is not None,
    }


def _command(name: str, description: str, hint: str, url: str | None) -> dict[str, Any]:
    command: dict[str, Any] = {
        "command": name,
        "description": description,
        "usage_hint": hint,
        "should_escape": True,
    }
    return command | ({"url": f"{url}/slack/commands"} if url else {})
