"""Agents and the roster they stand on."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A named role with instructions. *key* is what a thread remembers it by."""

    key: str
    name: str
    role: str
    also: tuple[str, ...]
    icon_emoji: str
    icon: str
    description: str
    instructions: str
    topics: tuple[str, ...]
    examples: tuple[str, ...]

    @property
    def display_name(self) -> str:
        """What Slack shows over a message: a name, and the function that says it is an agent."""
        return f"{self.name} · {self.role[:1].upper()}{self.role[1:]}"

    def words(self) -> tuple[str, ...]:
        """Everything a person may call it by, lower case."""
        return tuple(
            dict.fromkeys(word.casefold() for word in (self.name, self.role, self.key, *self.also))
        )


class Roster:
    """The agents of one tenant. The first one takes what fits nobody else."""

    def __init__(self, agents: tuple[Agent, ...]) -> None:
        """Raises ValueError when empty, or when two agents answer to one word."""
        if not agents:
            raise ValueError("a roster needs at least one agent")
        self._agents = agents
        self._by_word: dict[str, Agent] = {}
        for agent in agents:
            for word in agent.words():
                if word in self._by_word:
                    raise ValueError(f"two agents answer to {word!r}")
                self._by_word[word] = agent

    def __iter__(self) -> Iterator[Agent]:
        return iter(self._agents)

    @property
    def default(self) -> Agent:
        return self._agents[0]

    def words(self) -> tuple[str, ...]:
        """Every word an agent answers to, longest first, so that a phrase wins over its start."""
        return tuple(sorted(self._by_word, key=len, reverse=True))

    def find(self, word: str) -> Agent | None:
        """By name, role, key or another word for the role; case does not matter."""
        return self._by_word.get(" ".join(word.casefold().split()))
