"""Who is speaking: from our own record while it is fresh, from Slack otherwise."""

from dataclasses import replace

from core.db.tenant import TenantContext
from core.tenancy import store
from core.tenancy.model import Person, Standing
from core.tenancy.ports import Directory

# A changed standing (a member made guest, say) takes effect within this many seconds.
FRESH_SECONDS = 300.0
# How often Slack is asked anew, because something was told of the person while it answered.
TRIES = 3

# From the most rights to the fewest.
_BY_RIGHTS: tuple[Standing, ...] = (
    "owner",
    "admin",
    "member",
    "guest",
    "outsider",
    "bot",
    "gone",
)


async def recognize_person(
    context: TenantContext,
    directory: Directory,
    person_id: str,
    *,
    home_team: str | None,
    fresh_seconds: float = FRESH_SECONDS,
) -> Person:
    """The person behind an id. No id, no standing: an outsider, of whom nothing is kept.

    With *fresh_seconds* 0 Slack is asked whatever we know: for what only an admin may do. What it
    says counts only if nothing was told of the person meanwhile: its answer may be the older one.
    """
    if not person_id:
        return Person("", "outsider")
    async with context.db.transaction() as tx:
        known = await store.find_person(tx, person_id, fresh_seconds=fresh_seconds)
    if known is not None:
        return known
    for _ in range(TRIES):
        async with context.db.transaction() as tx:
            version = await store.begin_look_up(tx, person_id)
        person = await directory.look_up(context, person_id, home_team=home_team)
        async with context.db.transaction() as tx:
            if await store.finish_look_up(tx, person, version):
                return person
            known = await store.find_person(tx, person_id, fresh_seconds=fresh_seconds)
        if known is not None:
            return known
    return await _lesser(context, person)


async def _lesser(context: TenantContext, said: Person) -> Person:
    """What changes whenever Slack is asked: nobody gets more of it than both sides agree on."""
    async with context.db.transaction() as tx:
        known = await store.lock_person(tx, said.person_id)
    standing = max(said.standing, known.standing if known else "outsider", key=_BY_RIGHTS.index)
    return replace(said, standing=standing)


async def person_changed(context: TenantContext, said: Person) -> None:
    """What an event says of a person, whom we may know. Who was never here stays unknown.

    An event may be late, repeated or out of order. So what it takes away is gone at once, and what
    it gives counts only once Slack itself is asked, which is before the person is served again.
    """
    async with context.db.transaction() as tx:
        await store.rename_person(tx, said.person_id, said.display_name)
        known = await store.lock_person(tx, said.person_id)
        if known is not None and said.standing != known.standing:
            lesser = max(said.standing, known.standing, key=_BY_RIGHTS.index)
            await store.doubt_person(tx, said.person_id, lesser)
