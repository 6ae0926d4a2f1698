"""What people ask of the demo's handbooks and of a museum's files: the page that is cited is the right
one, and what no document answers is declined. Asked through the search and the offline model, which are
all that a workspace without a key has."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.db.tenant import TenantContext
from core.gateway.model import NOTHING_FOUND, AgentTurn, Delta, Passage, cited
from core.gateway.prompt import build_prompt
from core.gateway.providers.offline.offline import Offline
from core.knowledge.model import Asker
from core.knowledge.ports import Embedder
from core.knowledge.search import search
from core.knowledge.second_look.closeness import closeness
from core.knowledge.second_look.look import is_doubtful
from tests.golden.conftest import Companies

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions with their pages, and what is asked of the answers: the least share that is right of
    those that cite, the same of all questions (a declined one is wrong), and how many that no document
    answers may be answered."""

    file: str
    right_of_cited: float
    right_of_all: float
    answered_wrongly: int = 0

    def asked(self, kind: str) -> Iterator[tuple[str, Any]]:
        companies = yaml.safe_load((HERE / self.file).read_text("utf-8"))
        for company, questions in companies.items():
            for question in questions[kind]:
                yield company, question


# Measured: 0.970 and 0.933.
GOLDEN = QuestionSet("questions.yaml", right_of_cited=0.97, right_of_all=0.93)
# What golden questions were looked at for is seen to help here, and how much less. Measured: 0.966 and
# 0.824. Before sentences were compared by meaning 0.931 and 0.794; before misspelt words were read as
# documents spell them 0.939 and 0.676, with no unanswerable question answered.
HELD_OUT = QuestionSet("held_out.yaml", right_of_cited=0.96, right_of_all=0.82, answered_wrongly=1)
SETS = pytest.mark.parametrize("questions", [GOLDEN, HELD_OUT], ids=["golden", "held-out"])
# The page is right, but the fact is not in the sentences that are quoted. Measured: 0.019 and none.
FACT_LACKING = 0.02


@dataclass(frozen=True, slots=True)
class Answer:
    text: str
    passages: tuple[Passage, ...]

    @property
    def first(self) -> Passage | None:
        """What the first citation of the answer points to."""
        shown = cited(self.passages, self.text)
        return min(shown, key=lambda p: self.text.find(f"[{p.number}]"), default=None)

    @property
    def declines(self) -> bool:
        return self.text.startswith(NOTHING_FOUND) and not cited(self.passages, self.text)


async def ask(context: TenantContext, embedder: Embedder, question: str) -> Answer:
    findings = await search(context, embedder, question=question, asker=Asker("U1", True))
    passages = tuple(
        Passage(number, found.title, found.page, found.heading, found.text, score=found.score)
        for number, found in enumerate(findings.found, 1)
    )
    doubtful = await is_doubtful(embedder, question, findings)
    turn = AgentTurn("Pia", "people", "", question, passages, doubtful, findings.read_as)
    prompt = build_prompt(context, turn)
    offline = Offline(closeness=partial(closeness, embedder))
    said = [item.text async for item in offline.stream(prompt) if isinstance(item, Delta)]
    return Answer("".join(said), passages)


def is_at(passage: Passage | None, places: list[tuple[str, int | str]]) -> bool:
    """Whether it is one of *places*: a title with a page, or with the end of a path of headings."""
    return passage is not None and any(
        passage.title == title
        and (passage.page == place if isinstance(place, int) else passage.heading.endswith(place))
        for title, place in places
    )


def report(figures: str) -> None:
    """Seen with `pytest -s`, and where the test fails."""
    sys.stdout.write(f"\n{figures}\n")


def table(rows: Sequence[tuple[str, ...]]) -> str:
    return "\n".join(["", *("  |  ".join(row) for row in rows)])


def shown(passage: Passage | None) -> str:
    return f"{passage.title}, {passage.page or passage.heading}" if passage else "nothing"


async def test_the_sets_are_as_large_as_was_promised():
    for questions, answered in ((GOLDEN, 60), (HELD_OUT, 30)):
        assert len(list(questions.asked("answered"))) >= answered
        assert len(list(questions.asked("unanswerable"))) >= 20


@SETS
async def test_the_cited_page_is_the_right_one(
    companies: Companies, embedder: Embedder, questions: QuestionSet
):
    misses, cited_right, unsaid, silent, count = [], 0, 0, 0, 0
    for company, question in questions.asked("answered"):
        answer = await ask(companies[company], embedder, question["ask"])
        count += 1
        silent += answer.first is None
        if is_at(answer.first, question["at"]):
            cited_right += 1
            unsaid += question["says"].casefold() not in answer.text.casefold()
        else:
            misses.append((company, question["ask"], str(question["at"]), shown(answer.first)))
    of_cited, of_all = cited_right / (count - silent), cited_right / count
    report(
        f"{questions.file}: the cited page is right in {of_cited:.1%} of {count - silent} answers, "
        f"in {of_all:.1%} of all {count} questions; {unsaid} of these lack the very fact"
    )
    assert of_cited >= questions.right_of_cited, table(misses)
    assert of_all >= questions.right_of_all, table(misses)
    assert unsaid / count <= FACT_LACKING


@SETS
async def test_what_no_document_answers_is_declined(
    companies: Companies, embedder: Embedder, questions: QuestionSet
):
    answered, count = [], 0
    for company, question in questions.asked("unanswerable"):
        answer = await ask(companies[company], embedder, question)
        count += 1
        if not answer.declines:
            answered.append((company, question, answer.text))
    report(f"{questions.file}: declined {count - len(answered)} of {count} unanswerable questions")
    assert len(answered) <= questions.answered_wrongly, table(answered)
