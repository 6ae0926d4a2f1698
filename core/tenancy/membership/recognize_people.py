"""What many people are to the workspace, in two transactions however many they are."""

from collections.abc import Collection, Mapping

from core.db.tenant import TenantContext
from core.tenancy import store
from core.tenancy.model import Standing
from core.tenancy.ports import Directory
from core.tenancy.recognize_person import FRESH_SECONDS


async def recognize_people(
    context: TenantContext, directory: Directory, person_ids: Collection[str]
) -> Mapping[str, Standing]:
    """The standing of each of these ids that could be learnt: from our records while they are fresh,
    from Slack otherwise. Whoever is not in the answer is unknown.

    As in `recognize_person`, what Slack says counts only if nothing was told of the person meanwhile.
    """
    async with context.db.transaction() as tx:
        known = await store.find_people(tx, sorted(person_ids), fresh_seconds=FRESH_SECONDS)
        unknown = sorted(set(person_ids) - known.keys())
        if not unknown:
            return known
        versions = await store.begin_look_ups(tx, unknown)
    said = await directory.look_up_all(context, unknown)
    async with context.db.transaction() as tx:
        return known | await store.finish_look_ups(tx, said, versions)
