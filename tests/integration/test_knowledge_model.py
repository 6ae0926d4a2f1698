"""The embedding model as it was built on this machine."""

import os
import sys
import threading
from pathlib import Path

import pytest

from core.knowledge.embedding.minilm import load
from core.knowledge.ports import DIMENSION, Embedder

MODEL = Path(sys.prefix) / "share" / "aegis" / "minilm"


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    found = load(MODEL)
    if found is None:
        pytest.skip("the embedding model has not been built: run `make model`")
    return found


def closeness(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


async def test_near_meanings_lie_near_each_other(embedder):
    question, near, far = await embedder.embed(
        ["How long is my holiday?", "Vacation: 27 days a year", "Replace the brake pads"]
    )
    assert closeness(question, near) > closeness(question, far) + 0.15
    assert len(question) == DIMENSION
    assert closeness(question, question) == pytest.approx(1, abs=1e-3)


async def test_the_same_text_has_the_same_embedding_whatever_comes_with_it(embedder):
    (alone,) = await embedder.embed(["leave"])
    beside = await embedder.embed(["x " * 900, "leave", "", "leave"])
    assert beside[1] == alone == beside[3]


def test_rare_words_are_told_from_common_ones(embedder):
    assert 0 == embedder.rarity("the") < embedder.rarity("weeks") < embedder.rarity("parental")
    assert embedder.rarity("needlestick") == 1


def test_pieces_are_counted(embedder):
    assert embedder.count("embeddings, unaffable") == 8


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no thread has its own priority")
async def test_what_embeds_documents_stands_back_behind_what_embeds_questions(embedder):
    await embedder.embed(["a question"])
    own = os.getpriority(os.PRIO_PROCESS, 0)
    for_documents = load(MODEL, niceness=min(own + 7, 19))

    assert await for_documents.embed(["leave"]) == await embedder.embed(["leave"])

    threads = [t.native_id for t in threading.enumerate() if t.name.startswith("embedder")]
    niceness = [os.getpriority(os.PRIO_PROCESS, number) for number in threads]
    assert {own, min(own + 7, 19)} <= set(niceness)
