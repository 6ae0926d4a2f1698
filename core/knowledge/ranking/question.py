"""A person's question taken apart: what to look for, and what an answer has to speak of."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

HISTORY_TURNS = 2  # earlier questions that help to find; more of them blur the search
MAX_CHARACTERS = 2_000  # of a question; the model reads 256 pieces, and a flood of words costs time
TELLING = 0.6  # how rare a word is, from 0 to 1, that says what a question is about
NAMING = 0.4  # how rare a word is that names something; what is commoner joins others
MAX_TELLING = 4  # words looked at one by one; each costs two short embeddings

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
# "what's", "I’m", "doctor's": the tail names nothing, and no vocabulary knows the whole.
_TAIL = re.compile(r"(?:n['’]t|['’](?:s|m|d|re|ve|ll))$")
_LEANING = re.compile(
    r"\b(it|its|that|this|these|those|they|them|their|he|she|him|her|one|ones)\b", re.IGNORECASE
)
# Words that ask rather than name, however seldom some are: "what happens if", "whom may I". No document
# has to have them.
_ASKING_WORDS = (
    "a about all allowed always am an and any anybody anyone are be can come could do does doing every find"
    " for from get give go good happen happens have how i in is it know let like long mani many may"
    " mean much must my need of often on or our per please policy put say see should show some take"
    " tell the there thing to us use want way we what when where which who whom whose why will with"
    " work would you your"
)
_ASKING = frozenset(_ASKING_WORDS.split())
_ASKING_RARITY = 0.3

Rarity = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class Word:
    """One word to search by."""

    text: str
    rarity: float  # 0 the commonest word of the language, 1 one it does not know
    asked: bool  # it stands in the question itself, not only in what was said before


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, what it is judged by, and the words that tell what it is about."""

    alone: str  # the question itself
    judged: str  # the same, with earlier ones when it cannot stand alone
    sought: str  # what is searched for: the question and the earlier ones
    words: tuple[Word, ...]
    telling: tuple[tuple[Word, str], ...]  # each with the judged text without it, rarest first
    pairs: tuple[
        tuple[str, str], ...
    ] = ()  # words side by side in it, each of which names something


def take_apart(question: str, history: Sequence[str], rarity: Rarity) -> Question:
    """*history*: what the person asked before in this conversation, oldest first."""
    rarity = _naming(rarity)
    question = question[:MAX_CHARACTERS]
    earlier = [text[:MAX_CHARACTERS] for text in history[-HISTORY_TURNS:]]
    sought = "\n".join([*earlier, question])
    judged = sought if earlier and _leans(question, rarity) else question
    asked = set(_words(judged))
    distinct = dict.fromkeys(_words(sought))
    words = tuple(Word(word, rarity(word), word in asked) for word in distinct)
    telling = sorted((w for w in words if w.asked and w.rarity >= TELLING), key=_rarest_first)
    return Question(
        alone=question,
        judged=judged,
        sought=sought,
        words=words,
        telling=tuple((word, _without(judged, word.text)) for word in telling[:MAX_TELLING]),
        pairs=tuple(_pairs(_words(judged), rarity)),
    )


def _naming(rarity: Rarity) -> Rarity:
    """The same, but for words that name nothing."""
    return lambda word: min(rarity(word), rarity_by_list(word))


def rarity_by_list(word: str) -> float:
    """How rare a word is when there is no vocabulary to ask: it asks, or it names."""
    return _ASKING_RARITY if word.lower() in _ASKING else 1.0


def _leans(question: str, rarity: Rarity) -> bool:
    """Whether a question means nothing without the one before: `and for adoption?`"""
    telling = [word for word in _words(question) if rarity(word) >= TELLING]
    return len(telling) < 2 or _LEANING.search(question) is not None


def _pairs(words: Sequence[str], rarity: Rarity) -> Iterator[tuple[str, str]]:
    for one, other in pairwise(words):
        if min(rarity(one), rarity(other)) >= NAMING:
            yield one, other


def _rarest_first(word: Word) -> float:
    return -word.rarity


def _words(text: str) -> list[str]:
    return [_bare(word) for word in _WORD.findall(text)]


def _bare(word: str) -> str:
    return _TAIL.sub("", word.lower()).replace("’", "'")


def _without(text: str, word: str) -> str:
    kept = _WORD.sub(lambda found: "" if _bare(found[0]) == word else found[0], text)
    return " ".join(kept.split())
