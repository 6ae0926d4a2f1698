"""Verify one tenant's log: row by row, against its checkpoints, against its head."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from core.audit import store
from core.audit.chain.anchors import Anchors
from core.audit.chain.walk import Walk, missing_tail
from core.audit.model import CUT, Chain, ChainedEvent, Checkpoint, Flaw, Verdict
from core.db.database import Database
from core.db.tenant import TenantContext

_PAGE = 2_000
_TRIES = 10  # a walk that retention has cut into is walked again


async def verify_log(
    database: Database,
    context: TenantContext,
    keys: Mapping[str, bytes],
    outside: Sequence[Checkpoint] = (),
) -> Verdict:
    """Follow the chain to its end, or to the first row that does not hold.

    *keys*: public keys (32 bytes) that may have signed checkpoints, by key id. *outside*: checkpoints
    kept outside the database. Rows that are written meanwhile do no harm; neither does retention,
    after whose cut it begins anew.
    """
    for _ in range(_TRIES):
        # The end and its checkpoint before the head: what is written in between moves the head on.
        async with context.db.transaction() as tx:
            last = await store.last_seq(tx)
        async with database.control() as tx:
            newest = await store.newest_checkpoint_seq(tx, context.tenant_id)
            chain = await store.find_chain(tx, context.tenant_id)
        if chain is None:
            lost = Flaw(0, "head", "the switchboard has no head for this log")
            return Verdict(0, 1, last, 0, None, (lost,))
        verdict = await _Verification(database, context, keys, chain).run(last, newest, outside)
        async with database.control() as tx:
            after = await store.find_chain(tx, context.tenant_id)
        if verdict.holds or after is None or after.base_seq == chain.base_seq:
            break
    return verdict


class _Verification:
    """One walk over one log, with what it has seen on its way."""

    def __init__(
        self, database: Database, context: TenantContext, keys: Mapping[str, bytes], chain: Chain
    ) -> None:
        self._database = database
        self._context = context
        self._chain = chain
        self._walk = Walk(context.tenant_id, chain.base_seq, chain.base_hash)
        self._anchors = Anchors(keys)
        self._rows = 0
        self._cut_through: set[str] = set()

    async def run(self, last: int, newest_seq: int, outside: Sequence[Checkpoint]) -> Verdict:
        """*last*, *newest_seq*: the newest row, and the newest checkpoint's, before the head was
        read."""
        chain, anchors = self._chain, self._anchors
        # Of rows before the base nothing is left to compare.
        anchors.add([one for one in outside if one.seq >= chain.base_seq])
        await self._add_checkpoints(chain.base_seq, chain.base_seq)
        base = anchors.head_at(chain.base_seq)
        broken = await self._follow(max(last, chain.seq))
        if newest_seq > self._walk.seq:
            # Of rows that are gone: all of them, for the newest may be one that nobody signed. Or, of
            # rows beyond where the walk has stopped, the last.
            first = newest_seq if broken else self._walk.seq + 1
            await self._add_checkpoints(first, newest_seq)
        flaws = [broken] if broken else [*self._cut_flaws(base), *self._end_flaws()]
        newest = anchors.newest
        return Verdict(
            rows=self._rows,
            first_seq=chain.base_seq + 1,
            last_seq=self._walk.seq,
            younger=max(0, self._walk.seq - (newest.seq if newest else chain.base_seq)),
            sealed_at=newest.at if newest else None,
            flaws=tuple(sorted([*flaws, *anchors.flaws], key=lambda flaw: flaw.seq)),
        )

    async def _follow(self, through: int) -> Flaw | None:
        while self._walk.seq < through:
            async with self._context.db.transaction() as tx:
                page = await store.list_chain(tx, self._walk.seq, through, limit=_PAGE)
            if not page:
                break
            await self._add_checkpoints(self._walk.seq + 1, page[-1].seq)
            for event in page:
                flaw = self._walk.step(event) or self._anchors.check(event)
                if flaw:
                    return flaw
                self._rows += 1
                self._note_cut(event)
        return None

    def _note_cut(self, event: ChainedEvent) -> None:
        if event.action == CUT:
            # Whoever may add rows may add one whose detail no program can read.
            with suppress(ValueError, RecursionError):
                self._cut_through.add(str(json.loads(event.detail).get("through")))

    def _cut_flaws(self, signed: str | None) -> Iterator[Flaw]:
        """A log may begin later than at row 1, where retention cut it: at a checkpoint, and the log
        itself says so."""
        base = self._chain.base_seq
        if base == 0:
            return
        if signed != self._chain.base_hash:
            yield Flaw(base, "cut", f"rows up to {base} were cut off where no checkpoint was")
        if str(base) not in self._cut_through:
            yield Flaw(base, "cut", f"rows up to {base} were cut off, and no row says so")

    def _end_flaws(self) -> Iterator[Flaw]:
        last, chain, newest = self._walk.seq, self._chain, self._anchors.newest
        if newest and newest.seq > max(last, chain.seq):
            source = f"a checkpoint of {newest.at:%Y-%m-%d %H:%M:%S} names them"
            yield missing_tail(last, newest.seq, source)
        elif chain.seq > last:
            yield missing_tail(last, chain.seq, "the head of the chain names them")
        if last > chain.seq:
            words = f"row {chain.seq + 1} stands after the head of the chain, which was set back"
            yield Flaw(chain.seq + 1, "head", words)
        elif last == chain.seq and self._walk.hash != chain.head:
            words = f"row {last} is not the one that the head of the chain names"
            yield Flaw(last, "altered", words)

    async def _add_checkpoints(self, first: int, last: int) -> None:
        async with self._database.control() as tx:
            self._anchors.add(
                await store.list_checkpoints(tx, self._context.tenant_id, first=first, last=last)
            )
