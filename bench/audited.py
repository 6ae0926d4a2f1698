"""Audited acts per second: the row before, nothing in between, the row of the outcome. Two commits.

Rows of one tenant stand in a line behind its chain's head, so one tenant is the slow case; many
tenants show what the database can do.
"""

import asyncio
import time
from dataclasses import dataclass
from itertools import cycle

from bench.installation import Installation
from core.audit.attempt import attempt
from core.db.tenant import TenantContext
from core.kernel.ids import new_reference

AT_ONCE = 20  # as many as the service's pool has connections
WARM_UP_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Audited:
    """Acts per second, in one tenant and spread over all."""

    one_per_s: float
    many_per_s: float


async def measure_audited(installation: Installation, *, seconds: float) -> Audited:
    """*seconds* for each of the two."""
    database = installation.storage.database
    contexts = [await database.tenant(tenant) for tenant in installation.workspaces.values()]
    return Audited(
        one_per_s=await _acts_per_s(contexts[:1], seconds),
        many_per_s=await _acts_per_s(contexts, seconds),
    )


async def _acts_per_s(contexts: list[TenantContext], seconds: float) -> float:
    await _act_until(contexts, WARM_UP_SECONDS)
    began = time.perf_counter()
    done = await _act_until(contexts, seconds)
    return done / (time.perf_counter() - began)


async def _act_until(contexts: list[TenantContext], seconds: float) -> int:
    end, turns = time.perf_counter() + seconds, cycle(contexts)

    async def work() -> int:
        done = 0
        while time.perf_counter() < end:
            await _act(next(turns))
            done += 1
        return done

    return sum(await asyncio.gather(*(work() for _ in range(AT_ONCE))))


async def _act(context: TenantContext) -> None:
    given = context.fingerprint("a question")
    async with attempt(
        context,
        "knowledge:documents:search",
        "UBENCH",
        reference=new_reference(),
        arguments=given,
    ) as act:
        await act.conclude("done", found=3)
