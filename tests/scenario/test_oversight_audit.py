"""`/aegis audit` and `/aegis isolation` on the sandbox's wire: who sees what, and that it is noted."""

import json

import asyncpg
import pytest

from core.audit.model import LogFilter
from core.audit.read_log import read_log
from tests.stage import spoken

HANDBOOK = "# Handbook\n\n## Bike stipend\n\nYou can claim 900 euros every three years.\n"
PLANTED = "<!channel> <@U0HFEFLIPE> *bold* `tick` \u202eevil\nsecond line"


@pytest.fixture
async def furnished(stage):
    await stage.add_document("northwind", "Handbook.md", HANDBOOK)
    return stage


async def typed(stage, person, words, workspace="northwind"):
    """What the person reads after a command in #general, and who else did."""
    lines = await stage.play(
        f'[{{workspace: {workspace}, person: {person}, in: "#general", command: "/aegis {words}"}}]'
    )
    said = [line for line in lines if line["author"] == "AEGIS"]
    assert {tuple(line["seen_by"]) for line in said} <= {(person,)}
    return spoken(said)


async def rows(stage, action, company="northwind"):
    wanted = LogFilter(action=action)
    found = await read_log(stage.tenants[company], "test", wanted, reference="test", limit=100)
    return [event for event in found if event.actor != "test"]


async def test_an_owner_reads_the_log_and_that_she_did_is_in_it(furnished):
    await furnished.play(
        """[{workspace: northwind, person: ben, in: dm, say: "What is the bike stipend?"}]"""
    )

    page = await typed(furnished, "ana", "audit action:knowledge since:today")

    assert "@ben: searching the documents" in page
    assert "`knowledge:documents:search`" in page
    assert "done" in page
    assert "aegis audit export" in page
    assert "900" not in page
    assert "bike stipend" not in page
    noted = (await rows(furnished, "audit:log:read"))[0]
    assert (noted.actor, noted.outcome) == (furnished.person_id("ana"), "done")
    assert len(noted.arguments) == 64


async def test_filters_come_in_any_order_as_a_person_types_them(furnished):
    await furnished.play(
        """
        - {workspace: northwind, person: ben, in: dm, say: "@mara, what is the bike stipend?"}
        - {person: cho, in: dm, say: "What is the bike stipend?"}
        """
    )

    bens = await typed(furnished, "ana", "audit today person:@ben")
    maras = await typed(furnished, "ana", "audit since:1d agent:mara")
    nobodys = await typed(furnished, "ana", "audit person:@cho agent:mara")

    assert "@ben" in bens
    assert "@cho" not in bens
    assert "@ben: searching the documents (Mara)" in maras
    assert "@cho" not in maras
    assert "no row fits" in nobodys


@pytest.mark.parametrize("word", ["audit", "audit person:me", "privacy export"])
async def test_a_member_is_refused_politely_and_the_refusal_is_a_row(furnished, word):
    page = await typed(furnished, "ben", word)

    assert "for admins and owners" in page
    assert "@ana" not in page
    action = "audit:log:read" if word.startswith("audit") else "lifecycle:privacy:read"
    refused = (await rows(furnished, action))[0]
    assert (refused.actor, refused.outcome) == (furnished.person_id("ben"), "refused")


async def test_an_admin_who_is_one_no_more_is_refused_at_once(furnished):
    await typed(furnished, "ana", "audit")
    people = furnished.sandbox.world.find_workspace("northwind").persons
    ana = furnished.person_id("ana")
    people[ana] = type(people[ana])(
        **{name: getattr(people[ana], name) for name in people[ana].__dataclass_fields__}
        | {"kind": "member"}
    )

    assert "for admins and owners" in await typed(furnished, "ana", "audit")


async def test_what_is_no_filter_is_named_with_an_example(furnished):
    page = await typed(furnished, "ana", "audit agnet:mara")

    assert "did you mean `agent:`" in page
    assert "agnet:mara" in page
    assert "since:7d" in page


async def test_a_hostile_row_pings_nobody_and_stays_on_its_line(furnished):
    async with furnished.tenants["northwind"].db.transaction() as tx:
        await tx.execute(
            "insert into audit_event (action, actor, outcome, reference, arguments, detail)"
            " values ('knowledge:document:share', $1, 'done', $1, '', $2)",
            PLANTED,
            json.dumps({"agent": PLANTED}),
        )

    lines = await furnished.play(
        """[{workspace: northwind, person: ana, in: dm, command: "/aegis audit"}]"""
    )
    page = spoken(lines)

    assert "@channel" not in page
    assert "@ana" not in page.replace("@ana: reading", "")
    assert "\u202e" not in page
    assert "second line" not in page


async def test_one_company_reads_nothing_of_the_other(furnished):
    await furnished.play(
        """[{workspace: northwind, person: ben, in: dm, say: "What is the bike stipend?"}]"""
    )

    page = await typed(furnished, "dora", "audit", workspace="harbor")

    assert "searching" not in page
    assert furnished.person_id("ben") not in page


async def test_every_member_sees_whether_isolation_was_proved(furnished, admin_dsn):
    admin = await asyncpg.connect(admin_dsn)
    try:
        await admin.execute("delete from control.isolation_proof")
        none = await typed(furnished, "ben", "isolation")
        await admin.execute(
            "insert into control.isolation_proof values (now(), true, 20, 16, 48, 51234, 0)"
        )
        passed = await typed(furnished, "ben", "isolation")
        await admin.execute(
            "insert into control.isolation_proof"
            " values (now() + interval '1 second', false, 20, 16, 48, 51234, 3)"
        )
        failed = await typed(furnished, "ben", "isolation")
    finally:
        await admin.execute("delete from control.isolation_proof")
        await admin.close()

    assert "not proved yet" in none
    assert "aegis isolation prove" in none
    assert "51,234 attempts" in passed
    assert "none came through" in passed
    assert "FAILED" in failed
    assert "3 failed" in failed
    assert "What to do" in failed


async def test_a_subcommand_mistyped_is_guessed(furnished):
    assert "/aegis isolation" in await typed(furnished, "ben", "isolaton")
    assert "/aegis audit" in await typed(furnished, "ana", "audt")
