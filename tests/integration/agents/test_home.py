"""The Home tab, windows and things to ask: what goes over the wire, and what a refusal means."""

import json
import time
from dataclasses import replace

import pytest
from aiohttp import web

from bot.slack.clients import SlackClients
from bot.slack.pacing.web_client import slack_session
from bot.slack.screens.screens import SlackScreens
from core.agents.changes.define_agent import define_agent
from core.agents.load_roster import load_roster, load_roster_for
from core.conversations.ports import CannotPost, TooLate
from core.kernel.errors import Postponed
from core.kernel.secret import Secret
from core.tenancy.install_workspace import Grant, install_workspace
from core.tenancy.recognize_person import recognize_person
from handlers.agents.home import show_home, suggest_prompts
from tests.integration.worker.queueing import until_drained

VIEW = {"type": "home", "blocks": []}


class Recorder:
    """A server that takes every method and keeps what it was given, or answers an error."""

    def __init__(self) -> None:
        self.url = ""
        self.calls: list[tuple[str, dict]] = []
        self.error = ""

    async def answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        if request.content_type == "application/json":
            given = await request.json()
        else:
            given = {name: str(value) for name, value in (await request.post()).items()}
        self.calls.append((method, given))
        if self.error:
            return web.json_response({"ok": False, "error": self.error})
        return web.json_response({"ok": True})


@pytest.fixture
async def recorder():
    found = Recorder()
    app = web.Application()
    app.router.add_route("*", "/api/{method}", found.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    yield found
    await runner.cleanup()


@pytest.fixture
async def screens(database, recorder):
    async with slack_session() as session:
        yield SlackScreens(SlackClients(database, session, recorder.url))


@pytest.fixture
async def tenant(database, provisioner, request):
    team = f"T{abs(hash(request.node.name)) % 10**9}H"
    return await database.tenant(
        await install_workspace(database, provisioner, Grant(team, Secret("xoxb-1"), "UBOT"))
    )


async def test_a_window_opens_with_its_trigger(screens, recorder, tenant):
    await screens.open_modal(tenant, "1.2.3", VIEW)

    [(method, given)] = recorder.calls
    assert method == "views.open"
    assert given["trigger_id"] == "1.2.3"
    assert given["view"] == VIEW


@pytest.mark.parametrize(
    ("error", "meant"),
    [
        ("expired_trigger_id", TooLate),
        ("exchanged_trigger_id", TooLate),
        ("invalid_trigger_id", TooLate),
        ("internal_error", Postponed),
        ("view_too_large", CannotPost),
    ],
)
async def test_why_a_window_does_not_open(screens, recorder, tenant, error, meant):
    recorder.error = error

    with pytest.raises(meant):
        await screens.open_modal(tenant, "1.2.3", VIEW)


async def test_a_server_without_home_is_done_without(screens, recorder, tenant):
    recorder.error = "unknown_method"
    await screens.publish_home(tenant, "U1", VIEW)
    recorder.error = "internal_error"
    with pytest.raises(Postponed):
        await screens.publish_home(tenant, "U1", VIEW)

    assert [method for method, _ in recorder.calls] == ["views.publish"] * 2


async def test_at_most_four_things_to_ask_are_offered_and_a_refusal_is_nothing(
    screens, recorder, tenant
):
    await screens.suggest(tenant, "D1", "1.1", ["x" * 100, "b", "c", "d", "e"])
    await screens.suggest(tenant, "D1", None, ["a"])
    await screens.suggest(tenant, "D1", None, [])
    recorder.error = "invalid_thread_ts"
    await screens.suggest(tenant, "D1", "9.9", ["a"])

    first, second, _ = (given for _, given in recorder.calls)
    assert [len(prompt["title"]) for prompt in first["prompts"]] == [60, 1, 1, 1]
    assert first["prompts"][0]["message"] == "x" * 100
    assert first["thread_ts"] == "1.1"
    assert "thread_ts" not in second


@pytest.fixture
async def served(stage, screens):
    """The product's services, with windows and Home on the recording server."""
    return replace(stage.product.services, screens=screens)


async def shown(served, recorder, stage, name):
    recorder.calls.clear()
    await show_home(served, stage.tenants["northwind"], stage.person_id(name))
    [(_, given)] = [call for call in recorder.calls if call[0] == "views.publish"]
    assert given["user_id"] == stage.person_id(name)
    return json.dumps(given["view"], ensure_ascii=False)


async def test_home_is_for_each_what_they_may_see(served, recorder, stage):
    tenant = stage.tenants["northwind"]
    await define_agent(
        tenant, {"open_to": "admins"}, key="legal", version=0, actor="UANA", reference="a"
    )
    await stage.add_document("northwind", "Guide.md", "# Guide\n\nThe van is white.\n")
    owner, member, guest = [
        await shown(served, recorder, stage, name) for name in ("ana", "ben", "gil")
    ]

    assert "agents.edit" in owner
    assert "Lex" in owner
    assert "*Used by you:* 0 tokens" in member
    assert "1 document" in owner
    assert "agents.edit" not in member
    assert "Lex" not in member
    assert "Finn" in member
    assert "you are a guest" in guest
    assert "Finn" not in guest


async def test_what_slack_does_not_take_is_no_trouble(served, recorder, stage):
    recorder.error = "internal_error"
    await show_home(served, stage.tenants["northwind"], stage.person_id("ana"))
    await suggest_prompts(served, stage.tenants["northwind"], stage.person_id("ana"), "D1")

    assert len(recorder.calls) == 2


async def test_opening_messages_offers_what_the_default_agent_likes(served, recorder, stage):
    tenant, ben = stage.tenants["northwind"], stage.person_id("ben")
    await recognize_person(tenant, served.directory, ben, home_team=None)
    async with tenant.db.transaction() as tx:
        await tx.execute("update person set default_agent = 'finance' where person_id = $1", ben)
    await suggest_prompts(served, tenant, ben, "D1")
    await suggest_prompts(served, tenant, stage.person_id("gil"), "D1")

    [(method, given)] = recorder.calls
    assert method == "assistant.threads.setSuggestedPrompts"
    examples = (await load_roster(tenant)).find("finn").examples
    assert [prompt["message"] for prompt in given["prompts"]] == list(examples)


async def accept(stage, kind, **what):
    """What Slack sends, at the product's own door, to its end."""
    intake = stage.product.intake
    if kind == "event":
        body = {"type": "event_callback", "team_id": "TNORTHWIND", "event_id": f"Ev{time.time()}"}
        body |= {"event": what}
        assert await intake.accept_event(body, json.dumps(body))
    else:
        assert await intake.accept_interaction({"type": kind, **what}) is None
    await until_drained(stage.product.services.database, stage.tenants["northwind"])
    async with stage.tenants["northwind"].db.transaction() as tx:
        assert not await tx.fetchval("select count(*) from inbox_event where state <> 'done'")


@pytest.mark.parametrize("tab", ["home", "messages"])
async def test_the_event_that_the_app_was_opened_is_served(stage, tab):
    channel = stage.sandbox.world.find_workspace("northwind").direct_message(stage.person_id("ben"))

    await accept(
        stage,
        "event",
        type="app_home_opened",
        user=stage.person_id("ben"),
        channel=channel.id,
        tab=tab,
        event_ts="1.1",
    )

    home = stage.sandbox.world.homes.find("TNORTHWIND", stage.person_id("ben"))
    assert (home is not None) == (tab == "home")


def pressed(stage, name, action):
    return {
        "team": {"id": "TNORTHWIND"},
        "user": {"id": stage.person_id(name), "team_id": "TNORTHWIND"},
        "trigger_id": f"{name}.{action['action_id']}.{time.time()}",
        "container": {"type": "view", "view_id": "V1"},
        "actions": [action],
    }


async def test_at_home_a_default_is_picked_and_taken_back(stage):
    tenant, ben = stage.tenants["northwind"], stage.person_id("ben")
    kept = []
    for value in ("finance", "-", "nobody"):
        action = {"action_id": "agents.default", "selected_option": {"value": value}}
        await accept(stage, "block_actions", **pressed(stage, "ben", action))
        kept.append((await load_roster_for(tenant, ben))[1].default_agent)

    assert kept == ["finance", "", ""]


async def test_at_home_an_admin_switches_an_agent_and_a_member_does_not(stage):
    tenant = stage.tenants["northwind"]
    action = {"action_id": "agents.switch.off", "value": "finance"}
    await accept(stage, "block_actions", **pressed(stage, "ben", action))
    before = (await load_roster(tenant)).find("finance").is_on
    await accept(stage, "block_actions", **pressed(stage, "ana", action))

    assert before
    assert not (await load_roster(tenant)).find("finance").is_on
