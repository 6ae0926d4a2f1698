"""The Home tab of the app: one a person and workspace, with buttons and menus; the feed of views."""

from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import Sandbox
from tests.unit.sandbox.test_sandbox_dialogs import modal, words
from tests.unit.sandbox.views import FRUIT, buttons, form, home, menu

Json = dict[str, Any]


async def test_opening_home_tells_the_app_who_shows_each_person_their_own(
    slack: AsyncWebClient, act: Any, shown: Any, listener: Any, person_id: Any
) -> None:
    before = await shown()
    await act("open_home")
    first = await listener.next_event()
    published = await slack.views_publish(user_id=person_id("ana"), view=home(menu(), buttons("1")))
    await act("open_home")
    second = await listener.next_event()
    await act("open_home", tab="messages")
    third = await listener.next_event()

    assert before == {"home": None, "modals": []}
    assert (first["type"], first["tab"], first["user"]) == (
        "app_home_opened",
        "home",
        person_id("ana"),
    )
    assert "view" not in first
    assert second["view"]["id"] == published["view"]["id"]
    assert second["view"]["state"]["values"]["ask"]["fruit"]["selected_option"] is None
    assert (third["tab"], "view" in third) == ("messages", False)
    assert (await shown())["home"]["private_metadata"] == "kept"
    assert (await shown("ben"))["home"] is None
    assert (await shown("dora", "harbor"))["home"] is None
    assert (await act("open_home", tab="about"))["http"] == 400


async def test_a_home_keeps_its_id_and_is_not_overtaken(
    slack: AsyncWebClient, person_id: Any
) -> None:
    ana = person_id("ana")
    first = (await slack.views_publish(user_id=ana, view=home(menu())))["view"]
    second = (await slack.views_publish(user_id=ana, view=home(), hash=first["hash"]))["view"]
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await slack.views_publish(user_id=ana, view=home(), hash=first["hash"])
    third = (await slack.views_update(view_id=first["id"], view=home()))["view"]
    for wrong in (home({"type": "carousel"}), modal(), home() | {"title": words("No")}):
        with pytest.raises(SlackApiError, match="invalid_arguments"):
            await slack.views_publish(user_id=ana, view=wrong)
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await slack.views_publish(user_id="UNOBODY", view=home())

    assert first["id"] == second["id"] == third["id"]
    assert len({first["hash"], second["hash"], third["hash"]}) == 3


async def test_buttons_and_menus_at_home_say_which_view_they_stand_in(
    slack: AsyncWebClient, act: Any, payload: Any, person_id: Any
) -> None:
    view = home(menu(initial_option=FRUIT[0]), buttons("1", "2"))
    at_home = (await slack.views_publish(user_id=person_id("ana"), view=view))["view"]
    await act("click", text="Go", value="2")
    pressed = await payload()
    await act("click", view_id=at_home["id"], action_id="fruit", selected="Pear")
    picked = await payload()
    unknown = await act("click", action_id="fruit", selected="Plum")
    absent = await act("click", text="Stop")

    assert pressed["type"] == "block_actions"
    assert pressed["container"] == {"type": "view", "view_id": at_home["id"]}
    assert pressed["actions"][0]["value"] == "2"
    assert pressed["view"]["state"]["values"]["ask"]["fruit"]["selected_option"] == FRUIT[0]
    assert "response_url" not in pressed
    [action] = picked["actions"]
    assert (action["type"], action["selected_option"]) == ("static_select", FRUIT[1])
    assert action["initial_option"] == FRUIT[0]
    assert (unknown["http"], absent["http"]) == (400, 404)
    assert "Red apple, Pear" in unknown["error"]


async def test_a_menu_in_a_message_is_picked_in(
    slack: AsyncWebClient, sandbox: Sandbox, act: Any, payload: Any, listener: Any
) -> None:
    channel = sandbox.world.workspaces["TNORTHWIND"].find_channel("general")
    assert channel
    said = await slack.chat_postMessage(channel=channel.id, text="Which?", blocks=[menu()])
    await listener.next()
    await act("click", ts=said["ts"], action_id="fruit", selected="pear", **{"in": "#general"})

    assert (await payload())["actions"][0]["selected_option"] == FRUIT[1]


async def test_the_feed_says_whose_view_changed(
    sandbox: Sandbox, slack: AsyncWebClient, opened: Any, act: Any, person_id: Any
) -> None:
    await slack.views_publish(user_id=person_id("ana"), view=home(menu()))
    await opened(form())
    await act("close")

    feed = sandbox.world.feed
    seen = [(one.kind, one.text.split("\n")[0]) for one in feed.after(0, ["TNORTHWIND"], "ana")]
    assert seen == [("home", "*Which?*"), ("modal", "Setup"), ("modal", "")]
    assert feed.after(0, ["TNORTHWIND"], "ben") == []


async def test_with_the_app_goes_what_it_showed(
    sandbox: Sandbox,
    slack: AsyncWebClient,
    http: aiohttp.ClientSession,
    opened: Any,
    shown: Any,
    person_id: Any,
) -> None:
    await slack.views_publish(user_id=person_id("ana"), view=home(menu()))
    await opened(form())
    before = sandbox.world.feed.last_seq
    async with http.post("/sandbox/uninstall", json={"workspace": "northwind"}) as answer:
        assert answer.status == 200

    assert await shown() == {"home": None, "modals": []}
    told = sandbox.world.feed.after(before, ["TNORTHWIND"], "ana")
    assert [(one.kind, one.text) for one in told] == [("home", ""), ("modal", "")]
