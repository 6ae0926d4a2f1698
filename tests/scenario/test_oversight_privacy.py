"""`/aegis privacy` on the sandbox's wire: what is kept, the archive sent once, an end that waits."""

import io
import tempfile
import zipfile
from pathlib import Path

import pytest

from core.audit.model import LogFilter
from core.audit.read_log import read_log
from core.conversations.send_file import Sending, send_file
from core.jobs.model import InboxEvent
from core.kernel.errors import Refused
from core.lifecycle.freeze_tenant import thaw_tenant
from core.lifecycle.privacy.begin_erasure import begin_erasure
from core.lifecycle.retention import list_retention
from tests.stage import spoken

HANDBOOK = "# Handbook\n\n## Bike stipend\n\nYou can claim 900 euros every three years.\n"


async def typed(stage, person, words, workspace="northwind", until=""):
    """What the person reads; with *until*, up to these words."""
    steps = f'- {{workspace: {workspace}, person: {person}, in: dm, command: "/aegis {words}"}}\n'
    lines = await stage.play(steps + (f'- {{wait: "{until}", within: 20}}\n' if until else ""))
    said = [line for line in lines if line["author"] == "AEGIS"]
    assert {tuple(line["seen_by"]) for line in said} <= {(person,)}
    return spoken(said)


async def rows(context, action):
    found = await read_log(context, "test", LogFilter(action=action), reference="test", limit=100)
    return [(event.actor, event.outcome) for event in found]


def files_of(stage, company="northwind"):
    return list(stage.sandbox.world.find_workspace(company).files.values())


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))


def leftovers():
    return list(Path(tempfile.gettempdir()).glob("aegis-file-*"))


async def test_an_admin_sees_what_is_kept_how_much_and_how_long(stage):
    await stage.add_document("northwind", "Handbook.md", HANDBOOK)

    page = await typed(stage, "ana", "privacy")

    assert "conversations: 0 answers" in page.replace("*", "")
    assert "kept for 365 days (the default)" in page.replace("*", "")
    assert "1 document, kept until somebody removes" in page
    assert "/aegis privacy export" in page


@pytest.mark.parametrize(
    ("words", "days"), [("conversations 90", 90), ("people 1 day", 1), ("audit forever", None)]
)
async def test_how_long_a_class_is_kept_is_set_in_words(stage, words, days):
    page = await typed(stage, "ana", f"privacy keep {words}")

    kept = {each.data_class: each for each in await list_retention(stage.tenants["northwind"])}
    assert "Done" in page
    assert kept[words.split()[0]].keep_days == days
    theirs = await list_retention(stage.tenants["harbor"])
    assert all(each.is_default for each in theirs)
    ana = stage.person_id("ana")
    noted = await rows(stage.tenants["northwind"], "lifecycle:retention:change")
    assert noted == [(ana, "done")]


@pytest.mark.parametrize(
    "words",
    [
        "keep",
        "keep documents 3",
        "keep people",
        "keep people ten",
        "keep people ٣",
        "keep audit -1",
    ],
)
async def test_what_cannot_be_kept_so_is_told_with_an_example(stage, words):
    page = await typed(stage, "ana", f"privacy {words}")

    assert "/aegis privacy keep conversations 90" in page
    kept = await list_retention(stage.tenants["northwind"])
    assert all(each.is_default for each in kept)


@pytest.mark.parametrize("days", ["0", "999999"])
async def test_a_number_of_days_out_of_bounds_is_told(stage, days):
    assert "1 to 36500" in await typed(stage, "ana", f"privacy keep people {days}")


async def test_an_export_comes_to_the_admin_alone_once_and_nothing_of_it_stays_here(stage):
    await stage.add_document("northwind", "Handbook.md", HANDBOOK)

    page = await typed(stage, "ana", "privacy export", until="The archive is")

    (file,) = files_of(stage)
    content = stage.sandbox.world.find_workspace("northwind").file_bytes[file.id]
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert "The archive is in our direct message" in page
    assert "manifest.sig" in names
    assert any(name.endswith("document.csv") for name in names)
    assert leftovers() == []
    northwind, ana = stage.tenants["northwind"], stage.person_id("ana")
    expected = [(ana, "done"), (ana, "attempt")]
    assert await rows(northwind, "lifecycle:archive:send") == expected
    assert await rows(northwind, "lifecycle:tenant:export") == expected
    async with northwind.db.transaction() as tx:
        assert await tx.fetchval("select count(*) from document") == 1  # it was not read in


async def test_a_retried_export_is_not_sent_twice_also_when_the_answer_was_lost(stage):
    await typed(stage, "ana", "privacy export", until="The archive is")
    northwind = stage.tenants["northwind"]
    async with northwind.db.transaction() as tx:
        row = await tx.fetchrow(
            "select key, channel from outbox_message where starts_with(key, 'archive:')"
        )
    (file,) = files_of(stage)
    sending = Sending(row["channel"], file.name, "again", "again")

    async def never(path):
        raise AssertionError("made again")

    uploads = stage.product.services.uploads
    assert not await send_file(northwind, uploads, sending, never, key=row["key"])
    async with northwind.db.transaction() as tx:
        await tx.execute(
            "update outbox_message set state = 'sending', sent_at = null where key = $1", row["key"]
        )
    assert not await send_file(northwind, uploads, sending, never, key=row["key"])
    assert len(files_of(stage)) == 1


async def test_an_export_that_breaks_off_is_sent_once_when_slack_is_back(stage):
    """Nobody is asked to ask again for what is tried again by itself."""
    stage.sandbox.refuse("files.completeUploadExternal", "internal_error")

    page = await typed(stage, "ana", "privacy export", until="The archive is")

    assert "ask again" not in page
    assert leftovers() == []
    assert len(files_of(stage)) == 1
    northwind, ana = stage.tenants["northwind"], stage.person_id("ana")
    sent = await rows(northwind, "lifecycle:archive:send")
    assert sent == [(ana, "done"), (ana, "attempt"), (ana, "failed"), (ana, "attempt")]


@pytest.mark.parametrize(
    "options",
    [
        {"unserved": ["files.getUploadURLExternal"]},
        {"unserved": ["files.completeUploadExternal"]},
        {"scopes": frozenset(["commands", "users:read", "im:write", "chat:write"])},
    ],
)
async def test_a_slack_that_takes_no_files_is_told_the_other_way(stage_with, options):
    async with stage_with(**options) as stage:
        page = await typed(stage, "ana", "privacy export", until="aegis tenants export")

    assert "aegis tenants export TNORTHWIND" in page
    assert leftovers() == []


async def test_erasing_is_explained_first_and_wants_the_workspace_by_its_id(stage):
    explained = await typed(stage, "ana", "privacy erase")
    wrong = await typed(stage, "ana", "privacy erase THARBORLAW")
    more = await typed(stage, "ana", "privacy erase TNORTHWIND now")

    assert "after 30 days" in explained.replace("*", "")
    assert "/aegis privacy erase TNORTHWIND" in explained
    assert "aegis tenants thaw TNORTHWIND" in explained
    assert "Nothing was done" in wrong
    assert "Nothing was done" in more
    assert "What I keep" in await typed(stage, "ana", "privacy")


async def test_an_owner_freezes_the_workspace_and_a_thaw_does_not_begin_it_again(stage):
    page = await typed(stage, "ana", "privacy erase TNORTHWIND")
    database, provisioner = stage.product.storage.database, stage.product.storage.provisioner
    northwind = stage.tenants["northwind"].tenant_id

    assert "switched off" in page
    assert "aegis tenants thaw TNORTHWIND" in page
    with pytest.raises(Refused):
        await database.tenant(northwind)
    assert "not proved" in await typed(stage, "dora", "isolation", workspace="harbor")

    await thaw_tenant(database, provisioner, northwind, actor="operator", reference="test")
    await stage.play("""[{workspace: northwind, person: ben, in: dm, command: "/aegis agents"}]""")
    again = await database.tenant(northwind)
    ana = stage.person_id("ana")
    assert await rows(again, "lifecycle:tenant:freeze") == [(ana, "done")]


async def test_who_dies_over_an_erasure_does_not_begin_it_anew_after_a_thaw(stage_with):
    async with stage_with(works=False) as stage:
        await stage.play(
            """[{workspace: northwind, person: ana, in: dm, answer: false,
                 command: "/aegis privacy erase TNORTHWIND"}]"""
        )
        northwind, services = stage.tenants["northwind"], stage.product.services
        async with northwind.db.transaction() as tx:
            row = await tx.fetchrow("select id, event_id, kind, payload::text from inbox_event")
        event = InboxEvent(**row, attempts=0)

        await begin_erasure(
            northwind,
            services.database,
            services.provisioner,
            services.rules,
            event=event,
            actor=stage.person_id("ana"),
        )
        await thaw_tenant(
            services.database,
            services.provisioner,
            northwind.tenant_id,
            actor="operator",
            reference="test",
        )

        async with northwind.db.transaction() as tx:
            assert await tx.fetchval("select state from inbox_event") == "done"


async def test_an_admin_who_owns_nothing_cannot_begin_an_end(stage):
    people = stage.sandbox.world.find_workspace("northwind").persons
    ana = stage.person_id("ana")
    fields = {name: getattr(people[ana], name) for name in people[ana].__dataclass_fields__}
    people[ana] = type(people[ana])(**fields | {"kind": "admin"})

    page = await typed(stage, "ana", "privacy erase TNORTHWIND")

    assert "only an owner" in page
    freezes = await rows(stage.tenants["northwind"], "lifecycle:tenant:freeze")
    assert freezes == [(ana, "refused")]


async def test_nothing_hostile_in_a_privacy_word_comes_back(stage):
    page = await typed(stage, "ana", "privacy `<!channel>`\\u202eevil")

    assert "@channel" not in page
    assert "What you can do" in page
