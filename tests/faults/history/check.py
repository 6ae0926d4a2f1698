"""The history checker: nothing lost, nothing doubled, nothing foreign, order kept, acks in time.

It looks at a history alone, so a run can be checked again, and planted faults show that it sees.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import permutations

from tests.faults.history.answers import whole_answers
from tests.faults.history.excuses import (
    GAP_SECONDS,
    apologies,
    begins,
    forgotten_by_failovers,
    given_up,
    met_an_ill_model,
    questions_of,
    swallowed,
    unsaid,
)
from tests.faults.history.leftovers import leftover
from tests.faults.history.limits import late, slow, unresumed
from tests.faults.history.model import History, Said
from tests.faults.history.views import (
    TOKEN,
    answers_by_token,
    came_before,
    deliveries_by_message,
    overlaps,
    stands_where,
    told_by_place,
    words_on,
)

_OWNER_IS_TOLD = "Something in this workspace failed on our side again and again"
_OVER = ("done", "failed")
_LEFT_OUT = "left out here, because"
MOST_WITHHELD = 0.1  # of all answers
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
    """Each question has its answer, whole, in its thread. One that a failover made unsaid may have
    left a stream behind that nobody knows of any more; then another is whole. Where the model was ill,
    one apology stands for one answer."""
    answers, forgotten = answers_by_token(history), forgotten_by_failovers(history)
    never_taken = given_up(history)
    apologized = Counter(
        (message.workspace, message.channel, message.thread_ts or message.ts)
        for message in apologies(history)
        if not TOKEN.search(message.text)
    )
    for said in questions_of(history):
        found = [m for m in answers[said.token] if stands_where(m, said)]
        if said.stopped or (said.workspace, said.ts) in never_taken:
            continue
        place = (said.workspace, said.channel, said.thread)
        if not found and apologized[place] and met_an_ill_model(history, said):
            apologized[place] -= 1
        elif not found:
            yield f"{said.token} of {said.workspace}, said {said.at - history.began:.1f} s in"
        elif found[0].streaming and (said.token not in forgotten or found[-1].streaming):
            yield f"{said.token} of {said.workspace}: its answer is not finished"


def doubled(history: History) -> Iterator[str]:
    """No question has two answers, and nobody is told twice what went wrong.

    Whose answer a failover made unsaid, as far as the database knows, may hear it twice.
    """
    answers, forgotten = answers_by_token(history), forgotten_by_failovers(history)
    for said in questions_of(history):
        if len(answers[said.token]) > 1 and said.token not in forgotten:
            yield f"{said.token} of {said.workspace}: {len(answers[said.token])} answers"
    for place, messages in told_by_place(history).items():
        asked = [s for s in history.said if s.token and (s.workspace, s.channel, s.thread) == place]
        # Whoever pressed Stop may see half an answer, and then a word that says so.
        most = len(asked) + sum(said.stopped for said in asked) + unsaid(history, messages)
        if asked and len(messages) > most:
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
        for token in set(TOKEN.findall(message.text)):
            if token not in home or not stands_where(message, home[token]):
                yield f"{token} in {message.workspace} {message.channel} {message.thread_ts}"


def unfounded(history: History) -> Iterator[str]:
    """An answer holds what its workspace's own document says, unless the model broke it off, or it says
    that sources were left out: who is in a channel is asked of Slack, and while Slack is ill nobody
    knows. Of all answers few may say that."""
    stopped = {said.token for said in history.said if said.stopped}
    apologized = apologies(history)
    answers = answers_by_token(history)
    withheld = 0
    for token, messages in answers.items():
        for message in messages if token not in stopped else ():
            canary = history.canaries.get(message.workspace, "")
            if canary in message.text or message.streaming or message in apologized:
                continue
            if _LEFT_OUT in message.text:
                withheld += 1
            else:
                yield f"{token} without its canary: {message.text[:80]!r}"
    if withheld > MOST_WITHHELD * len(answers):
        yield f"sources were left out of {withheld} answers of {len(answers)}"


def uncalled(history: History) -> Iterator[str]:
    """The app speaks only where it was asked. Besides, an owner is told once an hour of what was set
    aside."""
    asked = {(said.workspace, said.channel, said.thread) for said in history.said if said.token}
    poisoned = {said.workspace for said in history.said if said.poison}
    hours: set[tuple[str, int]] = set()
    forms = [form.name for form in history.forms]
    for place, messages in told_by_place(history).items():
        hour = (place[0], int(float(messages[0].ts) // 3600))
        is_notice = messages[0].text.startswith(_OWNER_IS_TOLD)
        if is_notice and place[0] in poisoned and hour not in hours:
            hours.add(hour)
        elif place not in asked and not any(name in messages[0].text for name in forms):
            yield f"{' '.join(place)}: {messages[0].text[:80]!r}"


def disordered(history: History) -> Iterator[str]:
    """In a thread, answers stand in the order in which their questions reached us.

    Two that were on their way at the same time have no order: Slack promises none. And in a channel
    nobody is asked before the thread's first message, however late that comes.
    """
    threads: dict[tuple[str, str, str], list[Said]] = defaultdict(list)
    for said in questions_of(history):
        threads[said.workspace, said.channel, said.thread].append(said)
    answers, deliveries = answers_by_token(history), deliveries_by_message(history)
    for place, questions in threads.items():
        for earlier, later in permutations(questions, 2):
            if begins(later) or not came_before(deliveries, earlier, later):
                continue
            first, second = (answers[said.token] for said in (earlier, later))
            if first and second and float(first[0].ts) > float(second[0].ts):
                yield f"{' '.join(place)}: {earlier.token} is answered after {later.token}"


def uncommitted(history: History) -> Iterator[str]:
    """What a person said and was answered 200 is in the database."""
    said = {(each.workspace, each.ts) for each in history.said if not each.command}
    stored = {event for each in history.stored for event in each.inbox}
    excused = [window for window in history.windows if "answers" in window.excuses]
    for delivery in history.deliveries:
        if not delivery.acknowledged or (delivery.workspace, delivery.ts) not in said:
            continue
        if delivery.event_id in stored:
            continue
        if not any(overlaps(delivery, window) for window in excused):
            yield f"{delivery.event_id} ({delivery.kind}) of {delivery.workspace}"


def undrained(history: History) -> Iterator[str]:
    """In the end nothing waits: no mailbox, no event, no turn, no message on its way. Spared is a turn
    whose event fell into the gap of a failover: it is given up hours later (give_up_lost_turns)."""
    gone = swallowed(history)
    poisoned = Counter(said.workspace for said in history.said if said.poison)
    if history.mailboxes:
        yield f"{history.mailboxes} mailboxes wait"
    for each in history.stored:
        states = Counter(each.inbox.values())
        if states["waiting"]:
            yield f"{each.workspace}: {states['waiting']} events wait"
        if states["set_aside"] != poisoned[each.workspace]:
            yield f"{each.workspace}: {states['set_aside']} events set aside"
        open_turns = [
            key
            for key, (state, _) in each.turns.items()
            if state not in _OVER and (each.workspace, key.rpartition(":")[2]) not in gone
        ]
        if len(open_turns) > poisoned[each.workspace]:
            yield f"{each.workspace}: {len(open_turns)} turns are open, as {open_turns[0]}"
        for state in ("waiting", "sending", "streaming"):
            if each.outbox.get(state):
                yield f"{each.workspace}: {each.outbox[state]} messages are {state}"


def unaudited(history: History) -> Iterator[str]:
    """`aegis audit verify` finds every chain whole."""
    yield from history.audit


def unreported(history: History) -> Iterator[str]:
    """A gap that a failover left in an audit log is named, and there is no other."""
    for tenant in sorted({*history.lost_checkpoints} - {*history.gaps}):
        yield f"{tenant}: its log lost rows that were signed, and verifies"
    for tenant in sorted({*history.gaps} - {*history.lost_checkpoints}):
        yield f"{tenant}: its log is called broken, and lost nothing"


def untold(history: History) -> Iterator[str]:
    """Who said what could not be done was told so, once."""
    told = told_by_place(history)
    for said in history.said:
        messages = told[said.workspace, said.channel, said.thread]
        if said.poison and not 1 <= len(messages) <= 1 + unsaid(history, messages):
            yield f"{said.workspace} {said.ts}: told {len(messages)} times"


def unsaved(history: History) -> Iterator[str]:
    """A form that was answered 200 is saved once, and its person told so once; any other, at most.
    What a failover made unsaid is said again."""
    gaps = [window for window in history.windows if "answers" in window.excuses]
    for form in history.forms:
        if any(gap.began - GAP_SECONDS <= form.at <= gap.ended for gap in gaps):
            continue
        least = 1 if form.accepted else 0
        told = words_on(form, history)
        if not (least <= form.saved <= 1 and least <= len(told) <= 1 + unsaid(history, told)):
            yield f"{form.name} of {form.workspace}: saved {form.saved}, told {len(told)} times"


def unshown(history: History) -> Iterator[str]:
    """Of commands that were answered 200, their person alone sees the answer, once: after a crash or
    a lost answer of Slack's it may be shown a second time, and no third (docs/reliability.md)."""
    gaps = [window for window in history.windows if "answers" in window.excuses]
    for workspace, person in sorted({(each.workspace, each.person) for each in history.private}):
        typed = [p for p in history.private if (p.workspace, p.person) == (workspace, person)]
        sure = [
            each
            for each in typed
            if each.accepted
            and not any(gap.began - GAP_SECONDS <= each.at <= gap.ended for gap in gaps)
        ]
        shown = sum(
            message.is_app and (message.workspace, message.only_for) == (workspace, person)
            for message in history.messages
        )
        if not len(sure) <= shown <= 2 * len(typed):
            yield f"{person} of {workspace}: {len(sure)} commands taken, {shown} answers shown"


RULES: dict[str, Callable[[History], Iterator[str]]] = {
    rule.__name__: rule
    for rule in (
        lost,
        doubled,
        leftover,
        foreign,
        unfounded,
        uncalled,
        disordered,
        late,
        slow,
        unresumed,
        uncommitted,
        undrained,
        unaudited,
        unreported,
        untold,
        unsaved,
        unshown,
    )
}
