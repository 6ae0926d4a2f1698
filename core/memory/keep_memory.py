"""Keep what somebody has confirmed: the end of a tool's call that has its yes."""

from dataclasses import dataclass

from core.audit import record as audit
from core.db.tenant import TenantContext
from core.kernel.errors import Refused
from core.memory import store
from core.memory.model import COMPANY, KEEP_DAYS, MOST_OF_ONE, alike, tidied
from core.tenancy import store as tenancy

ACTION = "memory:fact:keep"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an agent proposed in a turn, and the person whose words it quotes. *memory_id* is that of
    the call, so that the same call again is one effect."""

    memory_id: str
    turn_id: str
    person_id: str
    about: str
    agent: str
    body: str
    keep_days: int = KEEP_DAYS


async def keep_memory(context: TenantContext, proposal: Proposal) -> bool:
    """False when the same is kept already. Audited in the same transaction, without its words.

    Raises Invalid, and Refused for whoever is no member, or when there is too much of it.
    """
    body = tidied(proposal.body)
    who, about = proposal.person_id, proposal.about
    async with context.db.transaction() as tx:
        person = await tenancy.lock_person(tx, who)
        if person is None or not person.may_ask:
            raise Refused("Only what a member of this workspace says is kept.")
        kept = await store.list_memories(tx, about, MOST_OF_ONE)
        if any(alike(one.body, body) and one.agent in (proposal.agent, "") for one in kept):
            return False
        if len(kept) == MOST_OF_ONE:
            raise Refused(f"That is full: {MOST_OF_ONE} are kept. Forget one of them first.")
        days = min(max(proposal.keep_days, 1), KEEP_DAYS)
        values = (proposal.agent, body, who, proposal.turn_id, days)
        await store.put_memory(tx, proposal.memory_id, about, *values)
        await audit.record(
            tx,
            ACTION,
            who,
            outcome="done",
            reference=proposal.turn_id,
            arguments=context.fingerprint(body),
            memory=proposal.memory_id,
            about="company" if about == COMPANY else "person",
            agent=proposal.agent,
        )
    return True
