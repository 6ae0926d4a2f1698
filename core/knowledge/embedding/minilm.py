"""all-MiniLM-L6-v2 in 8 bits through onnxruntime: 23 MB, no download at run time."""

import asyncio
import logging
import os
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from core.knowledge.embedding.wordpiece import WordPiece
from core.knowledge.ports import Embedder

MODEL_NAME = "all-MiniLM-L6-v2-int8"
GRAPH_FILE, VOCABULARY_FILE, NOTE_FILE = "model.int8.onnx", "vocab.txt", "MODEL"

_REMEMBERED_WORDS = 4_096  # of 1.5 kB each

log = logging.getLogger(__name__)


class MiniLM:
    """An Embedder. Works off the event loop, in a thread of its own."""

    name = MODEL_NAME

    def __init__(
        self, session: onnxruntime.InferenceSession, pieces: WordPiece, niceness: int
    ) -> None:
        self._session = session
        self._pieces = pieces
        # Single words come again and again: every question is also judged by its telling words.
        self._vector_of_word = lru_cache(_REMEMBERED_WORDS)(self._vector_of)
        self._thread = ThreadPoolExecutor(
            1, "embedder", initializer=_stand_back, initargs=(niceness,)
        )

    def count(self, text: str) -> int:
        return self._pieces.count(text)

    def rarity(self, word: str) -> float:
        return self._pieces.rarity(word)

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        loop = asyncio.get_running_loop()
        # One hand-over a text, so that a person's question does not wait for a whole upload.
        return [await loop.run_in_executor(self._thread, self._embed_one, text) for text in texts]

    def _embed_one(self, text: str) -> list[float]:
        vector = self._vector_of_word(text) if text.isalpha() else self._vector_of(text)
        numbers: list[float] = vector.tolist()
        return numbers

    def _vector_of(self, text: str) -> NDArray[np.float32]:
        # One text at a time: measured, batches of 32 are slower on one thread and cost 370 MB.
        ids = np.array([self._pieces.encode(text)], dtype=np.int64)
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        vector: NDArray[np.float32] = self._session.run(["embedding"], feed)[0][0]
        return vector


def _stand_back(niceness: int) -> None:
    """Linux has a priority for each thread; elsewhere it is the whole process's, which keeps it. Where
    even that is forbidden, documents are embedded all the same."""
    if sys.platform == "linux" and niceness > os.getpriority(os.PRIO_PROCESS, 0):
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), niceness)


def load(folder: Path, *, niceness: int = 0) -> Embedder | None:
    """The model built into *folder*, or None (said in the log) when there is none or it is broken.
    *niceness* (0 to 19): how far it stands back where processors are short.

    Without it the product searches by words alone.
    """
    if not (folder / NOTE_FILE).is_file():
        log.warning("no embedding model on this machine: search works by words alone")
        return None
    try:
        return _read(folder, niceness)
    except Exception:
        # onnxruntime raises its own family of errors, none of which should keep the service down.
        log.exception("the embedding model cannot be used: search works by words alone")
        return None


@cache
def _read(folder: Path, niceness: int) -> MiniLM:
    """One a process, with its thread, however often it is opened: it keeps no tenant's text but
    single words, and answers the same to everybody."""
    return MiniLM(*_weights(folder), niceness)


@cache
def _weights(folder: Path) -> tuple[onnxruntime.InferenceSession, WordPiece]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        str(folder / GRAPH_FILE), options, providers=["CPUExecutionProvider"]
    )
    return session, WordPiece.from_file(folder / VOCABULARY_FILE)
