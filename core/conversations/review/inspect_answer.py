"""What a model was shown for an answer: for admins, of answers that they can see, and on record."""

from core.conversations.review import store
from core.conversations.review.rate_answer import GONE, stands_in
from core.db.tenant import TenantContext
from core.gateway.usage.inspection.find_shown import ShownPrompt, find_shown
from core.kernel.errors import NotFound, Refused
from core.tenancy.membership.readers import Readers
from core.tenancy.model import Person

NOT_THERE = "I cannot tell that you are in the channel of that answer, so I do not show this."


async def inspect_answer(
    context: TenantContext,
    readers: Readers,
    turn_id: str,
    *,
    person: Person,
    channel: str,
    reference: str,
) -> tuple[ShownPrompt, ...]:
    """*channel* is where the answer was looked at from, as in `rate_answer`: what the model saw was for
    those who are there, and whoever looks has to be one of them now.

    Raises Refused for who is no admin (audited), and NotFound.
    """
    if person.may_administer:
        async with context.db.transaction() as tx:
            found = await store.find_answer(tx, turn_id)
        if found is None or not stands_in(channel, found[1], found[2], person.person_id):
            raise NotFound(GONE)
        if not channel.startswith("D") and not await _is_there(context, readers, channel, person):
            raise Refused(NOT_THERE)
    return await find_shown(context, turn_id, person=person, reference=reference)


async def _is_there(context: TenantContext, readers: Readers, channel: str, person: Person) -> bool:
    return channel in await readers.channels_of(context, person.person_id, [channel], fresh=True)
