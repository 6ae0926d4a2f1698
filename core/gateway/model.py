"""What goes through the gateway: a turn of an agent in, pieces of text and a last word out."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from core.kernel.addresses import AllowedAddresses

NOTHING_FOUND = "I found nothing on this in your documents."

# Some models write their citations in lenticular brackets: 【1】 or 【1†L3-L5】.
_CITATION = re.compile(r"\[(\d{1,2}(?:\s?,\s?\d{1,2})*)\]|【(\d{1,2})[^】\n]{0,20}】")


@dataclass(frozen=True, slots=True)
class Passage:
    """A numbered piece of one of the tenant's documents, or what *said_by* wrote in Slack; *number* is
    what `[1]` points to, *score* how well it fitted the question (as in `Finding`), where it was found
    by a search. *where* is for us, and no model sees it: the document's id, and the positions of its
    first and last chunk."""

    number: int
    title: str
    page: int | None
    heading: str
    text: str
    said_by: str = ""
    score: float | None = None
    where: tuple[str, int, int] = ("", 0, 0)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One earlier message of the thread."""

    speaker: Literal["person", "agent"]
    text: str


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool as a model is told of it. *parameters* is the JSON Schema of an object."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """What a model wants done. *arguments* is what it wrote: JSON, or not."""

    call_id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What came of a call. *text* is foreign: what a tool returns is data, never instructions."""

    call_id: str
    name: str
    text: str
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One round of a turn: what the model said, which tools it called, what came of each call.

    *signatures* is what a vendor wants back with the calls as it was, by call id (Gemini's thought
    signatures); no other vendor is shown it.
    """

    text: str
    calls: tuple[ToolCall, ...]
    results: tuple[ToolResult, ...]
    signatures: Mapping[str, str] = field(default_factory=dict)


# What a tenant wants of a model first; the router orders the models by it.
Preference = Literal["fast", "strong", "cheap"]


@dataclass(frozen=True, slots=True)
class AgentTurn:
    """What an agent is asked, and all it may answer from.

    *company* holds what the tenant wants of all its agents, *memory* what the agent has been told to
    keep; *summary* is what was said before *thread*; *steps* are the rounds of this turn so far.
    *doubtful*: none of the passages surely answers, which only a model that quotes without reading needs
    to be told; so is *read_as*, the question with misspelt words as the documents spell them, if there
    are any. With *answer_schema*, a JSON Schema, the answer is one JSON value of that form; vendors
    mostly keep to it, so whoever reads it checks it. *said* is what a model that broke off has already
    said of this answer: the next one goes on from there.
    """

    agent: str
    role: str
    instructions: str
    question: str
    passages: tuple[Passage, ...] = ()
    doubtful: bool = False
    read_as: str = ""
    thread: tuple[Exchange, ...] = ()
    summary: str = ""
    company: str = ""
    memory: tuple[str, ...] = ()
    tools: tuple[ToolSpec, ...] = ()
    steps: tuple[Step, ...] = ()
    preference: Preference | None = None
    answer_schema: Mapping[str, Any] | None = None
    said: str = ""

    def named_addresses(self) -> AllowedAddresses:
        """What an answer may link to: the addresses in the person's own words, in what an admin has
        written, and in passages of documents. Not those in earlier answers, in what tools return,
        nor in the message of somebody else."""
        asked = (one.text for one in self.thread if one.speaker == "person")
        passages = (passage.text for passage in self.passages if not passage.said_by)
        return AllowedAddresses.named_in(
            self.question, self.company, self.role, self.instructions, *asked, *passages
        )


@dataclass(frozen=True, slots=True)
class Caller:
    """On whose account a model is asked: which turn, which person, which agent (by key). *is_heard*:
    what comes of it is told to that person, and so is what the gateway adds to it."""

    turn_id: str
    person_id: str
    agent: str
    is_heard: bool = True


@dataclass(frozen=True, slots=True)
class Delta:
    """The next piece of the answer's text, in Markdown."""

    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the provider counted them; zero when it did not say."""

    input_tokens: int = 0
    output_tokens: int = 0


# `stop`: the model is done. `length`: it was cut off. `tools`: it waits for what its calls return.
# `filtered`: the vendor withheld the rest.
StopReason = Literal["stop", "length", "tools", "filtered"]


@dataclass(frozen=True, slots=True)
class Failover:
    """A model that was asked and did not give the whole answer. *kind* is how it failed (`FailureKind`,
    or `busy`: no place came free), *after_text* whether a person had heard some of it."""

    provider: str
    model: str
    kind: str
    after_text: bool = False


@dataclass(frozen=True, slots=True)
class Finished:
    """The model's part is whole. *calls* are the tools it wants, whole; *signatures* as in `Step`.

    The gateway adds what became of others before (*failovers*), why this model was asked (*why*), and
    what the asker should be told of a budget (*notice*), in words.
    """

    model: str
    provider: str
    usage: Usage = field(default_factory=Usage)
    reason: StopReason = "stop"
    calls: tuple[ToolCall, ...] = ()
    signatures: Mapping[str, str] = field(default_factory=dict)
    failovers: tuple[Failover, ...] = ()
    why: str = ""
    notice: str = ""


def cited(passages: Iterable[Passage], answer: str) -> tuple[Passage, ...]:
    """The passages an answer points to, in the order of their numbers."""
    numbers = {
        int(number)
        for many, one in _CITATION.findall(answer)
        for number in (many.split(",") if many else [one])
    }
    return tuple(sorted((p for p in passages if p.number in numbers), key=lambda p: p.number))
