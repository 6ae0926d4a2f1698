"""Follow a chain from row to row, and say where it first does not hold. Pure: rows in, a flaw out."""

from core.audit.chain.link import hash_of
from core.audit.model import ChainedEvent, Flaw

_LOOKED_AROUND = 10_000  # places at which a row that moved is looked for


class Walk:
    """Where the walk has come to: the last row that held, and the hash the next one must name."""

    def __init__(self, tenant: str, base_seq: int, base_hash: str) -> None:
        self.seq, self.hash = base_seq, base_hash
        self._tenant = tenant
        self._first = base_seq + 1

    def step(self, event: ChainedEvent) -> Flaw | None:
        """Take the next row, or say what is wrong there."""
        due = self.seq + 1
        if event.seq > due:
            missing = (
                f"row {due} is" if event.seq == due + 1 else f"rows {due} to {event.seq - 1} are"
            )
            return Flaw(
                due, "missing", f"{missing} missing: row {event.seq} follows row {self.seq}"
            )
        if event.seq < due:
            return Flaw(event.seq, "altered", f"row {event.seq} stands there twice")
        if event.hash != hash_of(self._tenant, event):
            return self._altered(event)
        if event.previous != self.hash:
            return self._unlinked(event)
        self.seq, self.hash = event.seq, event.hash
        return None

    def _altered(self, event: ChainedEvent) -> Flaw:
        """A row that fits its hash under another number is whole, and in the wrong place."""
        around = range(max(1, event.seq - _LOOKED_AROUND), event.seq + _LOOKED_AROUND)
        for seq in around:
            if event.hash == hash_of(self._tenant, event, seq=seq):
                return Flaw(
                    event.seq, "moved", f"row {event.seq} was moved: it was written as row {seq}"
                )
        return Flaw(event.seq, "altered", f"row {event.seq} was altered: it does not fit its hash")

    def _unlinked(self, event: ChainedEvent) -> Flaw:
        """Both rows fit their hashes, but this one was written after another than stands before it:
        that one was altered and hashed anew. Before the first there is only what retention left."""
        if event.seq == self._first:
            words = f"row {event.seq} does not follow where the log begins: it was altered, or what"
            return Flaw(event.seq, "altered", f"{words} was before it")
        return Flaw(
            self.seq,
            "altered",
            f"row {self.seq} was altered and hashed anew: row {event.seq} was written after another",
        )


def missing_tail(last: int, known: int, source: str) -> Flaw:
    """Rows up to *known* have been there; *last* is the newest that is."""
    rows = f"row {known} is" if known == last + 1 else f"rows {last + 1} to {known} are"
    return Flaw(last + 1, "missing", f"{rows} missing at the end of the log: {source}")
