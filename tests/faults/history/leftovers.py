"""What stands in a thread and is no answer: the half of one that nobody has taken up or away."""

import re
from collections.abc import Iterator

from tests.faults.history.answers import BELOW, is_one_answer
from tests.faults.history.excuses import forgotten_by_failovers, swallowed
from tests.faults.history.model import History

# How all begins, or ends, that the product says in a thread besides answers: apologies and notices.
_SAID_BESIDES = re.compile(
    r"(Sorry\b|AEGIS (is|cannot)\b|I could not answer\b|I stopped here\b"
    r"|\d+ sources? (was|were) left out of this answer\b)"
    r"|.*(The model broke off in the middle of the answer|Stopped)\._?" + BELOW,
    re.DOTALL,
)


def leftover(history: History) -> Iterator[str]:
    """Where somebody asked, every message of the app is one whole answer, or a part of one and no
    other's, or words that are known. Spared are threads in which somebody pressed Stop, and those of
    which a failover made the database forget something."""
    asked = {(said.workspace, said.channel, said.thread) for said in history.said if said.token}
    forgotten, gone = forgotten_by_failovers(history), swallowed(history)
    spared = {
        (said.workspace, said.channel, said.thread)
        for said in history.said
        if said.stopped or said.token in forgotten or (said.workspace, said.ts) in gone
    }
    repeated = {(said.workspace, said.ts) for said in history.said if said.command}
    for message in history.messages:
        place = (message.workspace, message.channel, message.thread_ts or message.ts)
        if not message.is_app or place not in asked - spared:
            continue
        if (message.workspace, message.ts) in repeated or is_one_answer(message.text):
            continue
        if not _SAID_BESIDES.match(message.text):
            yield f"{' '.join(place)}: {message.text[:80]!r}"
