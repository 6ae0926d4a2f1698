"""What agents keep, in the database: whose it is, who may change it, and when it ends."""

import pytest

from core.isolation.proof.functions import find_store_functions
from core.kernel.errors import Invalid, NotFound, Refused
from core.lifecycle.privacy.review_data import review_data
from core.lifecycle.retention import enforce_retention
from core.memory.correct_memory import correct_memory, find_own
from core.memory.forget_memory import forget_memory, forget_person, forget_words
from core.memory.keep_memory import Proposal, keep_memory
from core.memory.model import COMPANY, LONGEST, MOST_OF_ONE
from core.memory.recall import list_kept, recall
from core.tenancy import store as tenancy
from core.tenancy.model import Person
from tests.integration.lifecycle import SIGNER

FACT = "I work from Lisbon"


@pytest.fixture(autouse=True)
async def people(context):
    async with context.db.transaction() as tx:
        for person_id, standing in (
            *(("U1", "member"), ("U2", "member"), ("UADMIN", "admin")),
            *(("UGUEST", "guest"), ("UOUT", "outsider")),
        ):
            await tenancy.put_person(tx, Person(person_id, standing))


async def keep(context, body=FACT, *, memory_id="m1", by="U1", about=None, agent="", **more):
    about = by if about is None else about
    return await keep_memory(
        context, Proposal(memory_id, "t1", by, about=about, agent=agent, body=body, **more)
    )


async def own(context, person_id="U1"):
    return [memory.body for memory in (await list_kept(context, person_id)).own]


async def rows(context):
    async with context.db.transaction() as tx:
        found = await tx.fetch(
            "select action, actor, outcome, reference, arguments, detail from audit_event"
            " where action like 'memory:%' order by seq"
        )
    return [tuple(row) for row in found]


async def test_it_is_kept_once_however_often_it_is_asked_for_with_a_row_without_its_words(context):
    assert await keep(context, f"  {FACT}\u200b ")
    assert not await keep(context)
    assert not await keep(context, FACT.upper(), memory_id="m2")
    assert not await keep(context, memory_id="m3", agent="finance")

    assert await own(context) == [FACT]
    [row] = await rows(context)
    assert row[:4] == ("memory:fact:keep", "U1", "done", "t1")
    assert "Lisbon" not in str(row)


@pytest.mark.parametrize("person_id", ["UGUEST", "UOUT", "UNOBODY"])
@pytest.mark.parametrize("about", [COMPANY, "U1"])
async def test_nothing_is_kept_of_what_an_outsider_says(context, person_id, about):
    with pytest.raises(Refused, match="a member"):
        await keep(context, by=person_id, about=about)

    assert await list_kept(context, "U1") == await list_kept(context, person_id)
    assert await own(context) == []


@pytest.mark.parametrize("body", ["", " \u200b\n", "x" * (LONGEST + 1)])
async def test_what_is_no_fact_is_refused(context, body):
    with pytest.raises(Invalid):
        await keep(context, body)


async def test_there_is_an_end_to_how_much_is_kept(context):
    for number in range(MOST_OF_ONE):
        await keep(context, f"fact {number}", memory_id=f"m{number}")

    with pytest.raises(Refused, match="full"):
        await keep(context, "one more", memory_id="more")
    assert await keep(context, "another's", memory_id="other", by="U2")


async def test_each_turn_is_told_what_is_its_persons_its_companys_and_its_agents(context):
    await keep(context)
    await keep(context, "We close at noon", memory_id="m2", about=COMPANY)
    await keep(context, "I sign for travel", memory_id="m3", agent="finance")
    await keep(context, "I like tea", memory_id="m4", by="U2")

    async def told(about, agent="support", question="When?"):
        return await recall(context, about=about, agent=agent, question=question)

    company = "Kept for the company: We close at noon"
    mine = f"The person who asks said: {FACT}"
    assert await told("U1") == (company, mine)
    assert await told("U1", question="Who is in Lisbon?") == (mine, company)
    assert await told(COMPANY) == (company,)
    assert len(await told("U1", "finance")) == 3
    assert await told("UGUEST") == (company,)  # who may not ask has no turn; and none of anybody's
    assert [m.body for m in (await list_kept(context, "U2")).own] == ["I like tea"]


async def test_what_a_member_changes_is_their_own_and_an_admin_the_companys(context):
    await keep(context)
    await keep(context, "We close at noon", memory_id="m2", about=COMPANY)
    member, admin = {"administers": False}, {"administers": True}

    async def correct(memory_id, person_id, may):
        return await correct_memory(
            context, memory_id, "Corrected", person_id=person_id, reference="e", **may
        )

    for person_id, may in (("U2", member), ("UADMIN", admin), ("", admin)):
        with pytest.raises(NotFound):  # nobody learns what is kept about somebody else
            await correct("m1", person_id, may)
        with pytest.raises(NotFound):
            await find_own(context, "m1", person_id=person_id, **may)
        with pytest.raises(NotFound):
            await forget_memory(context, "m1", person_id=person_id, reference="e", **may)
    with pytest.raises(Refused):
        await correct("m2", "U1", member)
    with pytest.raises(Refused):
        await forget_memory(context, "m2", person_id="U1", reference="e", **member)

    assert await correct("m1", "U1", member) == "Corrected"
    assert await own(context) == ["Corrected"]
    assert await correct("m2", "UADMIN", admin) == "Corrected"
    found = [(action, outcome) for action, _, outcome, *_ in await rows(context)]
    assert found[2:] == [
        ("memory:fact:correct", "refused"),
        ("memory:fact:forget", "refused"),
        ("memory:fact:correct", "done"),
        ("memory:fact:correct", "done"),
    ]


async def test_what_is_forgotten_is_deleted(context):
    for number, agent in enumerate(("finance", "legal")):
        await keep(context, memory_id=f"m{number}", agent=agent)
    await keep(context, "I like tea", memory_id="tea")
    await keep(context, "I like tea", memory_id="tea2", by="U2")
    who = {"person_id": "U1", "reference": "e"}

    assert await forget_words(context, FACT.lower(), about="U1", **who) == 2
    with pytest.raises(NotFound):
        await forget_words(context, FACT, about="U1", **who)
    with pytest.raises(NotFound):
        await forget_person(context, COMPANY, **who)
    assert (await forget_memory(context, "tea", administers=False, **who)).body == "I like tea"
    with pytest.raises(NotFound):
        await forget_memory(context, "tea", administers=False, **who)
    assert await forget_person(context, "U2", person_id="UADMIN", reference="e") == 1
    assert await forget_person(context, "U2", person_id="UADMIN", reference="e") == 0

    async with context.db.transaction() as tx:
        assert await tx.fetchval("select count(*) from memory") == 0
    assert "I like" not in str(await rows(context))


async def test_its_time_over_it_is_told_to_nobody_and_then_deleted(provisioner, context):
    await keep(context, keep_days=30)
    await keep(context, "I like tea", memory_id="tea")
    await keep(context, "I like hills", memory_id="old")
    async with context.db.transaction() as tx:
        await tx.execute(
            "update memory set expires_at = expires_at - interval '31 days' where memory_id = 'm1'"
        )
        await tx.execute(
            "update memory set expires_at = null, created_at = now() - interval '366 days'"
            " where memory_id = 'old'"
        )

    assert await own(context) == ["I like hills", "I like tea"]
    assert FACT not in str(await recall(context, about="U1", agent="x", question=""))
    with pytest.raises(NotFound):
        await find_own(context, "m1", person_id="U1", administers=False)
    assert await enforce_retention(context, provisioner, SIGNER) == {"memory": 2}
    assert await enforce_retention(context, provisioner, SIGNER) == {}
    assert await own(context) == ["I like tea"]
    review = await review_data(context, actor="UADMIN", reference="e")
    assert review.counts["memories"] == 1


async def test_what_was_proposed_and_not_confirmed_is_used_nowhere(context):
    async with context.db.transaction() as tx:
        await tx.execute(
            "insert into memory (memory_id, about, body, proposed_by) values ('p', 'U1', 'x', 'U1')"
        )

    assert await own(context) == []
    assert await recall(context, about="U1", agent="x", question="") == ()


def test_the_proof_of_isolation_calls_the_functions_of_memory_too():
    found = {function.name for function in find_store_functions()}

    assert {
        "memory.store.put_memory",
        "memory.store.list_told",
        "memory.store.lock_memory",
    } <= found
