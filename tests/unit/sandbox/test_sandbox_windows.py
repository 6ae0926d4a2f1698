"""Modals as a person has them before their eyes: fields, presses, sending, closing."""

import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from tests.unit.sandbox.test_sandbox_dialogs import modal, words
from tests.unit.sandbox.views import FRUIT, buttons, form

Json = dict[str, Any]


async def test_what_a_person_enters_is_sent_in_slacks_shape(
    opened: Any, act: Any, payload: Any, shown: Any, person_id: Any
) -> None:
    view = await opened(form(private_metadata="kept", external_id="mine"))
    entered = {"Name": "Ana", "one": "Red apple", "some": ["pear"], "who": "ben", "them": ["cho"]}
    entered |= {"other": {"text": "Plum", "value": "p"}, "ticked": ["apple"], "ring": "pear"}
    told = await act("submit", fields=entered)
    sent = await payload()

    held = {block: each["value"] for block, each in sent["view"]["state"]["values"].items()}
    ben, cho = person_id("ben"), person_id("cho")
    assert held == {
        "name": {"type": "plain_text_input", "value": "Ana"},
        "about": {"type": "plain_text_input", "value": "As it was"},
        "one": {"type": "static_select", "selected_option": FRUIT[0]},
        "some": {"type": "multi_static_select", "selected_options": [FRUIT[1]]},
        "other": {
            "type": "external_select",
            "selected_option": {"text": words("Plum"), "value": "p"},
        },
        "who": {"type": "users_select", "selected_user": ben},
        "them": {"type": "multi_users_select", "selected_users": [cho]},
        "ticked": {"type": "checkboxes", "selected_options": [FRUIT[0]]},
        "ring": {"type": "radio_buttons", "selected_option": FRUIT[1]},
        "day": {"type": "datepicker", "selected_date": "2026-11-28"},
    }
    assert (sent["type"], sent["view"]["id"]) == ("view_submission", view["id"])
    assert (sent["view"]["private_metadata"], sent["view"]["external_id"]) == ("kept", "mine")
    assert (told["status"], told["errors"], told["trouble"]) == (200, {}, "")
    assert (await shown())["modals"] == []


async def test_what_a_client_does_not_send_is_said_beside_the_field(
    opened: Any, act: Any, listener: Any, shown: Any
) -> None:
    view = await opened(form())
    empty = await act("submit", fields={})
    long = await act("submit", fields={"name": "Too long"})
    wrong = [
        await act("submit", fields={"nonsense": "x"}),
        await act("submit", fields={"day": "tomorrow"}),
        await act("submit", fields={"who": "nobody"}),
    ]

    assert empty["errors"] == {"name": "Please complete this required field."}
    assert long["errors"] == {"name": "This can have at most 5 characters."}
    assert [one["http"] for one in wrong] == [400, 400, 404]
    assert listener.requests.empty()
    assert [one["id"] for one in (await shown())["modals"]] == [view["id"]]


async def test_the_answer_says_what_becomes_of_the_modal(
    opened: Any, act: Any, listener: Any, shown: Any, payload: Any
) -> None:
    view = await opened(form())

    async def sent(answer: Any, **fields: Any) -> tuple[Json, list[Json]]:
        listener.answers = [lambda: web.json_response(answer) if answer else web.Response()]
        told = await act("submit", fields=fields)
        await payload()
        return told, (await shown())["modals"]

    refused, kept = await sent({"response_action": "errors", "errors": {"name": "No"}}, name="A")
    lost, _ = await sent({"response_action": "errors", "errors": {"nowhere": "No"}}, name="A")
    bad, _ = await sent({"response_action": "update", "view": {"type": "modal"}}, name="A")
    changed = modal(title=words("Changed"))
    _, updated = await sent({"response_action": "update", "view": changed}, name="A")
    _, pushed = await sent({"response_action": "push", "view": form()}, who="Ana")
    _, closed = await sent(None, name="A")
    await opened(form(), push=True)
    _, cleared = await sent({"response_action": "clear"}, name="A")

    assert refused["errors"] == {"name": "No"}
    assert lost["trouble"] == bad["trouble"] == "We had some trouble connecting. Try again?"
    assert [one["id"] for one in kept] == [view["id"]]
    assert updated[0]["id"] == view["id"]
    assert updated[0]["hash"] != view["hash"]
    assert updated[0]["title"]["text"] == "Changed"
    assert [one["previous_view_id"] for one in pushed] == [None, view["id"]]
    assert [one["id"] for one in closed] == [view["id"]]
    assert cleared == []


@pytest.mark.parametrize("answer_s", [0.2])
async def test_an_app_that_says_nothing_is_trouble_and_the_modal_stays(
    opened: Any, act: Any, listener: Any, shown: Any
) -> None:
    await opened(form())
    listener.answers = [lambda: web.Response(status=500)]
    told = await act("submit", fields={"name": "Ana"})

    assert told["status"] == 500
    assert told["trouble"] == "We had some trouble connecting. Try again?"
    assert len((await shown())["modals"]) == 1


async def test_a_modal_opened_while_another_is_sent_is_not_closed_with_it(
    slack: AsyncWebClient, opened: Any, act: Any, listener: Any, shown: Any
) -> None:
    """An app may open the next one before it has answered."""
    await opened(form())

    async def open_next() -> web.Response:
        body = parse_qs(listener.last[2].decode())["payload"][0]
        trigger_id = json.loads(body)["trigger_id"]
        await slack.views_open(trigger_id=trigger_id, view=modal(callback_id="next"))
        return web.Response()

    listener.answers = [open_next]
    await act("submit", fields={"name": "Ana"})

    assert [one["callback_id"] for one in (await shown())["modals"]] == ["next"]


async def test_closing_tells_the_app_only_where_it_asked_for_that(
    opened: Any, act: Any, listener: Any, payload: Any, shown: Any
) -> None:
    await opened(form())
    quiet = await act("close")
    assert listener.requests.empty()
    lower = await opened(form(notify_on_close=True))
    upper = await opened(form(notify_on_close=True), push=True)
    await act("close")
    first = await payload()
    left = (await shown())["modals"]
    await opened(form(notify_on_close=True), push=True)
    every = await act("close", all=True)
    both = [await payload(), await payload()]
    cleared = await opened(form(notify_on_close=True, clear_on_close=True))
    await act("close")

    assert (quiet["told"], every["told"]) == (0, 2)
    assert (first["type"], first["view"]["id"], first["is_cleared"]) == (
        "view_closed",
        upper["id"],
        False,
    )
    assert [one["id"] for one in left] == [lower["id"]]
    assert [one["is_cleared"] for one in both] == [True, True]
    last = await payload()
    assert (last["view"]["id"], last["is_cleared"]) == (cleared["id"], True)
    assert (await act("close"))["http"] == 404


async def test_a_press_in_a_modal_brings_what_is_typed_and_a_trigger_to_push_with(
    slack: AsyncWebClient, opened: Any, act: Any, payload: Any, shown: Any
) -> None:
    view = modal(blocks=[*modal()["blocks"], buttons("more")])
    below = await opened(view)
    await act("click", text="Go", fields={"who": "Half of"})
    pressed = await payload()
    await slack.views_push(trigger_id=pressed["trigger_id"], view=modal(callback_id="more"))
    await act("click", action_id="forged", value="x", view_id=below["id"])
    forged = await payload()

    assert pressed["view"]["state"]["values"]["who"]["name"]["value"] == "Half of"
    assert [one["callback_id"] for one in (await shown())["modals"]] == ["setup", "more"]
    assert (forged["view"]["id"], forged["actions"][0]["value"]) == (below["id"], "x")
