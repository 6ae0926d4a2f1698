"""What many people are to the workspace, in few transactions however many they are."""

from collections.abc import Collection, Mapping

from core.db.tenant import TenantContext
from core.tenancy import store
from core.tenancy.model import Standing
from core.tenancy.ports import Directory
from core.tenancy.recognize_person import FRESH_SECONDS, TRIES


async def recognize_people(
    context: TenantContext, directory: Directory, person_ids: Collection[str]
) -> Mapping[str, Standing]:
    """The standing of each of these ids that could be learnt: from our records while they are fresh,
    from Slack otherwise. Whoever is not in the answer is unknown.

    As in `recognize_person`, what Slack says counts only if nothing was told of the person meanwhile.
    Often that was another turn's look-up of the same person, and its fresh record is as good; whoever
    has none then is asked for anew.
    """
    known: dict[str, Standing] = {}
    for _ in range(TRIES):
        left = sorted(set(person_ids) - known.keys())
        async with context.db.transaction() as tx:
            known |= await store.find_people(tx, left, fresh_seconds=FRESH_SECONDS)
            unknown = sorted(set(left) - known.keys())
            if not unknown:
                return known
            versions = await store.begin_look_ups(tx, unknown)
        said = await directory.look_up_all(context, unknown)
        async with context.db.transaction() as tx:
            kept = await store.finish_look_ups(tx, said, versions)
        known |= kept
        if len(kept) == len(said):
            return known  # of the others Slack says nothing, and would not say more
    return known
