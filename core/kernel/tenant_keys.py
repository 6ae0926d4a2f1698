"""A tenant's keys as they lie wrapped in the registry.

Wrapped together: the digest key, which stays, and the data keys, of which one seals and all open.
A rotation goes `a` → `a, coming b` → `b, a` → `b`: the new key is known everywhere before anybody
seals with it, and the old one goes when nothing is sealed with it any more.
"""

from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.kernel.ids import TenantId
from core.kernel.sealing import KEY_BYTES, CannotOpen, Sealer, new_key

_LAYOUT = b"\x02"
_LAYOUT_COMING = b"\x03"  # the last data key is not used for sealing yet


@dataclass(frozen=True, slots=True, repr=False)
class TenantKeys:
    """Keys of 32 bytes each. `data[0]` seals; `coming` opens, and is going to seal."""

    digest: bytes
    data: tuple[bytes, ...]
    coming: bytes | None = None

    @classmethod
    def new(cls) -> "TenantKeys":
        return cls(new_key(), (new_key(),))

    def wrap(self, master: Sealer, tenant: TenantId) -> bytes:
        """Sealed with the master key, for this tenant's row and no other."""
        layout = _LAYOUT if self.coming is None else _LAYOUT_COMING
        return master.seal(layout + self.digest + b"".join(self._ring()), tenant, "data key")

    @classmethod
    def unwrap(cls, master: Sealer, wrapped: bytes, tenant: TenantId) -> "TenantKeys":
        """Raises CannotOpen, also for a key that was shredded."""
        opened = master.open(wrapped, tenant, "data key")
        if len(opened) == KEY_BYTES:  # from before there was a digest key
            return cls(_derive(opened, b"aegis digest key"), (opened,))
        layout, keys = opened[:1], opened[1:]
        fewest = {_LAYOUT: 2, _LAYOUT_COMING: 3}.get(layout)
        if fewest is None or len(keys) % KEY_BYTES or len(keys) < fewest * KEY_BYTES:
            raise CannotOpen("not wrapped by this version")
        digest, *data = (keys[at : at + KEY_BYTES] for at in range(0, len(keys), KEY_BYTES))
        coming = data.pop() if layout == _LAYOUT_COMING else None
        return cls(digest, tuple(data), coming)

    def sealer(self) -> Sealer:
        return Sealer(*self._ring())

    def with_coming(self) -> "TenantKeys":
        """With a new key that opens and does not seal yet; unchanged if a rotation is under way."""
        if self.coming is not None or len(self.data) > 1:
            return self
        return replace(self, coming=new_key())

    def promoted(self) -> "TenantKeys":
        """The coming key seals from now on; unchanged if there is none."""
        if self.coming is None:
            return self
        return replace(self, data=(self.coming, *self.data), coming=None)

    def retired(self) -> "TenantKeys":
        """Only the key that seals is left."""
        return replace(self, data=self.data[:1])

    def _ring(self) -> tuple[bytes, ...]:
        return self.data if self.coming is None else (*self.data, self.coming)


def _derive(key: bytes, purpose: bytes) -> bytes:
    """RFC 5869; the key is uniformly random, so it needs no salt."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(key)
