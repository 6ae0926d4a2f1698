"""What a person finds kept, and what an agent is told in a turn."""

from dataclasses import dataclass

from core.db.tenant import TenantContext
from core.memory import store
from core.memory.model import COMPANY, MOST_OF_ONE, Memory, fittest


@dataclass(frozen=True, slots=True)
class Kept:
    """*own* is about the person who looks; *company* is what all members are answered with."""

    own: tuple[Memory, ...]
    company: tuple[Memory, ...]


async def list_kept(context: TenantContext, person_id: str) -> Kept:
    """What one member may see: nothing about anybody else."""
    async with context.db.transaction() as tx:
        own = await store.list_memories(tx, person_id, MOST_OF_ONE) if person_id else []
        company = await store.list_memories(tx, COMPANY, MOST_OF_ONE)
    return Kept(tuple(own), tuple(company))


async def recall(
    context: TenantContext, *, about: str, agent: str, question: str
) -> tuple[str, ...]:
    """Lines for the prompt of *agent*: what is about that person (`COMPANY`: nobody's own) and what is
    the company's; what fits the question best comes first."""
    async with context.db.transaction() as tx:
        told = await store.list_told(tx, about, agent, 2 * MOST_OF_ONE)
    return tuple(memory.line for memory in fittest(told, question))
