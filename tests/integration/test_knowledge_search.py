"""Searching on the real database, with the real model where it has been built."""

import gzip
import json
import re
import sys
from collections.abc import Awaitable, Callable, Iterable
from math import log2
from pathlib import Path

import pytest
import yaml

from core.db.tenant import TenantContext
from core.knowledge.embedding.minilm import load
from core.knowledge.ingest_document import ingest_document
from core.knowledge.list_documents import list_documents
from core.knowledge.model import Asker, Findings, Scope
from core.knowledge.ports import Embedder
from core.knowledge.reading.limited_reader import LimitedReader
from core.knowledge.search import search

ROOT = Path(__file__).resolve().parents[2]
HANDBOOKS = ROOT / "tests" / "unit" / "knowledge" / "handbooks"
SAMPLES = ROOT / "bot" / "cli" / "samples"
BOOKS = ("northwind", "harbor", "orbit", "brightwater", "pinewood")
NewContext = Callable[[], Awaitable[TenantContext]]
READER = LimitedReader()


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    found = load(Path(sys.prefix) / "share" / "aegis" / "minilm")
    if found is None:
        pytest.skip("the embedding model has not been built: run `make model`")
    return found


async def add(
    context: TenantContext,
    embedder: Embedder | None,
    title: str,
    content: bytes,
    scope: Scope = "workspace",
    by: str = "U1",
) -> None:
    await ingest_document(
        context,
        READER,
        embedder,
        title=title,
        content=content,
        added_by=by,
        scope=scope,
        reference="test",
    )


async def add_folder(context: TenantContext, embedder: Embedder | None, folder: Path) -> None:
    for name, content in _files(folder):
        await add(context, embedder, name, content)


def _files(folder: Path) -> list[tuple[str, bytes]]:
    return [(file.name, file.read_bytes()) for file in sorted(folder.iterdir())]


async def ask(
    context: TenantContext,
    embedder: Embedder | None,
    question: str,
    *,
    person: str = "U1",
    private: bool = True,
    history: tuple[str, ...] = (),
) -> Findings:
    return await search(
        context, embedder, question=question, asker=Asker(person, private), history=history
    )


def headings(findings: Findings) -> list[str]:
    return [found.heading.split(" › ")[-1] for found in findings.found]


async def test_an_empty_workspace_finds_nothing(context):
    findings = await ask(context, None, "What is parental leave?")
    assert findings == Findings((), frozenset(), lexical_only=True)


@pytest.mark.parametrize(
    "question", ["", "?!", "the of and", "'", "a & b | !c", "\\' <-> (", "x" * 9_999]
)
async def test_a_question_is_never_syntax(context, question):
    await add(context, None, "a.txt", b"Some words about bicycles.")

    findings = await ask(context, None, question)

    assert (findings.found, findings.withheld) == ((), 0)


async def test_own_documents_are_found_by_their_owner_in_private_only(context):
    await add(context, None, "diary.txt", b"The zeppelin lands on Tuesday.", "person", by="U1")
    question = "When does the zeppelin land?"
    assert len((await ask(context, None, question)).found) == 1
    in_public = await ask(context, None, question, private=False)
    assert (in_public.found, in_public.withheld) == ((), 1)
    of_another = await ask(context, None, question, person="U2")
    assert (of_another.found, of_another.withheld) == ((), 0)


async def test_a_document_of_nobody_is_not_that_of_whoever_has_no_name(context):
    """An asker without an id, such as the operator, sees the workspace's alone."""
    await add(context, None, "diary.txt", b"The zeppelin lands on Tuesday.", "person", by="U1")
    async with context.db.transaction() as tx:
        await tx.execute("update document set owner_id = ''")
    assert (await ask(context, None, "When does the zeppelin land?", person="")).found == ()
    assert await list_documents(context, asker=Asker("", private=True)) == []


async def test_another_workspace_finds_nothing(new_context):
    here, there = await new_context(), await new_context()
    await add(here, None, "a.txt", b"The zeppelin lands on Tuesday.")
    assert (await ask(here, None, "When does the zeppelin land?")).found
    assert not (await ask(there, None, "When does the zeppelin land?")).found


async def test_a_finding_has_all_a_citation_needs(context, embedder):
    await add_folder(context, embedder, SAMPLES / "northwind")
    findings = await ask(context, embedder, "How many weeks of parental leave do we get?")
    best = findings.found[0]
    assert (best.title, best.page) == ("employee-handbook.pdf", 4)
    assert best.heading.endswith("Parental leave › How much parental leave you get")
    assert "18 weeks" in best.text
    assert not findings.lexical_only


@pytest.mark.parametrize("by_words", [False, True], ids=["with the model", "by words alone"])
async def test_the_samples_answer_their_own_questions_only(new_context, request, by_words):
    embedder = None if by_words else request.getfixturevalue("embedder")
    northwind, harbor = await new_context(), await new_context()
    await add_folder(northwind, embedder, SAMPLES / "northwind")
    await add_folder(harbor, embedder, SAMPLES / "harbor")
    for question in (
        "How many weeks of parental leave do we get?",
        "How much parental leave do I get?",
        "parental leave",
        "How much is the bike stipend?",
        "Who may hold a workshop key?",
        "How do I hand in receipts?",
    ):
        assert (await ask(northwind, embedder, question)).found, question
        assert not (await ask(harbor, embedder, question)).found, question
    assert (await ask(harbor, embedder, "How do I record my time?")).found
    assert (await ask(harbor, embedder, "How do I check for conflicts of interest?")).found
    assert not (await ask(northwind, embedder, "How do I check for conflicts of interest?")).found


async def test_a_follow_up_is_understood_from_the_question_before(context, embedder):
    await add_folder(context, embedder, SAMPLES / "northwind")
    before = ("what is the bike stipend?",)
    findings = await ask(context, embedder, "How often can I claim it?", history=before)
    assert headings(findings)[0] == "Bike stipend"
    changed = await ask(context, embedder, "What is the capital of Mongolia?", history=before)
    assert not changed.found


@pytest.mark.parametrize("apostrophe", ["'", "’"])
async def test_it_does_not_matter_which_apostrophe_a_keyboard_has(context, embedder, apostrophe):
    await add_folder(context, embedder, SAMPLES / "northwind")
    for question, heading in (
        ("Do I need a doctor's note?", "Sick leave"),
        ("What's the notice period?", "If you leave"),
        ("I'm moving house, do I get a day off?", "Other days off with pay"),
        ("Who's the first aider?", "First aid"),
    ):
        findings = await ask(context, embedder, question.replace("'", apostrophe))
        assert headings(findings)[:1] == [heading], question


async def test_questions_are_answered_where_they_can_be_and_refused_elsewhere(
    new_context: NewContext, embedder: Embedder
):
    contexts = {book: await new_context() for book in BOOKS}
    for book, context in contexts.items():
        await add(context, embedder, f"{book}.md", (HANDBOOKS / f"{book}.md").read_bytes())
    answered, refused = [], []
    for group in yaml.safe_load((HANDBOOKS / "questions.yaml").read_text("utf-8")):
        for question in group["ask"] if not group["in"] else group["ask"][:1]:
            for book, context in contexts.items():
                found = headings(await ask(context, embedder, question))
                if book in group["in"]:
                    answered.append(group["in"][book] in found)
                else:
                    refused.append(not found)
    # Measured: 0.88 and 0.95.
    assert sum(answered) / len(answered) >= 0.85
    assert sum(refused) / len(refused) >= 0.92


def _judged(folder: Path, most: int) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """The texts that some of the questions want, and what each of those questions wants."""
    wanted: dict[str, dict[str, str]] = {}
    for line in (folder / "qrels.tsv").read_text("utf-8").splitlines()[1:]:
        query, text, grade = line.split("\t")
        if int(grade) > 0:
            wanted.setdefault(query, {})[text] = grade
    wanted = dict(list(wanted.items())[:most])
    keep = {text for texts in wanted.values() for text in texts}
    with gzip.open(folder / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        entries = [json.loads(line) for line in lines]
    texts = {e["_id"]: f"{e['title']}\n\n{e['text']}" for e in entries if e["_id"] in keep}
    return texts, wanted


def _gain(found: Iterable[str], wanted: dict[str, str]) -> float:
    """nDCG@10 with one grade."""
    got = sum(1 / log2(place + 2) for place, text in enumerate(found) if text in wanted)
    return got / sum(1 / log2(place + 2) for place in range(min(10, len(wanted))))


async def test_meaning_and_words_together_rank_better_than_words(context, shared, embedder):
    folder = shared / "data" / "cranfield"
    texts, wanted = _judged(folder, most=30)
    whole = "\n\n".join(f"# {name}\n\n{text}" for name, text in texts.items())
    await add(context, embedder, "cranfield.md", whole.encode())
    lines = (folder / "queries.jsonl").read_text("utf-8").splitlines()
    questions = {entry["_id"]: entry["text"] for entry in map(json.loads, lines)}
    gains: dict[str, list[float]] = {"words": [], "both": []}
    for query, texts_wanted in wanted.items():
        for label, model in (("words", None), ("both", embedder)):
            findings = await search(
                context, model, question=questions[query], asker=Asker("U1", True), limit=10
            )
            found = dict.fromkeys(finding.heading for finding in findings.found)
            gains[label].append(_gain(found, texts_wanted))
    words, both = (sum(values) / len(values) for values in gains.values())
    assert both >= words - 0.01
    assert both >= 0.55


async def test_two_versions_are_cited_once_unless_they_contradict_each_other(context):
    rule = (
        "Parents may take parental leave of {} weeks with full pay, whatever their contract says."
    )
    for title, weeks in (("policy-2024.md", 18), ("policy-2025.md", 18), ("policy-2026.md", 20)):
        text = f"# {title}\n\n{rule.format(weeks)}\n"
        await add(context, None, title, text.encode())

    findings = await ask(context, None, "How many weeks of parental leave?")
    assert sorted(re.findall(r"\d+ weeks", " ".join(f.text for f in findings.found))) == [
        "18 weeks",
        "20 weeks",
    ]


SECRET = (
    "# Secret\n\nThe acquisition of Zephyrline closes in May. Kowalczyk is dismissed on Friday, and "
    "gets severance.\n"
)
ABOUT_IT = (
    "Who approves travel to Zephyrline?",
    "How much parental leave do Zephyrline people get?",
    "What is the bike stipend for Kowalczyk?",
    "Is Kowalczyk on parental leave?",
    "What is the severance for Kowalczyk?",
)


@pytest.mark.parametrize("reads", ["by meaning", "by words"])
async def test_what_one_may_not_see_changes_nothing_of_what_is_found(new_context, embedder, reads):
    """Not how rare a word is either: that a name is in no document, and then in one, was told by
    answers that came and went."""
    model = embedder if reads == "by meaning" else None
    context = await new_context()
    await add_folder(context, model, SAMPLES / "northwind")
    before = [await ask(context, model, question, person="U2") for question in ABOUT_IT]

    await add(context, model, "secret.md", SECRET.encode(), scope="person", by="U9")

    after = [await ask(context, model, question, person="U2") for question in ABOUT_IT]
    assert after == before
    seen = await ask(context, model, "What is the severance for Kowalczyk?", person="U9")
    assert [found.title for found in seen.found] == ["secret.md"]
