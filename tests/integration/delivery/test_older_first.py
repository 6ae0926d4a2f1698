"""Past what Slack allows, who has waited longer comes first."""

import os

from bot.slack.pacing.patience import LONGEST_WAIT_OF_OLD, patience_of_age, work_of_age
from core.pacing.model import Limit
from core.pacing.take_slot import take_slot
from tests.integration.worker.queueing import put, running, until_drained, worker_for


async def test_an_older_question_gets_a_slot_where_newer_ones_get_none(database):
    """All that came first has filled up what who just came may wait for."""
    limit = Limit(os.urandom(32).hex(), interval=5.0, burst=1)

    async def ask(age):
        with work_of_age(age):
            return await take_slot(database, limit, max_wait=patience_of_age())

    while (await ask(0.0)).taken:
        pass
    old, new = await ask(15.0), await ask(0.0)
    oldest, old_again = await ask(90.0), await ask(6.0)

    assert (old.taken, oldest.taken) == (True, True)
    assert (new.taken, old_again.taken) == (False, False)
    assert old.seconds < oldest.seconds <= LONGEST_WAIT_OF_OLD


async def test_a_worker_says_how_old_the_question_is(database, context):
    seen = []

    async def handle(context, event):
        seen.append(patience_of_age())

    await put(database, context, "box", "old")
    async with context.db.transaction() as tx:
        await tx.execute("update inbox_event set received_at = now() - interval '13 s'")
    async with running(worker_for(database, context, handle)):
        await until_drained(database, context)

    assert 33 <= seen[0] < 43
