"""Put right what is kept: the person what is about them, an admin what is about the company."""

from core.audit import record as audit
from core.db.tenant import TenantContext
from core.db.transaction import Tx
from core.kernel.errors import DomainError, NotFound, Refused
from core.memory import store
from core.memory.model import COMPANY, Memory, tidied

ACTION = "memory:fact:correct"
GONE = "That is not kept any more."


async def correct_memory(
    context: TenantContext,
    memory_id: str,
    text: str,
    *,
    person_id: str,
    administers: bool,
    reference: str,
) -> str:
    """Returns the text as it is kept now. Audited, without the words. Raises NotFound, also for what
    is about somebody else: nobody learns that it is. Raises Refused and Invalid."""
    body = tidied(text)
    try:
        async with context.db.transaction() as tx:
            memory = await lock_own(tx, memory_id, person_id=person_id, administers=administers)
            await store.correct_memory(tx, memory_id, body)
            await audit.record(
                tx,
                ACTION,
                person_id,
                outcome="done",
                reference=reference,
                arguments=context.fingerprint(body),
                memory=memory.memory_id,
                about="person" if memory.about else "company",
            )
    except Refused as refusal:
        await note_refusal(context, ACTION, person_id, reference, refusal)
        raise
    return body


async def find_own(
    context: TenantContext, memory_id: str, *, person_id: str, administers: bool
) -> Memory:
    """What this person may correct. Raises NotFound and Refused."""
    async with context.db.transaction() as tx:
        return await lock_own(tx, memory_id, person_id=person_id, administers=administers)


async def lock_own(tx: Tx, memory_id: str, *, person_id: str, administers: bool) -> Memory:
    """What this person may change, held. Raises NotFound and Refused."""
    memory = await store.lock_memory(tx, memory_id)
    if memory is None or memory.about not in (person_id, COMPANY) or not person_id:
        raise NotFound(GONE)
    if memory.about == COMPANY and not administers:
        raise Refused("What is kept about the company, an admin alone changes. Nothing was done.")
    return memory


async def note_refusal(
    context: TenantContext, action: str, person_id: str, reference: str, error: DomainError
) -> None:
    """A row of the log: somebody tried what is not theirs to do."""
    async with context.db.transaction() as tx:
        await audit.record(
            tx,
            action,
            person_id,
            outcome="refused",
            reference=reference,
            reason=type(error).__name__,
        )
