"""A message, and the stream it may still be."""

import copy
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.sandbox.model.files import StoredFile

Json = dict[str, Any]
StreamState = Literal["live", "stopped", "stopped_by_user"]


@dataclass(kw_only=True)
class Stream:
    """A message the app is still writing. `started` is on the monotonic clock, in seconds."""

    started: float
    mode: str
    state: StreamState = "live"
    markdown: str = ""
    tasks: dict[str, Json] = field(default_factory=dict)
    plan_title: str | None = None
    final_blocks: list[Json] = field(default_factory=list)

    def blocks(self) -> list[Json]:
        """What the message shows so far: tasks, then text, then the closing blocks."""
        shown: list[Json] = []
        if self.plan_title is not None or (self.tasks and self.mode == "plan"):
            plan = {"type": "plan", "title": self.plan_title or "Plan"}
            shown.append(plan | {"tasks": list(self.tasks.values())})
        else:
            shown.extend(self.tasks.values())
        if self.markdown:
            shown.append({"type": "markdown", "text": self.markdown})
        return shown + self.final_blocks


@dataclass(kw_only=True)
class Message:
    """Something said in a channel. An ephemeral one has the single person who sees it."""

    ts: str
    user: str
    team: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    app_id: str | None = None
    bot_id: str | None = None
    bot_profile: Json | None = None
    subtype: str | None = None
    username: str | None = None
    icon_emoji: str | None = None
    icon_url: str | None = None
    client_msg_id: str | None = None
    files: list[StoredFile] = field(default_factory=list)
    metadata: Json | None = None
    edited_ts: str | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    ephemeral_to: str | None = None
    stream: Stream | None = None
    deleted: bool = False
    # The number of the feed's item that last showed it.
    changed: int = 0

    @property
    def thread(self) -> str:
        """The thread this message belongs to, or would start."""
        return self.thread_ts or self.ts

    def to_wire(self, *, with_metadata: bool = False) -> Json:
        """The message object as Slack's Web API returns it (without thread counts)."""
        wire: Json = {"type": "message", "text": self.text, "ts": self.ts, "team": self.team}
        optional: Json = {
            "user": self.user,
            "subtype": self.subtype,
            "bot_profile": self.bot_profile,
            "client_msg_id": self.client_msg_id,
            "app_id": self.app_id,
            "bot_id": self.bot_id,
            "thread_ts": self.thread_ts,
            "username": self.username,
            "blocks": copy.deepcopy(self.blocks),
            "attachments": copy.deepcopy(self.attachments),
            "files": [file.in_message() for file in self.files],
            "metadata": self.metadata if with_metadata else None,
        }
        wire.update({key: value for key, value in optional.items() if value})
        if self.icon_emoji or self.icon_url:
            wire["icons"] = {"emoji": self.icon_emoji} if self.icon_emoji else {}
            wire["icons"] |= {"image_64": self.icon_url} if self.icon_url else {}
        if self.files:
            wire |= {"subtype": "file_share", "upload": True}
        if self.edited_ts:
            wire["edited"] = {"user": self.user, "ts": self.edited_ts}
        if self.reactions:
            wire["reactions"] = [
                {"name": name, "users": users, "count": len(users)}
                for name, users in self.reactions.items()
            ]
        return wire

    def to_page(self) -> Json:
        """What the page draws: the wire form, and what Slack's own client knows besides."""
        page = self.to_wire(with_metadata=True)
        if self.files:
            page["files"] = [file.to_wire() for file in self.files]
        page["ephemeral"] = self.ephemeral_to is not None
        page["streaming"] = self.stream is not None and self.stream.state == "live"
        page["deleted"] = self.deleted
        return page
