"""Stop what an agent is doing in a thread. The turn itself notices, in whatever process it runs."""

from core.audit import record as audit
from core.conversations import store
from core.db.tenant import TenantContext
from core.jobs import store as jobs


async def stop_turn(
    context: TenantContext,
    *,
    event: int,
    channel: str,
    thread_ts: str,
    person_id: str,
    any_person: bool,
) -> int:
    """Mark the open turns of a thread as stopping; returns how many.

    A person stops their own turns; *any_person* is for owners and admins.
    """
    async with context.db.transaction() as tx:
        stopped = await store.request_stop(tx, channel, thread_ts, person_id, any_person=any_person)
        await jobs.complete_event(tx, event)
        for turn_id in stopped:
            await audit.record(
                tx,
                "conversations:turn:stop",
                person_id,
                outcome="done",
                reference=turn_id,
                arguments=context.fingerprint(f"{channel}\n{thread_ts}"),
            )
    return len(stopped)
