"""The history checker: nothing lost, nothing doubled, nothing foreign, order kept, acks in time.

It looks at a history alone, so a run can be checked again, and planted faults show that it sees.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import permutations

from tests.faults.history.answers import whole_answers
from tests.faults.history.model import Delivery, History, Message, Said, Window

_OWNER_IS_TOLD = "Something in this workspace failed on our side again and again"
LATE_MS = 3_000  # Slack gives up
_TOKEN = re.compile(r"\bTOK[0-9a-f]{10}\b")
_CANARY = re.compile(r"\bCAN[0-9a-f]{10}\b")


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that did not hold, and where."""

    rule: str
    words: str


def check(history: History) -> list[Finding]:
    """Everything that is wrong with a run; empty for a clean one."""
    history = replace(history, messages=whole_answers(history.messages))
    return [Finding(rule, words) for rule, look in RULES.items() for words in look(history)]


def lost(history: History) -> Iterator[str]:
    """Each question has its answer, whole, in its thread."""
    answers = _answers(history)
    for said in _questions(history):
        found = [m for m in answers[said.token] if _is_where(m, said)]
        if not found:
            yield f"{said.token} of {said.workspace}, said {said.at - history.began:.1f} s in"
        elif found[0].streaming:
            yield f"{said.token} of {said.workspace}: its answer is not finished"


def doubled(history: History) -> Iterator[str]:
    """No question has two answers, and nobody is told twice what went wrong."""
    answers = _answers(history)
    for said in _questions(history):
        if len(answers[said.token]) > 1:
            yield f"{said.token} of {said.workspace}: {len(answers[said.token])} answers"
    for place, messages in _told(history).items():
        asked = [s for s in history.said if s.token and (s.workspace, s.channel, s.thread) == place]
        if asked and len(messages) > len(asked):
            yield f"{' '.join(place)}: told {len(messages)} times: {messages[0].text[:60]!r}"


def foreign(history: History) -> Iterator[str]:
    """The app says nobody's words in another's place: no canary, no token of another thread."""
    home = {said.token: said for said in history.said if said.token}
    for message in history.messages:
        if not message.is_app:
            continue
        for canary in set(_CANARY.findall(message.text)):
            if canary != history.canaries.get(message.workspace):
                yield f"a canary that is not {message.workspace}'s: {message.text[:80]!r}"
        for token in set(_TOKEN.findall(message.text)):
            if token not in home or not _is_where(message, home[token]):
                yield f"{token} in {message.workspace} {message.channel} {message.thread_ts}"


def unfounded(history: History) -> Iterator[str]:
    """An answer holds what its workspace's own document says."""
    for token, messages in _answers(history).items():
        for message in messages:
            canary = history.canaries.get(message.workspace, "")
            if canary not in message.text and not message.streaming:
                yield f"{token} without its canary: {message.text[:80]!r}"


def uncalled(history: History) -> Iterator[str]:
    """The app speaks only where it was asked. Besides, an owner is told once of what was set aside."""
    asked = {(said.workspace, said.channel, said.thread) for said in history.said if said.token}
    owners = {said.workspace for said in history.said if said.poison}
    for place, messages in _told(history).items():
        if place[0] in owners and messages[0].text.startswith(_OWNER_IS_TOLD):
            owners.discard(place[0])
        elif place not in asked:
            yield f"{' '.join(place)}: {messages[0].text[:80]!r}"


def disordered(history: History) -> Iterator[str]:
    """In a thread, answers stand in the order in which their questions reached us.

    Two that were on their way at the same time have no order: Slack promises none.
    """
    threads: dict[tuple[str, str, str], list[Said]] = defaultdict(list)
    for said in _questions(history):
        threads[said.workspace, said.channel, said.thread].append(said)
    answers, deliveries = _answers(history), _by_message(history)
    for place, questions in threads.items():
        for earlier, later in permutations(questions, 2):
            if not _came_before(deliveries, earlier, later):
                continue
            first, second = (answers[said.token] for said in (earlier, later))
            if first and second and float(first[0].ts) > float(second[0].ts):
                yield f"{' '.join(place)}: {earlier.token} is answered after {later.token}"


def late(history: History) -> Iterator[str]:
    """Slack's deliveries are answered 200 within 3 s, unless something broken explains it."""
    broken = [window for window in history.windows if "acks" in window.excuses]
    for delivery in history.deliveries:
        if delivery.acknowledged and delivery.took_ms < LATE_MS:
            continue
        if not any(_overlaps(delivery, window) for window in broken):
            when = delivery.sent_at - history.began
            yield f"{delivery.event_id}: {delivery.status} after {delivery.took_ms:.0f} ms, {when:.1f} s in"


def uncommitted(history: History) -> Iterator[str]:
    """What a person said and was answered 200 is in the database."""
    said = {(each.workspace, each.ts) for each in history.said}
    stored = {event for each in history.stored for event in each.inbox}
    excused = [window for window in history.windows if "answers" in window.excuses]
    for delivery in history.deliveries:
        if not delivery.acknowledged or (delivery.workspace, delivery.ts) not in said:
            continue
        if delivery.event_id in stored:
            continue
        if not any(_overlaps(delivery, window) for window in excused):
            yield f"{delivery.event_id} ({delivery.kind}) of {delivery.workspace}"


def undrained(history: History) -> Iterator[str]:
    """In the end nothing waits: no mailbox, no event, no turn, no message on its way."""
    poisoned = Counter(said.workspace for said in history.said if said.poison)
    if history.mailboxes:
        yield f"{history.mailboxes} mailboxes wait"
    for each in history.stored:
        states = Counter(each.inbox.values())
        if states["waiting"]:
            yield f"{each.workspace}: {states['waiting']} events wait"
        if states["set_aside"] != poisoned[each.workspace]:
            yield f"{each.workspace}: {states['set_aside']} events set aside"
        open_turns = [key for key, (state, _) in each.turns.items() if state not in _OVER]
        if len(open_turns) > poisoned[each.workspace]:
            yield f"{each.workspace}: {len(open_turns)} turns are open, as {open_turns[0]}"
        for state in ("waiting", "sending", "streaming"):
            if each.outbox.get(state):
                yield f"{each.workspace}: {each.outbox[state]} messages are {state}"


def unaudited(history: History) -> Iterator[str]:
    """`aegis audit verify` finds every chain whole."""
    yield from history.audit


def untold(history: History) -> Iterator[str]:
    """Who said what could not be done was told so, once."""
    told = _told(history)
    for said in history.said:
        if said.poison and len(told[said.workspace, said.channel, said.thread]) != 1:
            yield f"{said.workspace} {said.ts}: told {len(told[said.workspace, said.channel, said.thread])} times"


RULES: dict[str, Callable[[History], Iterator[str]]] = {
    rule.__name__: rule
    for rule in (
        lost,
        doubled,
        foreign,
        unfounded,
        uncalled,
        disordered,
        late,
        uncommitted,
        undrained,
        unaudited,
        untold,
    )
}
_OVER = ("done", "failed")


def _by_message(history: History) -> dict[tuple[str, str], list[Delivery]]:
    found: dict[tuple[str, str], list[Delivery]] = defaultdict(list)
    for delivery in history.deliveries:
        found[delivery.workspace, delivery.ts].append(delivery)
    return found


def _came_before(
    deliveries: dict[tuple[str, str], list[Delivery]], earlier: Said, later: Said
) -> bool:
    """Whether all that told of the one was acknowledged before anything of the other was sent."""
    first, second = (deliveries[said.workspace, said.ts] for said in (earlier, later))
    acknowledged: dict[str, float] = {}
    for each in first:
        if each.acknowledged:
            known = acknowledged.get(each.event_id, each.ended_at)
            acknowledged[each.event_id] = min(known, each.ended_at)
    if {each.event_id for each in first} != set(acknowledged) or not acknowledged or not second:
        return False
    return max(acknowledged.values()) < min(each.sent_at for each in second)


def _questions(history: History) -> Iterator[Said]:
    """Those that are held to the rules: not the poison, and not what a lost second took along."""
    gaps = [window for window in history.windows if "answers" in window.excuses]
    for said in history.said:
        spared = any(window.began <= said.at <= window.ended for window in gaps)
        if said.token and not said.poison and not spared:
            yield said


def _answers(history: History) -> dict[str, list[Message]]:
    """The app's messages by the token they carry."""
    found: dict[str, list[Message]] = defaultdict(list)
    for message in history.messages:
        if message.is_app:
            for token in set(_TOKEN.findall(message.text)):
                found[token].append(message)
    return found


def _told(history: History) -> dict[tuple[str, str, str], list[Message]]:
    """What the app said that answers nothing, by thread."""
    found: dict[tuple[str, str, str], list[Message]] = defaultdict(list)
    for message in history.messages:
        if message.is_app and not _TOKEN.search(message.text):
            place = (message.workspace, message.channel, message.thread_ts or message.ts)
            found[place].append(message)
    return found


def _is_where(message: Message, said: Said) -> bool:
    thread = message.thread_ts or message.ts
    return (message.workspace, message.channel, thread) == (
        said.workspace,
        said.channel,
        said.thread,
    )


def _overlaps(delivery: Delivery, window: Window) -> bool:
    return delivery.sent_at <= window.ended and delivery.ended_at >= window.began
