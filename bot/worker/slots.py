"""How a worker shares its slots among tenants. Pure."""

from collections import Counter
from collections.abc import Iterable

from core.kernel.ids import TenantId


def next_claim(at_once: int, running: Iterable[TenantId]) -> tuple[int, list[TenantId]]:
    """How many mailboxes to claim at most, and the tenants that shall get none.

    Claims are small, so that what comes meanwhile is not behind a big one. A tenant for which a
    whole claim might be more than half of the slots gets none: whoever floods, others find a slot.
    """
    held = Counter(running)
    size = max(1, at_once // 8)
    most = max(size, at_once // 2)
    full = [tenant for tenant, count in held.items() if count + size > most]
    return min(size, at_once - held.total()), full
