"""Persons of several workspaces who ask, mention, follow up, talk, type commands, press Stop and send
forms, all from one seed."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from random import Random

from handlers.blocks.agents.buttons import DEFINE_FORM
from handlers.blocks.agents.form import ACTION
from tests.faults.cluster.cluster import Cluster
from tests.faults.cluster.prepare import QUESTION, Home
from tests.faults.history.model import Form, Private, Said

PEOPLE = {"northwind": ("ana", "ben", "cho"), "harbor": ("dora", "eli", "fay")}
SMALL = ("p1", "p2", "o1")
CHANNEL = "#general"
_TALK = (
    "The van is back from the garage.",
    "Who has the key of the store room?",
    "Lunch at one, as ever?",
    "Thanks, that was it.",
    "I am out on Thursday afternoon.",
)
OWNERS = {"northwind": "ana", "harbor": "dora"}
_PROFILE = {
    "icon_emoji": ":compass:",
    "description": "Tries what a form does.",
    "instructions": "Say what you were asked, and nothing else.",
}
KINDS = ("talk", "direct", "mention", "follow_up", "crowd", "command", "stop", "form")
WEIGHTS = (35, 22, 14, 14, 4, 6, 3, 2)
AMONG_OTHERS = 1 / 3  # of the mentions: they come into a thread in which others have talked
HELP_SHARE = 1 / 3  # of the commands; the others are `/ask`
MOST_FORMS = 8  # of a workspace: each makes an agent, and there is room for about twenty
STOPPING_SECONDS = 3.0  # how long Stop is tried for, before there is something to stop


@dataclass(slots=True)
class People:
    """Whatever is said is kept in *said*: the input that the run is held to."""

    cluster: Cluster
    random: Random
    homes: list[Home]
    asks_only: bool = False
    said: list[Said] = field(default_factory=list)
    threads: dict[str, list[tuple[str, str, str, str]]] = field(default_factory=dict)
    forms: list[Form] = field(default_factory=list)
    private: list[Private] = field(default_factory=list)
    _typing: defaultdict[str, asyncio.Lock] = field(
        default_factory=lambda: defaultdict(asyncio.Lock)
    )

    async def talk(self, seconds: float, per_s: float) -> None:
        """Something is said about *per_s* times a second, at random moments."""
        ends = time.monotonic() + seconds
        async with asyncio.TaskGroup() as group:
            while time.monotonic() < ends:
                await asyncio.sleep(min(self.random.expovariate(per_s), 3.0))
                group.create_task(self._act())

    async def ask_all(self, count: int, per_s: float, room: Callable[[], Awaitable[None]]) -> None:
        """*count* questions, *per_s* of them a second, or fewer where *room* lets the next one wait."""
        async with asyncio.TaskGroup() as group:
            begun = time.monotonic()
            for number in range(count):
                await room()
                due = begun + number / per_s
                await asyncio.sleep(max(due - time.monotonic(), 0))
                begun += max(time.monotonic() - due - 1.0, 0)  # what was waited for is not made up
                home = self.random.choice(self.homes)
                group.create_task(self.ask(home, self.random.choice(people_of(home))))

    async def ask(
        self, home: Home, person: str, *, words: str = QUESTION, poison: bool = False
    ) -> Said:
        """A question in a direct message; it opens a thread."""
        return await self._say(home, person, "dm", "", words, poison=poison)

    async def _act(self) -> None:
        home = self.random.choice(self.homes)
        person = self.random.choice(people_of(home))
        kind = "direct" if self.asks_only else self.random.choices(KINDS, WEIGHTS)[0]
        open_threads = self.threads.get(home.name, [])
        if kind == "talk":
            await self._say(home, person, CHANNEL, "", self.random.choice(_TALK), asks=False)
        elif kind == "mention":
            thread = await self._conversation(home) if self.random.random() < AMONG_OTHERS else ""
            await self._say(home, person, CHANNEL, thread, f"@AEGIS {QUESTION}")
        elif kind == "follow_up" and open_threads:
            await self._follow_up(home, self.random.choice(open_threads))
        elif kind == "crowd":
            # Three questions into one thread, one upon the other: their answers keep this order.
            first = await self._say(home, person, CHANNEL, "", f"@AEGIS {QUESTION}")
            for _ in range(2):
                await asyncio.sleep(self.random.uniform(0.02, 0.4))
                await self._follow_up(home, (person, CHANNEL, first.thread, first.channel))
        elif kind == "command":
            await self._command(home, person)
        elif kind == "stop":
            await self._ask_and_stop(home, person)
        elif kind == "form":
            await self._send_form(home)
        else:
            await self.ask(home, person)

    async def _conversation(self, home: Home) -> str:
        """Two persons talk in a thread, of which nothing is meant for us; the thread."""
        thread = ""
        for person in self.random.sample(people_of(home), 2):
            words = self.random.choice(_TALK)
            thread = (await self._say(home, person, CHANNEL, thread, words, asks=False)).thread
        return thread

    async def _command(self, home: Home, person: str) -> None:
        """One at a time in a workspace: whose delivery is whose goes by the moment."""
        async with self._typing[home.name]:
            if self.random.random() < HELP_SHARE:
                self.private.append(Private(home.name, person, time.time()))
                await self.cluster.slack.command(home.name, person, CHANNEL, "/aegis help")
                return
            token, at = self._token(), time.time()
            place = f"command {token}"
            self.said.append(
                Said(home.name, "", place, place, at, token, command=True, accepted=False)
            )
            await self.cluster.slack.command(home.name, person, CHANNEL, f"/ask {QUESTION} {token}")

    async def _ask_and_stop(self, home: Home, person: str) -> None:
        """Nobody goes on in such a thread: Stop is pressed in it, and could meet their question."""
        said = await self._say(home, person, "dm", "", QUESTION, goes_on=False)
        until = time.monotonic() + STOPPING_SECONDS
        while time.monotonic() < until:
            await asyncio.sleep(self.random.uniform(0.1, 0.5))
            if await self.cluster.slack.stop(home.name, person, said.channel, said.ts):
                self.said[self.said.index(said)] = replace(said, stopped=True)
                return

    async def _send_form(self, home: Home) -> None:
        """An owner makes an agent."""
        if sum(form.workspace == home.name for form in self.forms) >= MOST_FORMS:
            return
        number = f"{self.random.getrandbits(40):010x}"
        form = Form(home.name, time.time(), f"Tester {number}", accepted=False)
        typed = {"name": form.name, "role": f"Trial {number}", **_PROFILE}
        values = {
            block: {ACTION: {"type": "plain_text_input", "value": words}}
            for block, words in typed.items()
        }
        owner = OWNERS.get(home.name, "o1")
        taken = await self.cluster.slack.send_form(home.name, owner, DEFINE_FORM, values)
        self.forms.append(replace(form, accepted=taken))

    def _token(self) -> str:
        return f"TOK{self.random.getrandbits(40):010x}"

    async def _follow_up(self, home: Home, place: tuple[str, str, str, str]) -> None:
        person, where, thread, _ = place
        await self._say(home, person, where, thread, f"And once more: {QUESTION}")

    async def _say(
        self,
        home: Home,
        person: str,
        where: str,
        thread: str,
        words: str,
        *,
        asks: bool = True,
        poison: bool = False,
        goes_on: bool = True,
    ) -> Said:
        token = self._token() if asks else ""
        at = time.time()
        done = await self.cluster.slack.say(
            home.name, person, where, f"{words} {token}".strip(), thread
        )
        root = thread or done["ts"]
        said = Said(home.name, done["channel"], done["ts"], root, at, token, poison)
        self.said.append(said)
        if asks and goes_on and not thread and not poison:
            self.threads.setdefault(home.name, []).append((person, where, root, said.channel))
        return said


def people_of(home: Home) -> tuple[str, ...]:
    """Who may ask there."""
    return PEOPLE.get(home.name, SMALL)
