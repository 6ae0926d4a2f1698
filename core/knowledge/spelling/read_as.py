"""Read a question as its writer meant it: "reciepts" for "receipts", "ppl" for "people"."""

import asyncio
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.db.tenant import TenantContext
from core.knowledge.model import Sight
from core.knowledge.ranking.question import MAX_CHARACTERS, Rarity
from core.knowledge.spelling import store
from core.knowledge.spelling.shorthand import SHORTHAND
from core.knowledge.spelling.slips import one_slip_from, slips

SHORTEST = 5  # letters of a word that may be misspelt; a shorter one is near too many
LONG = 8  # letters of a word that may be misspelt twice
MOST_SLIPS = 2
STEM_ENDING = 5  # letters by which a stem is shorter than its word
FORM_ENDING = 2  # letters by which two forms of a word differ
MOST_WORDS = 4  # looked at in one question: people misspell some, and a flood of words costs time
MOST_STEMS = 8  # of those near one word, the nearest: passages with them are looked into

_WORD = re.compile(r"[^\W\d_]+")
_ENDINGS = ("s", "es", "d", "ed", "r", "er", "rs", "ers", "ing", "ly")
_UNHEARD_OF = 1.0
_COMMON = "people"


@dataclass(frozen=True, slots=True)
class Read:
    """What somebody wrote, as it was understood."""

    question: str
    history: tuple[str, ...]


async def read_as(context: TenantContext, rarity: Rarity, written: Read, sight: Sight) -> Read:
    """*written* with shorthand in full and misspelt words as the documents spell them.

    A word is misspelt when neither the language knows it nor any document has it that *sight* shows; its
    place takes the nearest word of one of these documents. What others keep to themselves lends no word,
    and keeps none from being read as another.
    """
    if rarity(_COMMON) >= _UNHEARD_OF:
        return written  # a list of asking words, and no vocabulary
    texts = [written.question[:MAX_CHARACTERS], *written.history]
    unsure = list(dict.fromkeys(word for text in texts for word in _unsure(text, rarity)))
    if not unsure:
        return written
    meant = await _meant(context, unsure[:MOST_WORDS], rarity, sight)
    return Read(_put(meant, written.question), tuple(_put(meant, text) for text in written.history))


async def _meant(
    context: TenantContext, unsure: Sequence[str], rarity: Rarity, sight: Sight
) -> Mapping[str, str]:
    """What stands in the place of each of these words; those that are left out stay."""
    async with context.db.transaction() as tx:
        known = await store.list_known(tx, unsure, sight)
        misspelt = [word for word in unsure if word not in known and word not in SHORTHAND]
        alike = await store.list_alike(tx, misspelt, sight) if misspelt else {}
    meant = {word: SHORTHAND[word] for word in unsure if word in SHORTHAND and word not in known}
    # Off the event loop: a large workspace has thousands of stems with one letter.
    near = await asyncio.to_thread(_near, alike)
    if not near:
        return meant
    async with context.db.transaction() as tx:
        stems = {stem for stems in near.values() for stem in stems}
        texts = await store.list_texts_with(tx, sorted(stems), sight)
    for word, stems_of_word in near.items():
        held = (texts[stem] for stem in stems_of_word if stem in texts)
        found = _nearest_word(word, [one for text in held for one in _words(text)], rarity)
        if found:
            meant[word] = found
    return meant


def _near(alike: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    near = {word: _nearest_stems(word, stems) for word, stems in alike.items()}
    return {word: stems for word, stems in near.items() if stems}


def _unsure(text: str, rarity: Rarity) -> Iterator[str]:
    """The words of *text* that may stand for others."""
    for word in _words(text):
        if word in SHORTHAND or (
            len(word) >= SHORTEST and word.isascii() and not _is_known(word, rarity)
        ):
            yield word


def _is_known(word: str, rarity: Rarity) -> bool:
    """Whether the language knows the word, or the one that it is made of: roofers, of roof."""
    made_of = (word.removesuffix(ending) for ending in _ENDINGS)
    return any(rarity(one) < _UNHEARD_OF for one in {word, *made_of} if len(one) > 2)


def _nearest_stems(word: str, stems: Sequence[str]) -> list[str]:
    letters, ending = set(word), min(STEM_ENDING, len(word) // 2)
    most = MOST_SLIPS if len(word) >= LONG else 1
    alike = [stem for stem in stems if len(stem) >= ending and len(set(stem) - letters) <= most]
    apart = {stem: slips(word, stem, ending=ending) for stem in alike}
    near = [stem for stem in apart if apart[stem] <= MOST_SLIPS]
    return sorted(near, key=lambda stem: (apart[stem], -len(stem)))[:MOST_STEMS]


def _nearest_word(word: str, others: Iterable[str], rarity: Rarity) -> str | None:
    """None also where the language has a nearer one: then that was meant, and no document says it."""
    apart = {other: _apart(word, other) for other in others if other[0] == word[0]}
    near = [other for other in apart if _may_be(word, other, *apart[other])]
    nearest = min(near, key=lambda other: (*apart[other], rarity(other)), default=None)
    if nearest is None or apart[nearest][0] <= 1:
        return nearest
    is_nearer_in_the_language = any(rarity(one) < _UNHEARD_OF for one in one_slip_from(word))
    return None if is_nearer_in_the_language else nearest


def _apart(word: str, other: str) -> tuple[int, int]:
    """In slips: but for an ending of either, for a document may have the word in another form; in all."""
    in_all = slips(word, other)
    ended = slips(word, other, ending=FORM_ENDING), slips(other, word, ending=FORM_ENDING)
    return min(in_all, *ended), in_all


def _may_be(word: str, other: str, but_for_endings: int, in_all: int) -> bool:
    """One slip; two in a long word, or where letters have only changed places."""
    if len(other) < SHORTEST:
        return in_all <= 1
    are_moved = sorted(word) == sorted(other)
    return but_for_endings <= 1 or (in_all <= MOST_SLIPS and (len(word) >= LONG or are_moved))


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def _put(meant: Mapping[str, str], text: str) -> str:
    return _WORD.sub(lambda found: meant.get(found[0].lower(), found[0]), text)
