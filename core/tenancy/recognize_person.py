"""Who is speaking: from our own record while it is fresh, from Slack otherwise."""

from core.db.tenant import TenantContext
from core.tenancy import store
from core.tenancy.model import Person
from core.tenancy.ports import Directory

# A changed standing (a member made guest, say) takes effect within this many seconds.
FRESH_SECONDS = 300.0


async def recognize_person(
    context: TenantContext,
    directory: Directory,
    person_id: str,
    *,
    home_team: str | None,
    fresh_seconds: float = FRESH_SECONDS,
) -> Person:
    """The person behind an id. No id, no standing: an outsider, of whom nothing is kept.

    With *fresh_seconds* 0 Slack is asked whatever we know: for what only an admin may do.
    """
    if not person_id:
        return Person("", "outsider")
    async with context.db.transaction() as tx:
        known = await store.find_person(tx, person_id, fresh_seconds=fresh_seconds)
    if known is not None:
        return known
    person = await directory.look_up(context, person_id, home_team=home_team)
    async with context.db.transaction() as tx:
        await store.put_person(tx, person)
    return person
