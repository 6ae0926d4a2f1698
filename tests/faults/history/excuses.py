"""What is not held against the product: what a failover that loses the last second took along, or made
unsaid; and what Slack gave up."""

import re
from collections.abc import Iterator, Sequence

from tests.faults.history.answers import BELOW
from tests.faults.history.model import Delivery, History, Message, Said, Window
from tests.faults.history.views import deliveries_by_message

GAP_SECONDS = 5.0  # before a failover: what is not done by then may be undone by it


def questions_of(history: History) -> Iterator[Said]:
    """Those that are held to the rules: not the poison, and not what a lost second took along."""
    gone = swallowed(history)
    for said in history.said:
        if said.token and not said.poison and (said.workspace, said.ts) not in gone:
            yield said


def swallowed(history: History) -> set[tuple[str, str]]:
    """(workspace, ts) of what was said, or first acknowledged, in the gap of a failover: the row that
    it became is lost. And of what goes on in a channel's thread that begins so: there we know of no
    conversation any more, and nobody has named us."""
    gaps = [window for window in history.windows if "answers" in window.excuses]
    deliveries = deliveries_by_message(history)
    gone = {
        (said.workspace, said.ts)
        for said in history.said
        for gap in gaps
        if gap.began <= said.at <= gap.ended
        or _first_acknowledged_in(gap, deliveries[said.workspace, said.ts])
    }
    return gone | {
        (said.workspace, said.ts)
        for said in history.said
        if (said.workspace, said.thread) in gone and not said.channel.startswith("D")
    }


def given_up(history: History) -> set[tuple[str, str]]:
    """(workspace, ts) of what was never answered 200, so that Slack stopped trying. When each try of
    it failed is judged by `late`. Whoever goes on in a thread of a channel that begins so talks to
    nobody: there we know of no conversation."""
    deliveries = deliveries_by_message(history)
    gone = {
        (said.workspace, said.ts)
        for said in history.said
        if not said.command
        and (tries := deliveries[said.workspace, said.ts])
        and not any(each.acknowledged for each in tries)
    }
    gone |= {(s.workspace, s.ts) for s in history.said if s.command and not s.accepted}
    return gone | {
        (said.workspace, said.ts)
        for said in history.said
        if (said.workspace, said.thread) in gone and not said.channel.startswith("D")
    }


def _first_acknowledged_in(gap: Window, deliveries: list[Delivery]) -> bool:
    ends = [each.ended_at for each in deliveries if each.acknowledged]
    return bool(ends) and gap.began <= min(ends) <= gap.ended


def forgotten_by_failovers(history: History) -> set[str]:
    """Questions from before a failover whose turn ended, in the end, after its gap began."""
    ended = {
        (one.workspace, key): at for one in history.stored for key, (_, at) in one.turns.items()
    }
    return {
        said.token
        for said in history.said
        for gap in history.windows
        if "answers" in gap.excuses
        and said.at < gap.began
        and ended.get((said.workspace, f"{said.channel}:{said.ts}"), 0.0) > gap.began
    }


def unsaid(history: History, messages: Sequence[Message]) -> int:
    """How many of these a failover made unsaid, as far as the database knows: they are said again."""
    gaps = [window for window in history.windows if "answers" in window.excuses]
    return sum(
        any(gap.began - GAP_SECONDS <= float(message.ts) <= gap.ended for gap in gaps)
        for message in messages
    )


_APOLOGY = re.compile(
    r"Sorry, no model answered just now\b"
    r"|.*The model broke off in the middle of the answer\._?" + BELOW,
    re.DOTALL,
)


def apologies(history: History) -> list[Message]:
    """What was said, since a model was ill, of one that did not answer or broke off."""
    ill = [window.began for window in history.windows if "models" in window.excuses]
    return [
        message
        for message in history.messages
        if message.is_app
        and any(began <= float(message.ts) for began in ill)
        and _APOLOGY.match(message.text.strip())
    ]


def met_an_ill_model(history: History, said: Said) -> bool:
    """Whether it was asked before such a time was over."""
    return any("models" in each.excuses and said.at <= each.ended for each in history.windows)


def begins(said: Said) -> bool:
    """Whether it is what a channel's thread begins with."""
    return said.ts == said.thread and not said.channel.startswith("D")
