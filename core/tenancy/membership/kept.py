"""What Slack said a moment ago of who is where."""

from collections.abc import Callable

from core.db.tenant import TenantContext
from core.kernel.ids import TenantId

# Who has left a channel is taken for a member of it at most so long, and at a press not at all.
KEEP_SECONDS = 15.0
MOST_KEPT = 2_000  # answers; then all are asked for anew


class Kept:
    """Lists of ids, by whom or what they are about: the people in a channel, the channels of a person.
    Slack gives no two things of a workspace the same id."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._kept: dict[tuple[TenantId, str], tuple[float, frozenset[str]]] = {}

    def find(self, context: TenantContext, about: str) -> frozenset[str] | None:
        """None for what was not said within KEEP_SECONDS."""
        until, found = self._kept.get((context.tenant_id, about), (0.0, None))
        return found if until > self._clock() else None

    def put(
        self, context: TenantContext, about: str, found: frozenset[str] | None, since: float
    ) -> None:
        """What is not known, None, is not kept. *since*: when it was asked for, by the clock."""
        self.forget(context, about)
        if found is None:
            return
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[context.tenant_id, about] = (since + KEEP_SECONDS, found)

    def forget(self, context: TenantContext, about: str) -> None:
        self._kept.pop((context.tenant_id, about), None)

    def clear(self) -> None:
        self._kept.clear()
