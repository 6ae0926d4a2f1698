"""A run in figures, as JSON and in words."""

from collections import Counter
from dataclasses import asdict, dataclass

from tests.faults.history.check import LATE_MS, Finding
from tests.faults.history.model import History

KILLS = ("kill -9",)  # how the names of those faults begin whose end is timed
SHOWN = 10  # findings of a rule


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run came to. Acks are of deliveries outside the windows in which they may fail."""

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

    @property
    def clean(self) -> bool:
        return not any(self.findings.values())

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "clean": self.clean}


def summarize(history: History, findings: list[Finding]) -> Summary:
    acks = sorted(_measured_acks(history)) or [0.0]
    resumed, took = sorted(_resumed(history)) or [0.0], sorted(_answer_times(history)) or [0.0]
    return Summary(
        seed=history.seed,
        seconds=round(history.ended - history.began, 1),
        questions=sum(1 for said in history.said if said.token),
        events=len({delivery.event_id for delivery in history.deliveries}),
        deliveries=len(history.deliveries),
        failed_deliveries=sum(1 for each in history.deliveries if not each.acknowledged),
        faults=dict(Counter(window.fault for window in history.windows)),
        skipped=history.skipped,
        findings=dict(Counter(finding.rule for finding in findings)),
        ack_p50_ms=round(acks[len(acks) // 2], 1),
        ack_p99_ms=round(acks[len(acks) * 99 // 100], 1),
        ack_max_ms=round(acks[-1], 1),
        answer_p50_s=round(took[len(took) // 2], 2),
        answer_max_s=round(took[-1], 2),
        resume_p50_s=round(resumed[len(resumed) // 2], 2),
        resume_max_s=round(resumed[-1], 2),
    )


def in_words(summary: Summary, findings: list[Finding]) -> str:
    told = summary.findings
    lines = [
        f"seed {summary.seed}: {summary.questions} questions, {summary.events} events in"
        f" {summary.deliveries} deliveries, {summary.seconds:.0f} s",
        "faults: "
        + (", ".join(f"{n} {name}" for name, n in sorted(summary.faults.items())) or "none"),
        f"lost {told.get('lost', 0)}, doubled {told.get('doubled', 0)}, foreign {told.get('foreign', 0)},"
        f" out of order {told.get('disordered', 0)}, late or failed acks {told.get('late', 0)}",
        f"ack p50 {summary.ack_p50_ms:.0f} ms, p99 {summary.ack_p99_ms:.0f} ms, max"
        f" {summary.ack_max_ms:.0f} ms (limit {LATE_MS} ms)",
        f"question to answer p50 {summary.answer_p50_s:.1f} s, max {summary.answer_max_s:.1f} s;"
        f" resumed after a kill p50 {summary.resume_p50_s:.1f} s, max {summary.resume_max_s:.1f} s",
    ]
    lines += [f"skipped: {name}: {why}" for name, why in sorted(summary.skipped.items())]
    for rule in told:
        of_rule = [finding.words for finding in findings if finding.rule == rule]
        lines += [f"  {rule}: {words}" for words in of_rule[:SHOWN]]
        if len(of_rule) > SHOWN:
            lines.append(f"  {rule}: … and {len(of_rule) - SHOWN} more")
    return "\n".join([*lines, "clean" if summary.clean else "NOT CLEAN"])


def _measured_acks(history: History) -> list[float]:
    broken = [window for window in history.windows if "acks" in window.excuses]
    return [
        delivery.took_ms
        for delivery in history.deliveries
        if delivery.acknowledged
        and not any(w.began <= delivery.ended_at and delivery.sent_at <= w.ended for w in broken)
    ]


def _finished(history: History) -> dict[tuple[str, str], float]:
    """When each turn was done, by workspace and question."""
    return {
        (each.workspace, key): at for each in history.stored for key, (_, at) in each.turns.items()
    }


def _answer_times(history: History) -> list[float]:
    finished = _finished(history)
    keys = [((s.workspace, f"{s.channel}:{s.ts}"), s.at) for s in history.said if s.token]
    return [finished[key] - at for key, at in keys if finished.get(key)]


def _resumed(history: History) -> list[float]:
    """For each kill: until the last of the questions that were open then was answered. An upper
    bound, because most of them were another worker's."""
    finished = _finished(history)
    found = []
    for window in history.windows:
        if not window.fault.startswith(KILLS):
            continue
        ends = [
            finished.get((said.workspace, f"{said.channel}:{said.ts}"), 0.0)
            for said in history.said
            if said.token and not said.poison and said.at < window.began
        ]
        still_open = [end - window.began for end in ends if end > window.began]
        if still_open:
            found.append(max(still_open))
    return found
