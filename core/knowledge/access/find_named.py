"""A document that an answer is to look into alone, by the name that somebody gave it."""

from core.db.tenant import TenantContext
from core.kernel.errors import NotFound
from core.knowledge import store
from core.knowledge.access.find_asker import find_asker
from core.knowledge.access.pick_document import NONE_SUCH, pick_numbered, pick_titled
from core.knowledge.model import Asker, Document
from core.tenancy.membership.readers import Readers


async def find_named(
    context: TenantContext, readers: Readers, wanted: str, *, asker: Asker
) -> Document:
    """By its title; in private also by its number, as `/aegis kb list` counts for this person. Where
    others read along a number is nobody's: which numbers are theirs to see would tell how many are not.

    Raises NotFound, in the same words for what is not there and what they may not see; Invalid where it
    is one of several.
    """
    async with context.db.transaction() as tx:
        shown = await store.list_documents(tx, asker.sight)
    found = pick_titled(shown, wanted)
    if found is None and asker.private:
        # An agent may look into less than the person, whose list counts all that is theirs to see.
        whole = await find_asker(context, readers, person_id=asker.person_id, private=True)
        async with context.db.transaction() as tx:
            counted = await store.list_documents(tx, whole.sight)
        found = pick_numbered(counted, wanted)
    if found is None or not asker.sight.shows(*found.whose):
        raise NotFound(NONE_SUCH)
    return found
