"""The checkpoints of one chain, from the switchboard and from outside: believed once verified."""

from collections.abc import Mapping, Sequence

from core.audit.checkpoint import signed_text
from core.audit.model import CHECKPOINT_KIND, ChainedEvent, Checkpoint, Flaw
from core.audit.record import flat
from core.kernel.signing import BadSignature, verify


class Anchors:
    """Holds what was added until the walk has passed it. *keys*: public keys by their id."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self.newest: Checkpoint | None = None
        self.flaws: list[Flaw] = []
        self._keys = keys
        self._ahead: dict[int, Checkpoint] = {}

    def add(self, checkpoints: Sequence[Checkpoint]) -> None:
        """Keep those that a known key has signed; the others are flaws."""
        for checkpoint in checkpoints:
            flaw = self._doubt(checkpoint)
            if flaw is not None:
                self.flaws.append(flaw)
                continue
            self._ahead[checkpoint.seq] = checkpoint
            if self.newest is None or checkpoint.seq > self.newest.seq:
                self.newest = checkpoint

    def head_at(self, seq: int) -> str | None:
        """The hash that was signed for row *seq*, if any was."""
        found = self._ahead.get(seq)
        return found.head if found else None

    def check(self, event: ChainedEvent) -> Flaw | None:
        """A row that holds by itself may yet be another than the one that was signed."""
        signed = self._ahead.pop(event.seq, None)
        if signed is None or signed.head == event.hash:
            return None
        words = f"row {event.seq}, or one before it, was written anew: its checkpoint of {signed.at:%Y-%m-%d %H:%M:%S} names another hash"
        return Flaw(event.seq, "rewritten", words)

    def _doubt(self, checkpoint: Checkpoint) -> Flaw | None:
        seq, key = checkpoint.seq, self._keys.get(checkpoint.key_id)
        if key is None:
            words = f"is signed by a key that is not known here ({flat(checkpoint.key_id)[:16]})"
            return Flaw(seq, "forged", f"the checkpoint of row {seq} {words}")
        try:
            verify(signed_text(checkpoint), key, CHECKPOINT_KIND)
        except BadSignature:
            return Flaw(seq, "forged", f"the checkpoint of row {seq} does not fit its signature")
        if self.head_at(seq) not in (None, checkpoint.head):
            return Flaw(seq, "rewritten", f"two checkpoints of row {seq} name different hashes")
        return None
