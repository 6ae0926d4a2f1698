"""A tenant's keys as they lie wrapped in the registry.

Wrapped together: the digest key, which stays, and the data keys, of which the first seals and all
open. A rotation adds a data key before anybody seals with it, and takes the old one away when
nothing is sealed with it any more.
"""

from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.kernel.ids import TenantId
from core.kernel.sealing import KEY_BYTES, CannotOpen, Sealer, new_key

_LAYOUT = b"\x02"


@dataclass(frozen=True, slots=True, repr=False)
class TenantKeys:
    """Keys of 32 bytes each. `data[0]` seals."""

    digest: bytes
    data: tuple[bytes, ...]

    @classmethod
    def new(cls) -> "TenantKeys":
        return cls(new_key(), (new_key(),))

    def wrap(self, master: Sealer, tenant: TenantId) -> bytes:
        """Sealed with the master key, for this tenant's row and no other."""
        return master.seal(_LAYOUT + self.digest + b"".join(self.data), tenant, "data key")

    @classmethod
    def unwrap(cls, master: Sealer, wrapped: bytes, tenant: TenantId) -> "TenantKeys":
        """Raises CannotOpen, also for a key that was shredded."""
        opened = master.open(wrapped, tenant, "data key")
        if len(opened) == KEY_BYTES:  # from before there was a digest key
            return cls(_derive(opened, b"aegis digest key"), (opened,))
        keys = [opened[at : at + KEY_BYTES] for at in range(1, len(opened), KEY_BYTES)]
        if opened[:1] != _LAYOUT or len(keys) < 2 or len(keys[-1]) != KEY_BYTES:
            raise CannotOpen("not wrapped by this version")
        return cls(keys[0], tuple(keys[1:]))

    def sealer(self) -> Sealer:
        return Sealer(*self.data)


def _derive(key: bytes, purpose: bytes) -> bytes:
    """RFC 5869; the key is uniformly random, so it needs no salt."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(key)
