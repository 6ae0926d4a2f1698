"""Persons of several workspaces who ask, mention, follow up and talk, all from one seed."""

import asyncio
import time
from dataclasses import dataclass, field
from random import Random

from tests.faults.cluster.cluster import Cluster
from tests.faults.cluster.prepare import QUESTION, Home
from tests.faults.history.model import Said

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
KINDS = ("talk", "direct", "mention", "follow_up", "crowd")
WEIGHTS = (40, 25, 15, 15, 5)


@dataclass(slots=True)
class People:
    """Whatever is said is kept in *said*: the input that the run is held to."""

    cluster: Cluster
    random: Random
    homes: list[Home]
    asks_only: bool = False
    said: list[Said] = field(default_factory=list)
    threads: dict[str, list[tuple[str, str, str, str]]] = field(default_factory=dict)

    async def talk(self, seconds: float, per_s: float) -> None:
        """Something is said about *per_s* times a second, at random moments."""
        ends = time.monotonic() + seconds
        async with asyncio.TaskGroup() as group:
            while time.monotonic() < ends:
                await asyncio.sleep(min(self.random.expovariate(per_s), 3.0))
                group.create_task(self._act())

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
            await self._say(home, person, CHANNEL, "", f"@AEGIS {QUESTION}")
        elif kind == "follow_up" and open_threads:
            await self._follow_up(home, self.random.choice(open_threads))
        elif kind == "crowd":
            # Three questions into one thread, one upon the other: their answers keep this order.
            first = await self._say(home, person, CHANNEL, "", f"@AEGIS {QUESTION}")
            for _ in range(2):
                await asyncio.sleep(self.random.uniform(0.02, 0.4))
                await self._follow_up(home, (person, CHANNEL, first.thread, first.channel))
        else:
            await self.ask(home, person)

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
    ) -> Said:
        token = f"TOK{self.random.getrandbits(40):010x}" if asks else ""
        at = time.time()
        done = await self.cluster.slack.say(
            home.name, person, where, f"{words} {token}".strip(), thread
        )
        root = thread or done["ts"]
        said = Said(home.name, done["channel"], done["ts"], root, at, token, poison)
        self.said.append(said)
        if asks and not thread and not poison:
            self.threads.setdefault(home.name, []).append((person, where, root, said.channel))
        return said


def people_of(home: Home) -> tuple[str, ...]:
    """Who may ask there."""
    return PEOPLE.get(home.name, SMALL)
