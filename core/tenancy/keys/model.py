"""Wrapped keys and sealed values, as a rotation sees them."""

from dataclasses import dataclass

from core.kernel.ids import TenantId


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A tenant's keys as they lie in the registry, and which master key wrapped them."""

    tenant: TenantId
    wrapped: bytes
    wrapping_key_id: str


@dataclass(frozen=True, slots=True)
class SealedRow:
    """A sealed value, and the names of its row that it is bound to, after the tenant's."""

    place: tuple[str, ...]
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Rewrapped:
    """A master rotation: how many keys were moved, and which did not open."""

    key_id: str
    moved: int
    broken: tuple[TenantId, ...]


@dataclass(frozen=True, slots=True)
class Resealed:
    """A data rotation: how many tenants have a new key, how many values were sealed anew, and why
    a tenant has not finished."""

    tenants: int
    values: int
    unfinished: dict[TenantId, str]
