"""BERT's uncased WordPiece, on the standard library alone.

The rules are those of google-research/bert `tokenization.py` (clean, lower, strip accents, split
at punctuation and ideographs, then greedy longest match). Same ids as the `tokenizers` package,
without its four further dependencies.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import log
from pathlib import Path
from typing import Literal

MAX_PIECES = 256  # what all-MiniLM-L6-v2 was trained to read, the two marks included
_MAX_WORD_CHARACTERS = 100
_FIRST_WORD_ID = 1996  # "the"; below it lie marks, unused places, signs and letters

_ASCII_WORD = re.compile(r"[a-z0-9]+|[!-/:-@\[-`{-~]")
_ASCII_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_IDEOGRAPHS = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)

Kind = Literal["dropped", "space", "single", "letter"]


class WordPiece:
    """Turns text into the ids one vocabulary gives its pieces."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        """*vocabulary*: pieces in id order. Raises KeyError when a special mark is missing."""
        self._ids = {piece: number for number, piece in enumerate(vocabulary)}
        self._unknown = self._ids["[UNK]"]
        self._first, self._last = self._ids["[CLS]"], self._ids["[SEP]"]
        self.pieces_of = lru_cache(maxsize=65_536)(self._pieces_of)

    @classmethod
    def from_file(cls, vocabulary: Path) -> "WordPiece":
        return cls(vocabulary.read_text("utf-8").splitlines())

    def encode(self, text: str, limit: int = MAX_PIECES) -> list[int]:
        """Ids of *text* between the opening and the closing mark, cut at *limit* in all."""
        ids = [self._first]
        for word in split_words(text):
            ids.extend(self.pieces_of(word))
            if len(ids) >= limit - 1:
                break
        return [*ids[: limit - 1], self._last]

    def count(self, text: str) -> int:
        """How many pieces *text* has, without the two marks."""
        return sum(len(self.pieces_of(word)) for word in split_words(text))

    def rarity(self, word: str) -> float:
        """0 for the commonest word of English, 1 for one the vocabulary has not got in one piece.

        BERT's vocabulary is sorted by how often a word was seen, so its ids are a frequency list;
        by Zipf's law the logarithm of the rank stands for the rarity.
        """
        pieces = self.pieces_of(word.lower())
        if len(pieces) != 1 or pieces[0] == self._unknown:
            return 1.0
        rank = max(1, pieces[0] - _FIRST_WORD_ID + 1)
        return log(rank) / log(len(self._ids) - _FIRST_WORD_ID + 1)

    def _pieces_of(self, word: str) -> tuple[int, ...]:
        if len(word) > _MAX_WORD_CHARACTERS:
            return (self._unknown,)
        ids: list[int] = []
        start = 0
        while start < len(word):
            found = self._longest_match(word, start)
            if found is None:
                return (self._unknown,)
            number, start = found
            ids.append(number)
        return tuple(ids)

    def _longest_match(self, word: str, start: int) -> tuple[int, int] | None:
        prefix = "##" if start else ""
        for end in range(len(word), start, -1):
            number = self._ids.get(prefix + word[start:end])
            if number is not None:
                return number, end
        return None


def split_words(text: str) -> list[str]:
    """Lower-case words without accents; each mark of punctuation and each ideograph by itself."""
    if text.isascii():
        return _ASCII_WORD.findall(_ASCII_CONTROL.sub("", text).lower())
    return list(_split_unicode(text))


def _split_unicode(text: str) -> Iterator[str]:
    kept = "".join(c for c in text if _kind(c) != "dropped")
    word: list[str] = []
    for character in _lowered_without_accents(kept):
        kind = _kind(character)
        if kind == "letter":
            word.append(character)
            continue
        if word:
            yield "".join(word)
            word.clear()
        if kind == "single":
            yield character
    if word:
        yield "".join(word)


def _lowered_without_accents(text: str) -> Iterator[str]:
    # Lowering comes second and can bring new accents (İ becomes i and a dot), so both are stripped.
    for character in unicodedata.normalize("NFD", text):
        if unicodedata.category(character) != "Mn":
            yield from (c for c in character.lower() if unicodedata.category(c) != "Mn")


@lru_cache(maxsize=8_192)
def _kind(character: str) -> Kind:
    code, category = ord(character), unicodedata.category(character)
    if code in (0, 0xFFFD):
        return "dropped"
    if character in " \t\n\r" or category == "Zs":
        return "space"
    if category.startswith("C"):
        return "dropped"
    if category.startswith("P") or _is_ascii_mark(code) or _is_ideograph(code):
        return "single"
    return "letter"


def _is_ascii_mark(code: int) -> bool:
    return 33 <= code <= 47 or 58 <= code <= 64 or 91 <= code <= 96 or 123 <= code <= 126


def _is_ideograph(code: int) -> bool:
    return any(first <= code <= last for first, last in _IDEOGRAPHS)
