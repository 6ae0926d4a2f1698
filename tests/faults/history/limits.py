"""The rules that are about time: acknowledgements, and work that goes on after its worker was killed."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.slack.pacing.tiers import TIERS
from tests.faults.history.model import History, Said, Window
from tests.faults.history.views import overlaps

LATE_MS = 3_000  # Slack gives up
P99_MS = 500
ENOUGH_ACKS = 100  # for a p99 to mean something
RESUME_SECONDS = 30
KILL = "kill -9 a worker"
# Slack lets an app begin so few answers in a workspace: whoever waits for that is not standing still.
_PACE = TIERS[2]


@dataclass(frozen=True, slots=True)
class Resumed:
    """A conversation that a worker had when it was killed: *seconds* until its next turn ended, and
    how many of them nothing else explains."""

    thread: str
    at: float
    seconds: float
    unexplained: float


def late(history: History) -> Iterator[str]:
    """Slack's deliveries are answered 200 within 3 s, unless something broken explains it."""
    broken = _excusing(history, "acks")
    for delivery in history.deliveries:
        if delivery.acknowledged and delivery.took_ms < LATE_MS:
            continue
        if not any(overlaps(delivery, window) for window in broken):
            when = delivery.sent_at - history.began
            yield f"{delivery.event_id}: {delivery.status} after {delivery.took_ms:.0f} ms, {when:.1f} s in"


def slow(history: History) -> Iterator[str]:
    """Outside the times in which something explains it, 99 of 100 are answered within half a second."""
    acks = sorted(measured_acks(history))
    if len(acks) >= ENOUGH_ACKS and percentile(acks, 0.99) > P99_MS:
        yield f"p99 {percentile(acks, 0.99):.0f} ms of {len(acks)}"


def unresumed(history: History) -> Iterator[str]:
    """What a killed worker held is done within 30 s, not counting what else explains a delay."""
    for each in resumptions(history):
        if each.unexplained > RESUME_SECONDS:
            when = each.at - history.began
            yield (
                f"{each.thread}: {each.seconds:.0f} s after a kill {when:.0f} s in,"
                f" {each.unexplained:.0f} s of them unexplained"
            )


def measured_acks(history: History) -> list[float]:
    """Milliseconds of those outside the times in which they may fail."""
    broken = _excusing(history, "acks")
    return [
        delivery.took_ms
        for delivery in history.deliveries
        if delivery.acknowledged and not any(overlaps(delivery, window) for window in broken)
    ]


def percentile(ordered: list[float], share: float) -> float:
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


def resumptions(history: History) -> list[Resumed]:
    """Of each conversation that was held at a kill and had a turn that was open then. Where a later
    kill finds it held again, it had gone on by then."""
    found = []
    for kill in history.windows:
        for thread in kill.held:
            open_then = [end for end in _ends_of(history, thread, kill.began) if end > kill.began]
            if open_then:
                again = [w.began for w in history.windows if thread in w.held]
                end = min([*open_then, *(at for at in again if at > kill.began)])
                explained = _disturbed(history, kill, end) + _paced(history, thread, kill, end)
                seconds = end - kill.began
                found.append(Resumed(thread, kill.began, seconds, max(seconds - explained, 0.0)))
    return found


def _ends_of(history: History, thread: str, before: float) -> list[float]:
    """When the turns of that conversation ended whose questions were asked *before*."""
    ends = finished(history)
    return [
        ends.get((said.workspace, f"{said.channel}:{said.ts}"), 0.0)
        for said in history.said
        if _thread_of(said) == thread and said.at < before
    ]


def finished(history: History) -> dict[tuple[str, str], float]:
    """When each turn was done, by workspace and question."""
    return {
        (each.workspace, key): at for each in history.stored for key, (_, at) in each.turns.items()
    }


def _thread_of(said: Said) -> str:
    return f"{said.workspace} {said.channel}:{said.thread}"


def _disturbed(history: History, kill: Window, end: float) -> float:
    """Seconds from the kill to *end* in which another fault holds up turns."""
    covered, until = 0.0, kill.began
    for other in sorted(_excusing(history, "turns"), key=lambda window: window.began):
        if other is kill:
            continue
        begins, ends = max(other.began, until), min(other.ended, end)
        if ends > begins:
            covered += ends - begins
            until = ends
    return covered


def _paced(history: History, thread: str, kill: Window, end: float) -> float:
    """Seconds that Slack's pace explains: one interval for each question beyond a burst that was
    open in the workspace meanwhile."""
    ends, workspace = finished(history), thread.partition(" ")[0]
    open_questions = sum(
        said.token != ""
        and said.workspace == workspace
        and said.at < end
        and ends.get((workspace, f"{said.channel}:{said.ts}"), end) > kill.began
        for said in history.said
    )
    return max(open_questions - _PACE.burst, 0) * _PACE.interval


def _excusing(history: History, what: str) -> list[Window]:
    return [window for window in history.windows if what in window.excuses]
