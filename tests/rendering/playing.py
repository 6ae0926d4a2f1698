"""Generated answers through the real pens into the sandbox, and what stands there read back."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.sandbox import Sandbox
from bot.slack.abilities import Abilities
from bot.slack.answers.rewriting import RewritingPen
from bot.slack.answers.streaming import OLDEST_STREAM_SECONDS, StreamingPen
from bot.slack.answers.ticker import LiveAnswers
from bot.slack.pacing.web_client import PacedWebClient
from bot.slack.posts import Posts
from core.conversations.model import Part, Place, Speaker
from core.kernel.addresses import AllowedAddresses
from handlers.blocks.answers.pieces import LARGEST_PIECE
from handlers.blocks.markdown import MESSAGE_CHARACTERS, neutral, normalise
from tests.rendering.liveness import live_in, live_in_mrkdwn
from tests.rendering.reading import Broken, hold_to
from tests.rendering.writing import NAMED, Writer

ALLOWED = AllowedAddresses.named_in(*NAMED)
SANDBOX_HOLDS = 250  # answers; what a sandbox has seen stays in its memory
UPDATE_LIMIT, MARKDOWN_LIMIT = 4_000, 12_000
# The rewriting pen halves a message until its text fits.
_REWRITTEN = tuple(LARGEST_PIECE >> halves for halves in range(4))


class _Client(PacedWebClient):
    """Remembers what Slack refused, since a pen finds a way round it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.refused: list[str] = []

    async def api_call(self, api_method: str, **arguments: Any) -> AsyncSlackResponse:
        try:
            return await super().api_call(api_method, **arguments)
        except SlackApiError as error:
            self.refused.append(f"{api_method}: {error.response.get('error')}")
            raise


@dataclass
class _Parts:
    """Which messages carry an answer, kept here alone."""

    known: list[Part] = field(default_factory=list)

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(self.known)

    async def opening(self) -> Part:
        self.known.append(Part(f"part:{len(self.known)}"))
        return self.known[-1]

    async def opened(self, part: Part, message_ts: str, *, streams: bool) -> None:
        part.message_ts, part.streams = message_ts, streams

    async def hold(self) -> None:
        """Nobody else writes here."""

    async def disown(self, message_ts: str) -> bool:
        return False

    async def is_known(self, message_ts: str) -> bool:
        return any(part.message_ts == message_ts for part in self.known)


async def play(seeds: Iterable[int]) -> dict[int, str]:
    """Write the answer of each seed by a stream and by rewriting; what was wrong with which."""
    wrong: dict[int, str] = {}
    async with Sandbox.open() as sandbox, aiohttp.ClientSession() as session:
        sandbox.faults.rate_limits = False
        stage = _Stage(sandbox, session)
        await stage.begin()
        for seed in seeds:
            problem = await stage.problem_of(seed)
            if problem:
                wrong[seed] = problem
    return wrong


class _Stage:
    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
        workspace = sandbox.credentials["workspaces"][0]
        self._workspace = sandbox.world.workspaces[workspace["id"]]
        self._client = _Client(
            token=workspace["bot_token"], base_url=sandbox.api_url, session=session
        )
        self._posts = Posts(self._client, workspace["id"], Abilities())
        self._place = Place(workspace["id"], "", "", "", private=True)

    async def begin(self) -> None:
        person = next(iter(self._workspace.persons))
        opened = await self._client.conversations_open(users=person)
        channel = str(opened["channel"]["id"])
        root = await self._client.chat_postMessage(channel=channel, text="Ask me anything.")
        team = self._place.team_id
        self._place = Place(team, channel, str(root["ts"]), person, private=True)

    async def problem_of(self, seed: int) -> str:
        """Empty when both pens wrote the answer as they should."""
        writer = Writer(seed)
        source = writer.answer()
        deltas = writer.deltas(source)
        # White space at the end may be said or not: it is no part of what is normal.
        expected = neutral(source, ALLOWED)
        assert expected.rstrip() == normalise(source, ALLOWED)
        try:
            for pen, limits in self._pens(seed):
                messages = await self._written(pen, deltas, source)
                _check(messages, expected, limits)
            if self._client.refused:
                raise Broken(f"refused: {self._client.refused}")
        except Broken as broken:
            self._client.refused.clear()
            return str(broken)
        return ""

    def _pens(self, seed: int) -> list[tuple[Any, tuple[int, ...]]]:
        live, speaker = LiveAnswers(), Speaker("Pia", ":wave:")
        # A stream that is old at once goes on in a new message after its first words.
        oldest = Random(seed).choice((0.0, OLDEST_STREAM_SECONDS))
        streaming = StreamingPen(
            self._posts,
            self._place,
            speaker,
            _Parts(),
            live,
            bot_user_id=self._workspace.bot_user_id,
            oldest_seconds=oldest,
        )
        rewriting = RewritingPen(
            self._posts,
            self._place,
            speaker,
            _Parts(),
            live,
            bot_user_id=self._workspace.bot_user_id,
        )
        return [(streaming, (MESSAGE_CHARACTERS,)), (rewriting, _REWRITTEN)]

    async def _written(self, pen: Any, deltas: list[str], source: str) -> list[tuple[str, str]]:
        """The Markdown of each message, and its text for clients that show no blocks."""
        pen.allow(ALLOWED)
        for delta in deltas:
            await pen.write(delta)
        await pen.finish(source, ())
        await pen.close()
        channel = self._workspace.channels[self._place.channel]
        found = [channel.public(str(part.message_ts)) for part in pen._parts.parts]
        return [(_markdown(m.blocks), m.text) for m in found if m is not None and not m.deleted]


def _markdown(blocks: list[dict[str, Any]]) -> str:
    return "".join(block["text"] for block in blocks if block["type"] == "markdown")


def _check(messages: list[tuple[str, str]], expected: str, limits: tuple[int, ...]) -> None:
    hold_to([markdown for markdown, _ in messages], expected, limits)
    for markdown, text in messages:
        if len(markdown) > MARKDOWN_LIMIT or (limits == _REWRITTEN and len(text) > UPDATE_LIMIT):
            raise Broken(f"too long: {len(markdown)}, {len(text)}")
        live = live_in(markdown) + (live_in_mrkdwn(text) if limits == _REWRITTEN else [])
        if live:
            raise Broken(f"live: {live[:5]}")
