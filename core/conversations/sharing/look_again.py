"""What an answer draws on by now, and whether those who would read it may see all of it."""

from collections.abc import Sequence

from core.conversations.model import DrewOn
from core.conversations.sharing.model import DrawnNow, Kept
from core.db.tenant import TenantContext
from core.knowledge import store as knowledge
from core.knowledge.access.find_asker import find_asker
from core.knowledge.model import Sight
from core.memory.recall import list_kept
from core.tenancy.membership.readers import Readers


async def look_again(context: TenantContext, readers: Readers, kept: Kept) -> DrawnNow:
    """Asked of our records and of Slack, now: days may lie between an answer and its sharing."""
    drew_on = kept.drew_on or DrewOn()
    async with context.db.transaction() as tx:
        known = await knowledge.list_scopes(tx, drew_on.documents)
    own = drew_on.own or any(scope == "person" for scope, _, _ in known.values())
    gone = len(known) < len(drew_on.documents) or not await _are_kept(context, drew_on.facts)
    of_workspace = drew_on.looked or drew_on.company
    if own or gone or not (known or of_workspace):
        return DrawnNow(own, gone)
    sight = await _there(context, readers, kept)
    shown = all(sight.shows(*whose) for whose in known.values())
    return DrawnNow(own, gone, closed=not shown or (of_workspace and not sight.workspace))


async def _are_kept(context: TenantContext, facts: Sequence[str]) -> bool:
    """Whether all of it is kept about the company still, in those very words: what was forgotten is not
    spread, and neither is what was corrected."""
    if not facts:
        return True
    kept = await list_kept(context, person_id="")
    return set(facts) <= {context.fingerprint(memory.line) for memory in kept.company}


async def _there(context: TenantContext, readers: Readers, kept: Kept) -> Sight:
    """What everybody may see in the place where it would stand."""
    if kept.about is None:
        return Sight()
    asker = await find_asker(
        context,
        readers,
        person_id=kept.person_id,
        channel=kept.about.channel,
        private=False,
        fresh=True,
    )
    return asker.sight
