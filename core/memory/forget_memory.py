"""Forget what is kept: one, whatever says the same, or all about a person. It is deleted, not hidden."""

from collections.abc import Sequence

from core.audit import record as audit
from core.db.tenant import TenantContext
from core.db.transaction import Tx
from core.kernel.errors import NotFound, Refused
from core.memory import store
from core.memory.correct_memory import lock_own, note_refusal
from core.memory.model import MOST_OF_ONE, Memory, alike

ACTION = "memory:fact:forget"


async def forget_memory(
    context: TenantContext, memory_id: str, *, person_id: str, administers: bool, reference: str
) -> Memory:
    """What it was. Raises NotFound, also for what is about somebody else, and Refused."""
    try:
        async with context.db.transaction() as tx:
            memory = await lock_own(tx, memory_id, person_id=person_id, administers=administers)
            await _drop(tx, [memory], person_id, reference)
    except Refused as refusal:
        await note_refusal(context, ACTION, person_id, reference, refusal)
        raise
    return memory


async def forget_words(
    context: TenantContext, text: str, *, about: str, person_id: str, reference: str
) -> int:
    """Whatever is kept in these words about a person or the company, for whichever agent. The caller
    has checked who may. Raises NotFound."""
    async with context.db.transaction() as tx:
        kept = await store.list_memories(tx, about, MOST_OF_ONE)
        same = [memory for memory in kept if alike(memory.body, text)]
        if not same:
            raise NotFound("Nothing is kept in these very words.")
        return await _drop(tx, same, person_id, reference)


async def forget_person(
    context: TenantContext, about: str, *, person_id: str, reference: str
) -> int:
    """All that is kept about a person, by whom *person_id* is: how much it was."""
    if not about:
        raise NotFound("There is no such person.")
    async with context.db.transaction() as tx:
        kept = await store.list_memories(tx, about, MOST_OF_ONE)
        return await _drop(tx, kept, person_id, reference) if kept else 0


async def _drop(tx: Tx, memories: Sequence[Memory], person_id: str, reference: str) -> int:
    gone = await store.drop_memories(tx, [memory.memory_id for memory in memories])
    await audit.record(
        tx,
        ACTION,
        person_id,
        outcome="done",
        reference=reference,
        memory=memories[0].memory_id if len(memories) == 1 else "",
        about="person" if memories[0].about else "company",
        rows=gone,
    )
    return gone
