"""Signed `message.im` requests as Slack sends them, about 1.1 kB each, no two alike."""

import hashlib
import hmac
import json
import os
import time
from collections.abc import Sequence
from typing import Any

TEXT = (
    "How many weeks of parental leave do we get, how long before must I say so, "
    "and who signs the form? Asking for a friend in the workshop."
)
# Places of the template that differ from one event to the next.
_TEAM, _TS, _NUMBER = "TTTTTTTTTT", "1111111111.111111", "22222222"


class SignedEvents:
    """Makes requests for teams in turn. Every event has its own id and begins its own thread."""

    def __init__(self, host: str, path: str, secret: str, teams: Sequence[str]) -> None:
        self._keyed = hmac.new(secret.encode(), digestmod=hashlib.sha256)
        run = os.urandom(4).hex().upper()
        body = json.dumps(_envelope(f"Ev{run}{_NUMBER}", f"D{run}"), separators=(",", ":"))
        self._body = _holes(body)
        self._head = (
            f"POST {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: Slackbot 1.0\r\n"
            "Accept-Encoding: gzip,deflate\r\nAccept: */*\r\nContent-Type: application/json\r\n"
        )
        self._teams = teams
        self._made = 0

    def make(self) -> bytes:
        """The next request, signed now."""
        number, self._made = self._made, self._made + 1
        now = int(time.time())
        team = self._teams[number % len(self._teams)]
        body = self._body % {"team": team, "ts": f"{now}.{number:06}", "number": f"{number:08}"}
        digest = self._keyed.copy()
        digest.update(f"v0:{now}:{body}".encode())
        return (
            f"{self._head}X-Slack-Request-Timestamp: {now}\r\n"
            f"X-Slack-Signature: v0={digest.hexdigest()}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()


def _holes(body: str) -> str:
    assert body.isascii()
    escaped = body.replace("%", "%%")
    for mark, name in ((_TEAM, "team"), (_TS, "ts"), (_NUMBER, "number")):
        escaped = escaped.replace(mark, f"%({name})s")
    return escaped


def _envelope(event_id: str, channel: str) -> dict[str, Any]:
    """docs.slack.dev, "message.im", as the Events API delivers it."""
    words = {"type": "rich_text_section", "elements": [{"type": "text", "text": TEXT}]}
    return {
        "token": "one-long-verification-token",
        "team_id": _TEAM,
        "context_team_id": _TEAM,
        "context_enterprise_id": None,
        "api_app_id": "A0BENCH",
        "event": {
            "type": "message",
            "user": "U0BENCHANA",
            "ts": _TS,
            "client_msg_id": f"7d2f6d3c-1a55-4c7e-9d2b-0000{_NUMBER}",
            "text": TEXT,
            "team": _TEAM,
            "blocks": [{"type": "rich_text", "block_id": "b1Nch", "elements": [words]}],
            "channel": channel,
            "event_ts": _TS,
            "channel_type": "im",
        },
        "type": "event_callback",
        "event_id": event_id,
        "event_time": 1_795_458_939,
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": _TEAM,
                "user_id": "U0BENCHBOT",
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": "4-eyJldCI6Im1lc3NhZ2UiLCJ0aWQiOiJUQkVOQ0gifQ",
    }
