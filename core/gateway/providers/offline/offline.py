"""The model that needs no key and no network: it only quotes the tenant's documents, and says so."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.gateway.model import NOTHING_FOUND, Delta, Finished
from core.gateway.ports import AnswerStream, ProviderError
from core.gateway.prompt import Prompt
from core.gateway.providers.offline.quotes import (
    LONGEST_COMPARED,
    Quote,
    best_quotes,
    leans,
    to_compare,
)

LEAD = "From your documents:"
DISCLOSURE = "_Offline model: I only quote your documents. Connect a model for full answers._"
ADVICE = "Try other words, or drop a file that covers it into a direct message with me."
WORDS_AT_ONCE = 8
MOST_COMPARED = 80  # sentences; each costs an embedding

# What is asked, and texts → how close each comes to it in meaning; None where that cannot be told.
Closeness = Callable[[str, Sequence[str]], Awaitable[Sequence[float] | None]]

_WORD_WITH_SPACE = re.compile(r"\s*\S+\s*")
_GREETING = re.compile(
    r"(hi|hello|hey|hiya|howdy|yo|good (morning|afternoon|evening|day)|greetings)"
    r"(\s+(there|all|team|everyone|\w{2,12}))?"
)
_THANKS = re.compile(
    r"((ok|okay|great|perfect|nice|many),?\s+)?(thanks|thank you|thx|cheers)"
    r"(,?\s+(very much|so much|a lot|again|\w{2,12}))?"
    r"|ok|okay|great|perfect|nice|got it"
)
# In a quote, brackets round a number would pass for one of our own citations.
_BRACKETED_NUMBER = re.compile(r"\[(\d{1,3})\]")
_IMAGE = re.compile(r"!\[([^\]]*)\](\([^)]*\))?")


@dataclass(frozen=True, slots=True)
class Offline:
    """*words_per_s* paces the stream so that a person sees it come; None is as fast as it goes. Without
    *closeness*, sentences are chosen by their words alone."""

    words_per_s: float | None = None
    name: str = "offline"
    model: str = "offline-quotes"
    closeness: Closeness | None = None

    def __post_init__(self) -> None:
        if self.words_per_s is not None and self.words_per_s <= 0:
            raise ValueError("words per second must be more than none")

    async def stream(self, prompt: Prompt) -> AnswerStream:
        """It asks nobody, and fails only where an answer must have a form: it can just quote."""
        if prompt.answer_schema is not None:
            raise ProviderError(
                "refused", "the offline model answers in no given form", about_request=True
            )
        words = await _compose(prompt, self.closeness)
        if self.words_per_s is None:
            for group in _groups(words, WORDS_AT_ONCE):
                yield Delta(group)
        else:
            async for delta in _paced(_groups(words, 1), self.words_per_s):
                yield delta
        yield Finished(self.model, self.name)


async def _paced(words: Iterator[str], words_per_s: float) -> AnswerStream:
    loop = asyncio.get_running_loop()
    start = loop.time()
    for count, word in enumerate(words):
        # Against the clock and not word by word, so that late wake-ups do not add up.
        await asyncio.sleep(max(start + count / words_per_s - loop.time(), 0))
        yield Delta(word)


def _groups(text: str, size: int) -> Iterator[str]:
    words = _WORD_WITH_SPACE.findall(text)
    for start in range(0, len(words), size):
        yield "".join(words[start : start + size])


async def _compose(prompt: Prompt, closeness: Closeness | None) -> str:
    said = prompt.question.strip().strip("!.,:;?)( ").casefold()
    if not said or _GREETING.fullmatch(said):
        words = f"Hello! I am {prompt.agent}, the {prompt.role} agent. Ask me about your documents."
    elif _THANKS.fullmatch(said):
        words = "You are welcome. Ask me anything else about your documents."
    elif not prompt.passages or prompt.doubtful:
        words = f"{NOTHING_FOUND} {ADVICE}"
    else:
        asked = [said.text for said in prompt.thread if said.speaker == "person"]
        question, before = prompt.read_as or prompt.question, asked[-1] if asked else ""
        compared = await _compared(question, before, prompt, closeness)
        quotes = best_quotes(question, prompt.passages, before, compared)
        words = "\n\n".join([LEAD, *map(_blockquote, quotes)]) if quotes else NOTHING_FOUND
    return f"{words}\n\n{DISCLOSURE}"


async def _compared(
    question: str, before: str, prompt: Prompt, closeness: Closeness | None
) -> Mapping[str, float] | None:
    """How close what documents say comes to the question, which may lean on the one *before* or on the
    message that it is about. That message itself is compared with nothing: it would answer itself."""
    if closeness is None:
        return None
    texts = to_compare([one for one in prompt.passages if not one.said_by])[:MOST_COMPARED]
    said = [one.text[:LONGEST_COMPARED] for one in prompt.passages if one.said_by]
    whole = "\n".join(filter(None, [*said, before, question])) if leans(question) else question
    found = await closeness(whole, texts) if texts else None
    return dict(zip(texts, found, strict=True)) if found is not None else None


def _blockquote(quote: Quote) -> str:
    text = _BRACKETED_NUMBER.sub(r"(\1)", _IMAGE.sub(r"\1", quote.text))
    lines = text.strip().replace("\n", "\n> ")
    return f"> {lines} [{quote.number}]"
