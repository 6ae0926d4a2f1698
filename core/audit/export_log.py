"""Write a tenant's audit log out: JSON lines, exact to the byte that is hashed, or CSV to look at."""

import csv
import json
from collections.abc import Callable
from dataclasses import astuple, fields
from datetime import datetime
from typing import Literal, TextIO

from core.audit import store
from core.audit.attempt import attempt
from core.audit.chain.link import stamp
from core.audit.model import ChainedEvent
from core.audit.record import flat
from core.db.tenant import TenantContext

ACTION = "audit:log:export"
COLUMNS = tuple(field.name for field in fields(ChainedEvent))
Form = Literal["csv", "jsonl"]
_PAGE = 2_000
# What a spreadsheet would run (OWASP, "CSV Injection"); a leading quote makes it text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


async def export_log(
    context: TenantContext,
    output: TextIO,
    form: Form,
    *,
    since: datetime | None = None,
    actor: str,
    reference: str,
) -> int:
    """Write every row from *since* on, oldest first, one record a line; returns how many.

    The last one is the row that announces this export. Raises AuditUnwritable, OSError.
    """
    arguments = context.fingerprint(f"{form} {stamp(since) if since else ''}")
    async with attempt(
        context, ACTION, actor, reference=reference, arguments=arguments, form=form
    ) as act:
        write = _FORMS[form](output)
        after, rows = await _before(context, since), 0
        while after < act.begun:
            async with context.db.transaction() as tx:
                page = await store.list_chain(tx, after, act.begun, limit=_PAGE)
            for event in page:
                write(event)
            rows += len(page)
            after = page[-1].seq if page else act.begun
        await act.conclude("done", rows=rows)
    return rows


async def _before(context: TenantContext, since: datetime | None) -> int:
    if since is None:
        return 0
    async with context.db.transaction() as tx:
        return await store.first_seq_since(tx, since) - 1


def _json_lines(output: TextIO) -> Callable[[ChainedEvent], None]:
    """ASCII alone: whatever a field holds, it is escaped, and hashes can be made from it again."""

    def write(event: ChainedEvent) -> None:
        output.write(json.dumps(dict(zip(COLUMNS, _values(event), strict=True))) + "\n")

    return write


def _csv(output: TextIO) -> Callable[[ChainedEvent], None]:
    rows = csv.writer(output, lineterminator="\r\n")
    rows.writerow(COLUMNS)

    def write(event: ChainedEvent) -> None:
        rows.writerow([_cell(value) for value in _values(event)])

    return write


_FORMS: dict[Form, Callable[[TextIO], Callable[[ChainedEvent], None]]] = {
    "csv": _csv,
    "jsonl": _json_lines,
}


def _values(event: ChainedEvent) -> tuple[int | str, ...]:
    seq, at, *rest = astuple(event)
    return (seq, stamp(at) if at else "", *rest)


def _cell(value: int | str) -> int | str:
    if isinstance(value, int):
        return value
    text = flat(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
