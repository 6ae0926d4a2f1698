"""An answer may go on in a second message, where its stream ended early: read as a person reads it."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from tests.faults.history.model import Message

MOST_PARTS = 4
# What stands below the words: buttons to rate them by.
BELOW = r"(\n\[Good answer\] \[Bad answer\])?$"
# What the vendor of `tests.faults.cluster.provider` says, whole.
_WHOLE = re.compile(r"To [\w ]+?\. The documents say ([\w ]+? \[1\]|no word)\.")
# And what is left of it where it broke off.
_BROKEN_OFF = re.compile(r"To [\w. ]*\n\nThe model broke off in the middle of the answer\." + BELOW)


def whole_answers(messages: list[Message]) -> list[Message]:
    """The same, with the parts of one answer as one message where its first part stands.

    Only parts that are the vendor's sentence once they are put together: half an answer and an
    apology after it stay two.
    """
    threads: dict[tuple[str, str, str], list[Message]] = defaultdict(list)
    others: list[Message] = []
    for message in messages:
        if message.is_app:
            place = (message.workspace, message.channel, message.thread_ts or message.ts)
            threads[place].append(message)
        else:
            others.append(message)
    for found in threads.values():
        others += _joined(sorted(found, key=lambda message: float(message.ts)))
    return others


def is_one_answer(text: str) -> bool:
    """Whether it is the vendor's sentence from its first word on, once; below it stand sources."""
    return bool(_WHOLE.match(text.strip())) and text.count("To TOK") == 1


def _joined(messages: list[Message]) -> Iterator[Message]:
    at = 0
    while at < len(messages):
        count = 1 if _WHOLE.search(messages[at].text) else _parts(messages[at:])
        parts = messages[at : at + count]
        text = _put_together(parts) or parts[0].text
        yield replace(parts[0], text=text, streaming=any(part.streaming for part in parts))
        at += count


def _parts(messages: list[Message]) -> int:
    """How many of them, from the first on, are one answer."""
    for count in range(2, min(MOST_PARTS, len(messages)) + 1):
        if any(_WHOLE.search(part.text) for part in messages[1:count]):
            break  # the next answer
        if _put_together(messages[:count]):
            return count
    return 1


def _put_together(parts: list[Message]) -> str | None:
    """Slack trims a message, so a part may have ended, or begun, with a space."""
    texts = [""]
    for part in parts:
        texts = [before + space + part.text for before in texts for space in ("", " ")]
    return next((text.strip() for text in texts if _is_of_one(text.strip())), None)


def _is_of_one(text: str) -> bool:
    if _BROKEN_OFF.match(text):
        return text.count("To TOK") <= 1
    return bool(_WHOLE.match(text))
