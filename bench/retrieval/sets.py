"""The sets of questions with known answers that lie in the shared folder: read, cut and embedded.

Embedding takes minutes, so its result is kept under build/, named by what it was made from.
"""

import gzip
import json
import os
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.processes import CHECKOUT
from core.knowledge.model import Chunk
from core.knowledge.ports import Block, Embedder, Part
from core.knowledge.reading.chunking import chunk

NAMES = ("cisi", "cranfield", "mtragun-pool-3turns")
CACHE = CHECKOUT / "build" / "retrieval"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, what was asked before it, and what answers it."""

    question: str
    history: tuple[str, ...]
    gains: dict[str, int]  # document → how well it answers, from 1; all others answer nothing


@dataclass(frozen=True, slots=True)
class Source:
    """One document of a set as the product would have it."""

    name: str
    title: str
    chunks: list[Chunk]


@dataclass(frozen=True, slots=True)
class QuestionSet:
    name: str
    sources: list[Source]
    asked: list[Asked]


def data_folder() -> Path:
    """Where the sets are, if they are anywhere."""
    return Path(os.environ.get("AEGIS_SHARED", CHECKOUT.parent / "shared")) / "data"


def read_set(folder: Path, embedder: Embedder) -> QuestionSet:
    """Read the set in *folder*; its last line of a question is asked, those before it were."""
    return QuestionSet(folder.name, list(_sources(folder, embedder)), list(_asked(folder)))


async def embed_set(found: QuestionSet, embedder: Embedder) -> list[list[float]]:
    """The embedding of each chunk, in the order of the sources."""
    texts = [piece.embedded_text for source in found.sources for piece in source.chunks]
    made_from = zlib.crc32("\0".join([embedder.name, *texts]).encode())
    kept = CACHE / f"{found.name}-{len(texts)}-{made_from:08x}.npy"
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.save(kept, np.array(await embedder.embed(texts), np.float32))
    embeddings: list[list[float]] = np.load(kept).tolist()
    return embeddings


def _sources(folder: Path, embedder: Embedder) -> Iterator[Source]:
    with gzip.open(folder / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            title = " ".join(row.get("title", "").split())
            heading = (Block("heading", title, 1),) if title else ()
            parts = [Part(None, (*heading, Block("text", row["text"])))]
            yield Source(row["_id"], title, chunk(parts, embedder.count))


def _asked(folder: Path) -> Iterator[Asked]:
    gains: dict[str, dict[str, int]] = defaultdict(dict)
    for line in (folder / "qrels.tsv").read_text("utf-8").splitlines()[1:]:
        question_id, name, gain = line.split("\t")
        if int(gain) > 0:
            gains[question_id][name] = int(gain)
    for line in (folder / "queries.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        *history, question = row["text"].split("\n")
        if row["_id"] in gains:
            yield Asked(question, tuple(history), gains[row["_id"]])
