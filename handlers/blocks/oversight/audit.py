"""`/aegis audit`: the newest rows of the log, a line each, and how sure one can be of it."""

import re
from collections.abc import Sequence

from core.agents.model import Roster
from core.audit.chain.how_far import Extent
from core.audit.model import AuditEvent, LogFilter
from handlers.blocks.mrkdwn import escape
from handlers.blocks.oversight.actions import ACTION_WORDS
from handlers.blocks.rendered import Rendered, context, moment, said, section, sections

SHOWN = 20
SHORT = 10  # characters of a reference

EXAMPLE = "`/aegis audit agent:mara person:@ana action:knowledge since:7d`"
HOW_TO_FILTER = f"""\
You can write these in any order, or none of them: {EXAMPLE}
• `agent:` an agent's name · `person:` a mention, or `me` · `action:` the beginning of one, such as `knowledge`
• `since:` a time such as `24h`, `7d` or `2026-11-01` (UTC); `today` also does alone"""
HOW_TO_SEE_MORE = (
    "For all of it, as CSV or JSON lines, whoever runs AEGIS types `aegis audit export`; "
    "`aegis audit verify` checks that no row was changed, removed or moved."
)

_PERSON = re.compile(r"[UW][A-Z0-9]{4,30}")
_OTHERS = {
    "operator": "the operator",
    "retention": "AEGIS itself",
    "unknown": "somebody unknown",
}


def audit_page(
    events: Sequence[AuditEvent], wanted: LogFilter, roster: Roster, extent: Extent
) -> Rendered:
    """At most 20 rows; of *events*, a 21st only says that there are more."""
    shown = events[:SHOWN]
    head = _head(len(shown), len(events) > SHOWN, wanted, roster)
    lines = [_line(event, roster) for event in shown]
    foot = f"{_extent(extent)} {HOW_TO_SEE_MORE}"
    text = "\n".join([head, *lines, foot])
    return Rendered(text, [section(head), *sections(lines), context(foot)])


def not_a_filter(words: str, about: str) -> Rendered:
    """*about* is what was typed, cleaned; it stands in code, where nothing is a token."""
    part = f" `{about}`" if about else ""
    return said(f"{words}{part}\n{HOW_TO_FILTER}")


def _head(count: int, more: bool, wanted: LogFilter, roster: Roster) -> str:
    found = _filter_words(wanted, roster)
    about = f"\n{found}" if found else ""
    if not count:
        return f"*Audit log*: no row fits.{about}"
    which = f"the newest {count}, there are older ones" if more else f"{count} {_rows(count)}"
    return f"*Audit log*: {which}.{about}"


def _filter_words(wanted: LogFilter, roster: Roster) -> str:
    parts = [
        f"agent {_agent(wanted.agent, roster)}" if wanted.agent else "",
        f"by {_who(wanted.person)}" if wanted.person else "",
        f"action {_code(wanted.action)}" if wanted.action else "",
        f"since {moment(wanted.since)}" if wanted.since else "",
    ]
    return " · ".join(part for part in parts if part)


def _line(event: AuditEvent, roster: Roster) -> str:
    words = ACTION_WORDS.get(event.action, "")
    agent = event.detail.get("agent")
    if isinstance(agent, str) and agent:
        words += f" ({_agent(agent, roster)})"
    parts = [
        moment(event.at, "{date_short_pretty}, {time_secs}"),
        f"*{_code_free(event.outcome)}*",
        f"{_who(event.actor)}: {words or 'something this version has no words for'}",
        _code(event.action),
        f"ref {_code(_short(event.reference))}",
    ]
    return "• " + " · ".join(parts)


def _who(actor: str) -> str:
    """A well-formed id as Slack shows people: the message is for one reader, so nobody is called.
    Whatever else stands there is plain text."""
    if _PERSON.fullmatch(actor):
        return f"<@{actor}>"
    return _OTHERS.get(actor) or _code(actor)


def _agent(key: str, roster: Roster) -> str:
    found = roster.find(key)
    return escape(found.name) if found else _code(key)


def _code(text: str) -> str:
    """Set as code, with no back-tick to end it and nothing that could be a token."""
    return f"`{_code_free(text) or '?'}`"


def _short(reference: str) -> str:
    """Enough of it to find the rows in an export, or the lines in the service's log: a command's
    begins with what all of them begin with."""
    reference = reference.rpartition(":")[2]
    return reference if len(reference) <= SHORT else f"{reference[:SHORT]}..."


def _code_free(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.:@+/-]", "\ufffd", text)[:60]


def _extent(extent: Extent) -> str:
    if not extent.rows:
        return "The log is empty."
    total = f"The log has {extent.rows:,} {_rows(extent.rows)}"
    if extent.signed_at is None:
        return f"{total}; none is under a signed checkpoint yet (one is made every minute)."
    but = f" but the newest {extent.unsigned:,}" if extent.unsigned else ""
    return f"{total}; the signed checkpoint of {moment(extent.signed_at)} covers all{but}."


def _rows(count: int) -> str:
    return "row" if count == 1 else "rows"
