"""An audited act, from the row before it to the row of its outcome, whatever becomes of the caller."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from core.audit import store
from core.audit.record import Detail, announce, as_text, plain, record
from core.db.tenant import TenantContext
from core.db.transaction import Tx
from core.kernel.errors import DomainError

log = logging.getLogger(__name__)

# How long the row of an outcome may take, whether or not anybody waits for the act any more.
OUTCOME_SECONDS = 10.0

# Rows that are being written, and for which act: to be waited for, and to be kept alive.
_writing: dict[asyncio.Task[None], "Attempt"] = {}


@dataclass(frozen=True, slots=True)
class Attempt:
    """An act that has its first row. *begun* is that row's number."""

    context: TenantContext
    action: str
    actor: str
    reference: str
    arguments: str
    begun: int

    async def record(self, tx: Tx, outcome: str, **detail: Detail) -> None:
        """The row of the outcome, last in the transaction that makes the change."""
        await record(
            tx,
            self.action,
            self.actor,
            outcome=outcome,
            reference=self.reference,
            arguments=self.arguments,
            **detail,
        )

    async def conclude(self, outcome: str, **detail: Detail) -> None:
        """The row of an outcome that changed nothing here: something outside was asked, and did."""
        await self._outlive(self._write(outcome, detail))

    async def fail(self, error: BaseException) -> None:
        """A `failed` row, unless the act has its outcome. Never raises: *error* is what counts."""
        earlier = [task for task, act in _writing.items() if act is self]
        await self._outlive(self._write_failure(_reason(error), earlier))

    async def _write(self, outcome: str, detail: dict[str, Detail]) -> None:
        async with asyncio.timeout(OUTCOME_SECONDS), self.context.db.transaction() as tx:
            await self.record(tx, outcome, **detail)

    async def _write_failure(self, reason: str, earlier: list[asyncio.Task[None]]) -> None:
        if earlier:
            await asyncio.wait(earlier)
        try:
            async with asyncio.timeout(OUTCOME_SECONDS), self.context.db.transaction() as tx:
                await store.put_failure(
                    tx,
                    self.begun,
                    self.action,
                    plain(self.actor),
                    plain(self.reference),
                    self.arguments,
                    as_text({"reason": reason}),
                )
        except Exception:
            log.exception(
                "an act has no row of its outcome",
                extra={"act": self.action, "audit_reference": self.reference},
            )

    async def _outlive(self, write: Coroutine[Any, Any, None]) -> None:
        """Await *write* in a task of its own, to its end even if the caller is cancelled
        meanwhile."""
        task = asyncio.create_task(write)
        _writing[task] = self
        task.add_done_callback(_writing.pop)
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait({task})
            if not task.cancelled() and (error := task.exception()):
                log.error("an act has no row of its outcome", exc_info=error)
            raise


@asynccontextmanager
async def attempt(
    context: TenantContext,
    action: str,
    actor: str,
    *,
    reference: str,
    arguments: str = "",
    **detail: Detail,
) -> AsyncIterator[Attempt]:
    """Commit the `attempt` row, then let the caller act; if that breaks off, there is a row of it.

    Raises AuditUnwritable before anything is done. The caller records what it did: `Attempt.record`
    in the transaction of a change, `Attempt.conclude` where there is none.
    """
    begun = await announce(
        context, action, actor, reference=reference, arguments=arguments, **detail
    )
    act = Attempt(context, action, actor, reference, arguments, begun)
    try:
        yield act
    except BaseException as error:
        await act.fail(error)
        raise


def _reason(error: BaseException) -> str:
    if isinstance(error, DomainError):
        return type(error).__name__
    return "cancelled" if isinstance(error, asyncio.CancelledError) else "error"
