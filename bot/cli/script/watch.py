"""What has been seen so far, and waiting for what has not."""

import asyncio
from collections.abc import Callable, Collection
from typing import Any, TypeVar

from bot.cli.script.model import Step
from handlers.blocks.knowledge import is_under_way
from handlers.blocks.refusals import GUEST, OUTSIDER, UNKNOWN_PERSON

Item = dict[str, Any]
Found = TypeVar("Found")

APP = "AEGIS"
REFUSALS = (GUEST, OUTSIDER, UNKNOWN_PERSON)
# What a session may be; its title and its prompts are shown as its kind, too, and end nothing.
_STATUSES = ("processing", "active", "suspended", "closed")
# What the app shows a person who has pressed or sent something.
REACTIONS = ("home", "modal", "message", "stream_start", "update", "ephemeral")
_SPOKEN = ("message", "stream_start", "stream_append", "stream_stop", "update", "ephemeral")


class Watch:
    """Keeps the feed's items, and answers questions about them now or when they come true."""

    def __init__(self) -> None:
        self._items: list[Item] = []
        self._news = asyncio.Event()
        self._connected = asyncio.Event()
        self.latest = 0

    def connected(self) -> None:
        self._connected.set()

    async def until_connected(self) -> None:
        await self._connected.wait()

    def take(self, item: Item) -> None:
        self._items.append(item)
        self.latest = int(item["seq"])
        self._news.set()
        self._news = asyncio.Event()

    async def answered(self, step: Step, since: int) -> None:
        """The app has said all it has to say to this step.

        A turn is over when its agent session is; a plain message, a changed card or a message for
        one person alone is an answer by itself, unless a turn follows it; none follows a refusal.
        """
        turn_follows = bool(step.comment) or step.argument.startswith("/ask")

        def is_over() -> bool | None:
            new = [item for item in self._here(step) if item["seq"] > since]
            if any(item["kind"] == "ephemeral" for item in new):
                return True
            states = [item["text"] for item in new if _is_status(item)]
            if states:
                return True if states[-1] != "processing" else None
            # Past Slack's pace an answer is streamed without a session to go with it.
            kinds = ("message", "update", "stream_stop")
            plain = [item for item in new if _is_apps(item) and item["kind"] in kinds]
            # The card of a file changes until the file is read.
            cards = {item["ts"]: item["text"] for item in plain}
            if any(is_under_way(text) for text in cards.values()):
                return None
            refused = any(item["text"] in REFUSALS for item in plain)
            return True if plain and (refused or not turn_follows) else None

        await self._until(is_over)

    async def started(self, step: Step, thread: str | None) -> str:
        """The first words of the answer are visible; returns its thread."""

        def begun() -> str | None:
            for item in reversed(self._here(step)):
                speaks = _is_apps(item) and item["kind"] in _SPOKEN and item["text"]
                if speaks and item["thread"] and thread in (None, item["thread"]):
                    return str(item["thread"])
            return None

        return await self._until(begun)

    async def ended(self, step: Step, thread: str, since: int) -> None:
        """The session in *thread* has left `processing`."""

        def is_over() -> bool | None:
            for item in self._here(step):
                is_session = _is_status(item) and item["thread"] == thread
                if is_session and item["seq"] > since and item["text"] != "processing":
                    return True
            return None

        await self._until(is_over)

    async def seen(self, step: Step, words: str) -> None:
        """The person has seen *words* in this place."""
        await self._until(lambda: any(words in item["text"] for item in self._here(step)) or None)

    async def button(self, step: Step, named: str) -> tuple[str, str]:
        """(message ts, action id) of the newest button with this text or action id."""

        def find() -> tuple[str, str] | None:
            for item in reversed(self._here(step)):
                for button in _buttons(item.get("message") or {}):
                    if named in (button.get("action_id"), (button.get("text") or {}).get("text")):
                        return str(item["ts"]), str(button["action_id"])
            return None

        return await self._until(find)

    async def reacted(self, step: Step, since: int, kinds: Collection[str] = REACTIONS) -> None:
        """The app has shown the person something, anywhere; that a modal closes is nothing."""

        def shows(item: Item) -> bool:
            said = item["kind"] in kinds and _is_apps(item)
            return said and (item["kind"] != "modal" or bool(item["text"]))

        await self._until(lambda: self._since(step, since, shows))

    async def closed(self, step: Step, since: int) -> None:
        """What modal is on top has changed, or none is."""
        await self._until(lambda: self._since(step, since, lambda item: item["kind"] == "modal"))

    def _since(self, step: Step, since: int, wanted: Callable[[Item], bool]) -> bool | None:
        new = (item for item in self._items if item["seq"] > since and _is_before(step, item))
        return True if any(wanted(item) for item in new) else None

    async def news(self, since: int) -> None:
        """Something has changed."""
        await self._until(lambda: True if self.latest > since else None)

    async def newest_answer(self, step: Step) -> str:
        """The ts of the newest whole message of the app that everyone here sees."""

        def find() -> str | None:
            for item in reversed(self._here(step)):
                message = item.get("message") or {}
                whole = item["kind"] in ("message", "stream_stop", "update")
                if whole and _is_apps(item) and not message.get("ephemeral"):
                    return str(item["ts"])
            return None

        return await self._until(find)

    def newest_thread(self, step: Step) -> str | None:
        """The thread in which the app last spoke here."""
        for item in reversed(self._here(step)):
            if _is_apps(item) and item["thread"]:
                return str(item["thread"])
        return None

    def _here(self, step: Step) -> list[Item]:
        """What the step's person has seen in the step's place."""
        return [
            item
            for item in self._items
            if _is_before(step, item)
            and step.place in (item["channel"], item["channel"].lstrip("#"), item.get("channel_id"))
        ]

    async def _until(self, look: Callable[[], Found | None]) -> Found:
        while True:
            news = self._news
            found = look()
            if found is not None:
                return found
            await news.wait()


def _is_before(step: Step, item: Item) -> bool:
    return item["workspace"] == step.workspace and step.person in item["seen_by"]


def _is_status(item: Item) -> bool:
    return item["kind"] == "session" and item["text"] in _STATUSES


def _is_apps(item: Item) -> bool:
    message = item.get("message") or {}
    return bool(message.get("bot_id") or message.get("is_app")) or item["author"] == APP


def _buttons(message: Item) -> list[Item]:
    return [
        element
        for block in message.get("blocks") or []
        if block.get("type") == "actions"
        for element in block.get("elements") or []
        if element.get("type") == "button"
    ]
