"""`aegis kb list --all` and `aegis kb delete`: what nobody in Slack can take away any more."""

import pytest

from core.knowledge.ingest_document import ingest_document
from core.knowledge.reading.limited_reader import LimitedReader
from core.knowledge.share_document import share_document
from core.tenancy.workspaces import Workspaces
from tests.integration.test_knowledge_ingest import audit_trail
from tests.scenario.test_processes import aegis


@pytest.fixture
async def company(database, context, process_environment):
    """(environment, team, the ids of documents) of a company: the workspace's, a person's, a channel's."""
    ids = []
    for title, scope in (
        ("Handbook.md", "workspace"),
        ("Diary.md", "person"),
        ("Plan.md", "person"),
    ):
        done = await ingest_document(
            context,
            LimitedReader(),
            None,
            title=title,
            content=f"The text of {title} is long.".encode(),
            added_by="UGONE",
            scope=scope,
            reference="test",
        )
        ids.append(done.document.document_id)
    await share_document(context, document_id=ids[2], person_id="UGONE", channel_id="CGONE")
    return process_environment, await Workspaces(database).team_of(context.tenant_id), ids


async def test_an_operator_sees_whose_each_is_and_no_title_of_what_is_private(company, context):
    environment, team, (handbook, diary, plan) = company
    status, said = await aegis(environment, "kb", "list", "--all", "--workspace", team)

    assert status == 0
    assert {line.split()[0] for line in said.splitlines()} == {handbook, diary, plan}
    assert f"{diary}  person UGONE  1 passage, 29 bytes" in said
    assert f"{plan}  channel CGONE  1 passage" in said
    assert "Handbook.md" in said
    assert "Diary" not in said
    assert "Plan" not in said
    assert (await audit_trail(context))[-1] == ("knowledge:documents:list", "done")
    _, short = await aegis(environment, "kb", "list", "--workspace", team)
    assert [line.split()[0] for line in short.splitlines()] == [handbook]


async def test_an_operator_takes_one_away(company, context):
    environment, team, (_, diary, plan) = company
    for document_id, whose in ((diary, "person UGONE"), (plan, "channel CGONE")):
        said = await aegis(environment, "kb", "delete", document_id, "--workspace", team)
        assert said == (0, f"{document_id}  {whose}: deleted\n")
    status, said = await aegis(environment, "kb", "delete", diary, "--workspace", team)

    assert (status, said.startswith("Error: I have no such document")) == (1, True)
    async with context.db.transaction() as tx:
        assert await tx.fetchval("select count(*) from document") == 1
        actors = "select distinct actor from audit_event where action = $1"
        assert await tx.fetchval(actors, "knowledge:document:forget") == "operator"
