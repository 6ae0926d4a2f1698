"""The card below a file that was read: for oneself, for a channel, for all, or forgotten."""

import aiohttp
import pytest

from core.kernel.errors import NotFound
from core.knowledge.access.find_own import find_own
from core.knowledge.access.give_to_channel import NOT_THERE
from handlers.blocks.knowledge import CHANNEL
from tests.integration.worker.queueing import until, until_drained
from tests.scenario.agents.seen import direct_of, goes_out, messages_in, read_in
from tests.scenario.scopes.test_who_reads_along import hints

PLAN = b"# Offsite\n\n## Place\n\nThe offsite is in Lisbon, in the Hotel Tejo.\n"
EARLIER = "# Offsite\n\n## Place\n\nThe offsite is in Porto, in the Hotel Douro.\n"
WHERE = "where is the offsite?"


@pytest.fixture
async def before(give):
    """ben has given another version to the channel."""
    await give("Offsite.md", EARLIER, by="ben", channel="leadership")


@pytest.fixture
async def card(furnished):
    """ben drops a file; the message with its card."""
    database, tenant = furnished.product.services.database, furnished.tenants["northwind"]
    async with aiohttp.ClientSession(furnished.sandbox.url) as http:
        form = aiohttp.FormData({"workspace": "northwind", "person": "ben", "in": "dm"})
        form.add_field("file", PLAN, filename="Offsite.md")
        async with http.post("/sandbox/upload", data=form) as answer:
            assert answer.status == 200

    async def shown():
        return bool(messages_in(furnished, direct_of(furnished, "ben")))

    await until(shown)
    await until_drained(database, tenant)
    [found] = messages_in(furnished, direct_of(furnished, "ben"))
    return found


@pytest.fixture
def picking(furnished, person, card):
    async def pick(channel):
        await person(
            "click", "ben", ts=card.ts, action_id=CHANNEL, selected=channel, **{"in": "dm"}
        )
        return read_in(furnished, direct_of(furnished, "ben"))

    return pick


async def test_a_file_is_its_owners_until_they_say_otherwise(card, asking, person, furnished):
    assert "Lisbon" in await asking("ben", "dm", WHERE)
    assert "Lisbon" not in await asking("ana", "dm", WHERE)
    await person("click", "ben", ts=card.ts, text="Keep it for me", **{"in": "dm"})

    said = read_in(furnished, direct_of(furnished, "ben"))[0]
    assert said.startswith("*Offsite.md* stays yours: only you get answers from it.") or (
        "Offsite.md stays yours" in said
    )
    assert "[Forget it]" in said
    assert "Lisbon" not in await asking("ana", "dm", WHERE)


async def test_a_file_is_given_to_a_channel_that_its_owner_is_in(picking, asking):
    said = await picking("#leadership")

    assert "is now shared with" in said[0]
    assert "Lisbon" in await asking("ana", "dm", WHERE)
    assert "Lisbon" in await asking("ben", "leadership", WHERE)
    assert "Lisbon" not in await asking("cho", "dm", WHERE)
    assert "1 source left out here" in await asking("ben", "general", WHERE)


async def test_a_new_version_takes_the_place_of_the_one_given_before(before, picking, asking):
    said = await picking("#leadership")
    told = await asking("ana", "dm", WHERE)

    assert "It takes the place of the version before." in said[0]
    assert "Lisbon" in told
    assert "Porto" not in told


async def test_what_somebody_else_has_given_stays(picking, give, asking):
    await give("Offsite.md", EARLIER, by="ana", channel="leadership")
    said = await picking("#leadership")

    assert "already has another document called “Offsite.md”" in said[-1]
    assert "Porto" in await asking("ana", "dm", WHERE)


@pytest.mark.parametrize("trouble", ["out", "unknown"])
async def test_it_is_given_to_no_channel_that_its_owner_is_not_surely_in(
    picking, furnished, trouble
):
    if trouble == "out":
        goes_out(furnished, "ben", "leadership")
    else:
        furnished.sandbox.refuse("conversations.members", "channel_not_found", times=9)
    said = await picking("#leadership")

    assert said[-1] == NOT_THERE
    tenant = furnished.tenants["northwind"]
    async with tenant.db.transaction() as tx:
        scope = await tx.fetchval("select scope from document where title = 'Offsite.md'")
    assert scope == "person"


async def test_who_has_just_left_the_channel_gives_it_nothing(picking, asking, furnished):
    """A question has shown a moment ago that they were in it."""
    await asking("ben", "leadership", WHERE)
    goes_out(furnished, "ben", "leadership")

    assert (await picking("#leadership"))[-1] == NOT_THERE


async def test_nobody_keeps_what_is_not_theirs_alone(card, furnished, person):
    tenant = furnished.tenants["northwind"]
    async with tenant.db.transaction() as tx:
        ids = {
            r["title"]: r["document_id"]
            for r in await tx.fetch("select title, document_id from document")
        }
    for title, who in (("Offsite.md", "ana"), ("Handbook.md", "ben"), ("Kestrel.md", "ana")):
        with pytest.raises(NotFound):
            await find_own(tenant, document_id=ids[title], person_id=furnished.person_id(who))


async def test_nobody_gives_away_what_is_anothers(card, furnished, person, asking):
    """The menu names the document by its block; another person's press of it comes to nothing."""
    await person("click", "ben", ts=card.ts, text="Share with everyone", **{"in": "dm"})

    assert "Lisbon" in await asking("cho", "dm", WHERE)
    assert hints(await asking("cho", "dm", WHERE)) == []
