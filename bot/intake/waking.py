"""Which events ask for work, and which are only remembered by their id. Pure.

Most of what Slack sends is no business of ours: channel talk, edits, joins, our own words coming
back. All of it is stored by id, so that it is counted once, and wakes nobody
(docs/adr/0014-what-wakes-and-what-is-only-remembered.md).
"""

from collections.abc import Mapping
from typing import Any

MESSAGES = frozenset({"message", "app_mention"})
# A workspace's or an organization's installation changes; in its order, so in one mailbox.
LIFECYCLE = frozenset(
    {"app_uninstalled", "tokens_revoked", "team_access_granted", "team_access_revoked"}
)
# What has a listener; anything else that the app may be subscribed to is not stored at all.
SERVED = MESSAGES | LIFECYCLE | {"agent_session_stopped", "app_home_opened", "user_change"}
# A message of a person. Any other subtype is an edit, a deletion, a join, a topic and the like.
_SAID = frozenset({None, "file_share", "thread_broadcast"})


def wakes(event: Mapping[str, Any], bot_user_id: str | None) -> bool:
    """Whether a served event asks for work.

    Args:
        event: the inner event.
        bot_user_id: our own user where the event happened; None if Slack does not say.
    """
    if event.get("type") not in MESSAGES:
        return True
    if event.get("subtype") not in _SAID or _is_bot(event, bot_user_id):
        return False
    if event.get("type") == "app_mention" or bot_user_id is None:
        return True
    return _is_direct(event) or _is_reply(event) or f"<@{bot_user_id}" in str(event.get("text"))


def _is_bot(event: Mapping[str, Any], bot_user_id: str | None) -> bool:
    """A bot's words, ours included: two bots that answer each other would never stop."""
    speaker = event.get("user")
    return bool(event.get("bot_id")) or speaker in ("USLACKBOT", bot_user_id or "USLACKBOT")


def _is_direct(event: Mapping[str, Any]) -> bool:
    """Slack names the kind of channel; where a server does not, a direct message's id begins D."""
    kind = event.get("channel_type")
    return kind == "im" if kind else str(event.get("channel")).startswith("D")


def _is_reply(event: Mapping[str, Any]) -> bool:
    thread = event.get("thread_ts")
    return bool(thread) and thread != event.get("ts")
