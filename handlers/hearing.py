"""From Slack's payloads to words and places: what was said, by whom, and where."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

from slack_bolt.async_app import AsyncBoltContext

from core.conversations.find_conversation import is_conversation
from core.conversations.model import Place, Question
from core.db.tenant import TenantContext
from core.gateway.foreign_text import without_invisible
from core.jobs.model import InboxEvent

_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
_LINK = re.compile(r"<((?:https?|mailto)[^|>\s]+)(?:\|([^>]*))?>")
_CHANNEL = re.compile(r"<#([A-Z0-9]+)(?:\|([^>]*))?>")
_OTHER = re.compile(r"<[#!]([^|>]*)(?:\|([^>]*))?>")

LONGEST_QUESTION = 8_000  # characters; the middle of a longer one is not read
LEFT_OUT = "\n[… left out …]\n"


@dataclass(frozen=True, slots=True)
class Heard:
    """One message of a person."""

    tenant: TenantContext
    inbox: InboxEvent
    team_id: str
    channel: str
    ts: str
    thread_ts: str | None
    person_id: str
    home_team: str | None
    text: str
    private: bool
    mentions_us: bool
    left_out: int = 0  # characters that were said and are not in the text

    @property
    def key(self) -> str:
        """Names the message. Slack sends a mention as two events, whose own ids differ."""
        return f"{self.channel}:{self.ts}"

    @property
    def place(self) -> Place:
        """Answers go into the message's thread; a message outside one opens it."""
        thread = self.thread_ts or self.ts
        return Place(
            self.team_id,
            self.channel,
            thread,
            self.person_id,
            self.private,
            self.ts,
            said_there=True,
        )

    def question(self, agent: str | None = None) -> Question:
        return Question(
            event=self.inbox.id,
            event_key=self.key,
            place=self.place,
            text=self.text,
            agent=agent,
        )


def hear(event: dict[str, Any], body: dict[str, Any], context: AsyncBoltContext) -> Heard:
    """A message or mention event as it concerns us."""
    raw, bot = str(event.get("text") or ""), context.bot_user_id or ""
    text, left_out = fitted(plain(raw, bot))
    return Heard(
        tenant=context["tenant"],
        inbox=context["inbox_event"],
        team_id=str(context.team_id or body.get("team_id") or ""),
        channel=str(event.get("channel") or ""),
        ts=str(event.get("ts") or ""),
        thread_ts=event.get("thread_ts"),
        person_id=str(event.get("user") or ""),
        home_team=event.get("user_team") or event.get("source_team") or event.get("team"),
        text=text,
        private=is_direct(event),
        mentions_us=mentions(raw, bot),
        left_out=left_out,
    )


async def concerns_us(heard: Heard) -> bool:
    """A direct message always; in a channel what names us, and what follows it in that thread.

    A mention comes as two events, `message` and `app_mention`, in any order; one of them may never
    come. Either will do: what is answered is the message, and its key is that of both.
    """
    if heard.private or heard.mentions_us:
        return True
    if heard.thread_ts is None:
        return False
    return await is_conversation(heard.tenant, heard.channel, heard.thread_ts, heard.ts)


def is_from_a_bot(event: dict[str, Any]) -> bool:
    """Whether an app said it, ourselves or another. What an app says in a person's name counts too,
    and what carries no sign of an app is known by its author's record."""
    said_by_app = event.get("bot_id") or event.get("bot_profile")
    return bool(said_by_app) or event.get("subtype") == "bot_message"


def mentions(text: str, user_id: str) -> bool:
    """Whether *text* names this very user."""
    return any(match[1] == user_id for match in _MENTION.finditer(text))


def is_direct(event: dict[str, Any]) -> bool:
    """Slack names the kind of channel; where a server does not, a direct message's id begins D."""
    kind = event.get("channel_type")
    return kind == "im" if kind else str(event.get("channel") or "").startswith("D")


def plain(text: str, bot_user_id: str) -> str:
    """What the person wrote, without Slack's markup and without what the eye cannot see.

    Source: docs.slack.dev, "Formatting message text": `<…>` tokens, and `&amp; &lt; &gt;`.
    """
    text = _MENTION.sub(lambda m: "" if m[1] == bot_user_id else f"@{m[1]}", text)
    text = _LINK.sub(lambda m: f"{m[2]} ({m[1]})" if m[2] and m[2] != m[1] else m[1], text)
    text = _CHANNEL.sub(lambda m: f"#{m[2]} ({m[1]})" if m[2] else m[1], text)
    text = _OTHER.sub(lambda m: m[2] or m[1], text)
    return without_invisible(unescape(text)).strip()


def fitted(text: str) -> tuple[str, int]:
    """A question as long as one may be, and how many characters of it were left out: of its middle,
    for people paste first and ask last."""
    if len(text) <= LONGEST_QUESTION:
        return text, 0
    half = (LONGEST_QUESTION - len(LEFT_OUT)) // 2
    return f"{text[:half]}{LEFT_OUT}{text[-half:]}", len(text) - 2 * half
