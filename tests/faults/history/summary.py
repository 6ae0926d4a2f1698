"""A run in figures, as JSON and in words."""

from collections import Counter
from dataclasses import asdict, dataclass

from tests.faults.history.check import Finding
from tests.faults.history.excuses import given_up, swallowed
from tests.faults.history.limits import (
    LATE_MS,
    P99_MS,
    RESUME_SECONDS,
    finished,
    measured_acks,
    percentile,
    resumptions,
)
from tests.faults.history.model import History

SHOWN = 10  # findings of a rule


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run came to. Acks are of deliveries outside the windows in which they may fail.

    *excused* counts the questions that fell into a failover's gap, *gaps* the audit logs that lost
    signed rows with it, *given_up* the questions that Slack gave up because no try met a service.
    *resume* is of what killed workers held; *unexplained* without what other faults and Slack's pace
    explain. *drain_s* is from the last word said until nothing waited any more.
    """

    seed: int
    seconds: float
    questions: int
    events: int
    deliveries: int
    failed_deliveries: int
    faults: dict[str, int]
    skipped: dict[str, str]
    findings: dict[str, int]
    ack_p50_ms: float
    ack_p99_ms: float
    ack_max_ms: float
    answer_p50_s: float
    answer_max_s: float
    resume_p50_s: float
    resume_max_s: float
    resumed: int
    unexplained_max_s: float
    asked_per_s: float
    answered_per_s: float
    drain_s: float
    commands: int
    stops: int
    forms: int
    given_up: int
    excused: int
    gaps: int

    @property
    def clean(self) -> bool:
        return not any(self.findings.values())

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "clean": self.clean}


def summarize(history: History, findings: list[Finding]) -> Summary:
    acks, took = sorted(measured_acks(history)), sorted(_answer_times(history))
    found = resumptions(history)
    resumed = sorted(each.seconds for each in found)
    asked_per_s, answered_per_s = _per_s(history)
    return Summary(
        seed=history.seed,
        seconds=round(history.ended - history.began, 1),
        questions=sum(1 for said in history.said if said.token),
        events=len({each.event_id for each in history.deliveries if each.event_id}),
        deliveries=len(history.deliveries),
        failed_deliveries=sum(1 for each in history.deliveries if not each.acknowledged),
        faults=dict(Counter(window.fault for window in history.windows)),
        skipped=history.skipped,
        findings=dict(Counter(finding.rule for finding in findings)),
        ack_p50_ms=round(percentile(acks, 0.5), 1),
        ack_p99_ms=round(percentile(acks, 0.99), 1),
        ack_max_ms=round(percentile(acks, 1.0), 1),
        answer_p50_s=round(percentile(took, 0.5), 2),
        answer_max_s=round(percentile(took, 1.0), 2),
        resume_p50_s=round(percentile(resumed, 0.5), 2),
        resume_max_s=round(percentile(resumed, 1.0), 2),
        resumed=len(resumed),
        unexplained_max_s=round(max((each.unexplained for each in found), default=0.0), 2),
        asked_per_s=asked_per_s,
        answered_per_s=answered_per_s,
        drain_s=round(history.ended - (history.load_ended or history.ended), 1),
        commands=sum(said.command for said in history.said) + len(history.private),
        stops=sum(said.stopped for said in history.said),
        forms=len(history.forms),
        given_up=_given_up(history),
        excused=_excused(history),
        gaps=len(history.lost_checkpoints),
    )


def in_words(summary: Summary, findings: list[Finding]) -> str:
    told = summary.findings
    lines = [
        *_figures(summary),
        *(f"skipped: {name}: {why}" for name, why in sorted(summary.skipped.items())),
    ]
    for rule in told:
        of_rule = [finding.words for finding in findings if finding.rule == rule]
        lines += [f"  {rule}: {words}" for words in of_rule[:SHOWN]]
        if len(of_rule) > SHOWN:
            lines.append(f"  {rule}: … and {len(of_rule) - SHOWN} more")
    return "\n".join([*lines, "clean" if summary.clean else "NOT CLEAN"])


def _figures(summary: Summary) -> list[str]:
    told, faults = summary.findings, sorted(summary.faults.items())
    lines = [
        f"seed {summary.seed}: {summary.questions} questions ({summary.commands} commands,"
        f" {summary.stops} stopped), {summary.forms} forms, {summary.events} events in"
        f" {summary.deliveries} deliveries, {summary.seconds:.0f} s",
        "faults: " + (", ".join(f"{n} {name}" for name, n in faults) or "none"),
        f"lost {told.get('lost', 0)}, doubled {told.get('doubled', 0)}, foreign {told.get('foreign', 0)},"
        f" out of order {told.get('disordered', 0)}, late or failed acks {told.get('late', 0)}",
        f"ack p50 {summary.ack_p50_ms:.0f} ms, p99 {summary.ack_p99_ms:.0f} ms (limit {P99_MS} ms), max"
        f" {summary.ack_max_ms:.0f} ms (limit {LATE_MS} ms)",
        f"asked {summary.asked_per_s:.1f} a second, answered {summary.answered_per_s:.1f} meanwhile;"
        f" nothing waited {summary.drain_s:.0f} s after the last word",
        f"question to answer p50 {summary.answer_p50_s:.1f} s, max {summary.answer_max_s:.1f} s",
        f"{summary.resumed} conversations of killed workers resumed: p50 {summary.resume_p50_s:.1f} s,"
        f" max {summary.resume_max_s:.1f} s, unexplained at most {summary.unexplained_max_s:.1f} s"
        f" (limit {RESUME_SECONDS} s)",
    ]
    if summary.given_up:
        lines.append(f"Slack gave up {summary.given_up} questions: each try met a fault")
    if summary.excused or summary.gaps:
        lines.append(
            f"failovers: {summary.excused} questions fell into a gap, {summary.gaps} audit logs lost"
            " signed rows"
        )
    return lines


def _excused(history: History) -> int:
    gone = swallowed(history)
    return sum(1 for said in history.said if said.token and (said.workspace, said.ts) in gone)


def _given_up(history: History) -> int:
    gone = given_up(history)
    return sum(1 for said in history.said if said.token and (said.workspace, said.ts) in gone)


def _answer_times(history: History) -> list[float]:
    ends = finished(history)
    keys = [((s.workspace, f"{s.channel}:{s.ts}"), s.at) for s in history.said if s.token]
    return [ends[key] - at for key, at in keys if ends.get(key)]


def _per_s(history: History) -> tuple[float, float]:
    """Questions a second, and turns that ended a second, while people talked."""
    until = history.load_ended or history.ended
    seconds = max(until - history.began, 1e-9)
    asked = sum(1 for said in history.said if said.token)
    done = sum(1 for at in finished(history).values() if 0 < at <= until)
    return round(asked / seconds, 2), round(done / seconds, 2)
