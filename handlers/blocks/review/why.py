"""“Why this answer?” as a window."""

from collections.abc import Iterator
from typing import Any

from core.agents.model import Roster
from core.conversations.model import Source
from core.conversations.review.model import Explanation, Taken
from handlers.blocks.answers.sources import source_text
from handlers.blocks.mrkdwn import escape
from handlers.blocks.rendered import Block, moment, section, sections
from handlers.blocks.review.rating import rating_buttons
from handlers.blocks.review.shown import shown_button

MOST_STEPS = 20
SCORES = "Scores compare what one search found: the higher, the better it fits the question."
# What a tool call came to, in words.
_OUTCOMES = {
    "done": "done",
    "failed": "failed",
    "waiting": "waits for a yes",
    "approved": "somebody said yes",
    "declined": "somebody said no",
    "expired": "nobody said yes in time",
    "running": "under way",
    "reserved": "under way",
}


def why_view(
    explanation: Explanation, roster: Roster, channel: str, *, for_admin: bool
) -> dict[str, Any]:
    """docs.slack.dev, views: a modal to read, with nothing to send. *channel* as in
    `rating_buttons`; an admin may go on to what the model saw."""
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Why this answer?"},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": [
            section(_who(explanation, roster)),
            *_part("From", _sources(explanation.sources)),
            *_part("With", list(_steps(explanation.steps))),
            section(_sum(explanation)),
            rating_buttons(explanation.turn_id, channel),
            *([shown_button(explanation.turn_id, channel)] if for_admin else []),
        ],
    }


def _who(explanation: Explanation, roster: Roster) -> str:
    agent = roster.find(explanation.agent)
    name = escape(agent.display_name if agent else explanation.agent)
    version = (
        f"version {explanation.version} of its profile"
        if explanation.version
        else "with the profile it came with"
    )
    because = f"\n{escape(explanation.choice)}" if explanation.choice else ""
    return f"*{name}*, {version}{because}\nAsked {moment(explanation.asked_at)}"


def _part(name: str, lines: list[str]) -> list[Block]:
    return sections([f"*{name}*", *lines]) if lines else []


def _sources(sources: tuple[Source, ...]) -> list[str]:
    if not sources:
        return ["No document is cited."]
    lines = source_text(sources).splitlines()[1:]
    scored = [f"{line}{_score(source)}" for line, source in zip(lines, sources, strict=True)]
    return [*scored, *([SCORES] if any(source.score is not None for source in sources) else [])]


def _score(source: Source) -> str:
    return "" if source.score is None else f" · score {source.score:.3f}"


def _steps(steps: tuple[Taken, ...]) -> Iterator[str]:
    for step in steps[:MOST_STEPS]:
        took = "" if step.seconds is None else f" · {step.seconds:.1f} s"
        name = escape(step.name)
        if step.kind == "model":
            yield f"Model *{name}*: {_tokens(step)}{took}{_reason(step)}{_failovers(step)}"
        else:
            outcome = _OUTCOMES.get(step.state, step.state)
            yield f"Tool *{name}*: {outcome}{took}{_rows(step)}"
    if len(steps) > MOST_STEPS:
        yield f"… and {len(steps) - MOST_STEPS} more steps"


def _tokens(step: Taken) -> str:
    return f"{step.input_tokens:,} tokens read, {step.output_tokens:,} written"


def _reason(step: Taken) -> str:
    """Why this model was asked, where the step says it."""
    why = step.detail.get("why")
    return f"\n• Why this model: {escape(why)}" if isinstance(why, str) and why else ""


def _failovers(step: Taken) -> str:
    """Models that were asked before and did not answer, where the step knows of any."""
    failed = step.detail.get("failovers")
    if not isinstance(failed, list) or not failed:
        return ""
    names = ", ".join(escape(_failed(one)) for one in failed[:5])
    return f"\n• Asked before, without an answer: {names}"


def _failed(one: object) -> str:
    if isinstance(one, dict):
        return " ".join(str(one[key]) for key in ("provider", "model", "kind") if one.get(key))
    return str(one)


def _rows(step: Taken) -> str:
    """Where the audit log has it."""
    return "" if step.audit is None else f" · audit row {step.audit}"


def _sum(explanation: Explanation) -> str:
    parts = [f"Model: {escape(explanation.model)}"] if explanation.model else []
    if explanation.tokens:
        parts.append(f"{explanation.tokens:,} tokens, {dollars(explanation.cost_micros)}")
    if explanation.seconds is not None:
        parts.append(f"{explanation.seconds:.1f} s from question to end")
    return " · ".join(parts) or "Nothing more is known of this answer."


def dollars(micros: int) -> str:
    """An amount as people read it; a tenth of a cent is the least that is told."""
    if micros == 0:
        return "no cost"
    return "under $0.001" if micros < 1_000 else f"${micros / 1_000_000:,.3f}"
