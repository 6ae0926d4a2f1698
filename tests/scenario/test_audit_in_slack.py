"""What a person meets when their workspace's audit log takes no rows: words, and nothing done."""

import re

from core.audit.model import LogFilter
from core.audit.read_log import read_log
from core.db.scope import schema_of
from core.knowledge.list_documents import list_documents
from core.knowledge.model import Asker
from tests.stage import spoken

COLUMNS = "action, actor, outcome, reference, arguments, detail"
QUESTION = "Where does the van key hang?"
SCRIPT = f"""
- {{workspace: northwind, person: ana, in: dm, say: "{QUESTION}"}}
- {{workspace: northwind, person: ana, in: dm, upload: notes.md}}
"""


async def test_an_audit_log_that_takes_no_row_stops_every_act_and_the_person_is_told(
    stage, admin, new_document, caplog
):
    """A102: the question finds nothing, the file is not even fetched, both are answered in words
    with a reference that is in the service's log; afterwards all goes on."""
    await new_document("notes.md", "# Notes\n\nThe van key hangs in the yellow box.\n")
    await stage.add_document("northwind", "Keys.md", "# Keys\n\nThe van key hangs by the door.\n")
    tenant = stage.tenants["northwind"]
    schema = schema_of(tenant.tenant_id)
    await admin.execute(f"revoke insert ({COLUMNS}) on {schema}.audit_event from {schema}")

    lines = await stage.play(SCRIPT)

    said = spoken(lines)
    references = re.findall(r"was not done\. Reference: ([0-9a-f]{8})", said)
    assert len(set(references)) == 2
    logged = {getattr(r, "reference", "") for r in caplog.records}
    assert set(references) <= logged
    assert "by the door" not in said
    ana = Asker(stage.person_id("ana"), private=True)
    assert [d.title for d in await list_documents(tenant, asker=ana)] == ["Keys.md"]

    await admin.execute(f"grant insert ({COLUMNS}) on {schema}.audit_event to {schema}")
    said = spoken(await stage.play(SCRIPT))

    assert "by the door" in said
    assert len(await list_documents(tenant, asker=ana)) == 2


async def test_a_file_from_slack_has_rows_of_its_fetching_and_of_its_reading(stage, new_document):
    """Two outside things, two attempts: first the fetch with the workspace's token."""
    await new_document("notes.md", "# Notes\n\nThe van key hangs in the yellow box.\n")
    await stage.play("- {workspace: northwind, person: ana, in: dm, upload: notes.md}")

    found = await read_log(stage.tenants["northwind"], "U1", LogFilter(), reference="r", limit=4)

    assert [(one.action.split(":")[2], one.outcome) for one in reversed(found)] == [
        ("fetch", "attempt"),
        ("fetch", "done"),
        ("ingest", "attempt"),
        ("ingest", "done"),
    ]
    assert len({one.reference for one in found}) == 1
    assert all(len(one.arguments) == 64 for one in found)
    assert "notes" not in str(found)


async def test_a_question_is_in_the_log_as_a_digest(stage):
    await stage.play(f'- {{workspace: northwind, person: ana, in: dm, say: "{QUESTION}"}}')
    tenant = stage.tenants["northwind"]

    done, attempt = await read_log(
        tenant, "U1", LogFilter(action="knowledge:documents"), reference="r"
    )

    assert done.arguments == attempt.arguments == tenant.fingerprint(QUESTION)
    assert (attempt.outcome, done.outcome) == ("attempt", "done")
    assert "van" not in str((attempt, done))
