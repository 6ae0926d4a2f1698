"""Modals on the page: fields and what they send, errors, stacks, the keyboard."""

import asyncio
from typing import Any

from playwright.async_api import Route, expect

from bot.sandbox.server import Sandbox
from tests.browser.conftest import Screen
from tests.browser.scripted_app import ScriptedApp
from tests.browser.views import (
    TEAM,
    ask,
    button,
    dm,
    home,
    interaction,
    modal,
    open_modal,
    options,
    person_id,
    publish,
    section,
    text_field,
    words,
)

FRUIT = options("apple", "pear", "plum")


def values_of(sent: dict[str, Any]) -> dict[str, Any]:
    return {name: each["value"] for name, each in sent["view"]["state"]["values"].items()}


async def test_every_kind_of_field_has_a_label_and_sends_what_is_entered(
    screen: Screen, app: ScriptedApp, sandbox: Sandbox
) -> None:
    several = {"type": "multi_static_select", "options": FRUIT, "initial_options": FRUIT[:1]}
    view = modal(
        section("Some *questions*"),
        text_field("name", "Full name"),
        ask("about", "About", {"type": "plain_text_input", "multiline": True}),
        ask("one", "One of them", {"type": "static_select", "options": FRUIT}),
        ask("some", "Some of them", several),
        ask("other", "Another", {"type": "external_select", "min_query_length": 1}),
        ask("them", "Persons", {"type": "multi_users_select"}),
        ask("ticked", "Ticked", {"type": "checkboxes", "options": FRUIT}),
        ask("ring", "Ring", {"type": "radio_buttons", "options": FRUIT}),
        ask("day", "Day", {"type": "datepicker"}),
        private_metadata="kept",
    )
    await open_modal(screen, app, sandbox, view)
    window, keys = screen.page.get_by_role("dialog", name="Setup"), screen.page.keyboard
    await expect(window.get_by_label("Full name")).to_be_focused()

    await keys.type("Ana Ruiz")
    await window.get_by_label("About").fill("One\nTwo")
    await window.get_by_label("One of them").select_option(label="Pear")
    await window.get_by_role("combobox", name="Some of them").click()
    await keys.type("plu")
    await expect(window.locator(".option:visible")).to_have_text(["Plum"])
    await keys.press("Enter")
    app.answers = [{"options": options("quince")}]
    await window.get_by_role("combobox", name="Another").press_sequentially("q")
    await window.get_by_role("option", name="Quince").click()
    await window.get_by_role("combobox", name="Persons").click()
    await window.get_by_role("option", name="Ben Okafor").click()
    await window.get_by_role("checkbox", name="Plum").check()
    await window.get_by_role("radio", name="Apple").check()
    await window.get_by_label("Day").fill("2026-12-24")
    await window.get_by_role("button", name="Save").click()
    sent = await interaction(app, 3)

    await expect(window).to_be_hidden()
    assert app.clicked[1]["type"] == "block_suggestion"
    assert (app.clicked[1]["value"], app.clicked[1]["view"]["id"]) == ("q", sent["view"]["id"])
    assert (sent["type"], sent["view"]["private_metadata"]) == ("view_submission", "kept")
    assert {
        name: held[next(k for k in held if k != "type")] for name, held in values_of(sent).items()
    } == {
        "name": "Ana Ruiz",
        "about": "One\nTwo",
        "one": FRUIT[1],
        "some": [FRUIT[0], FRUIT[2]],
        "other": options("quince")[0],
        "them": [person_id(sandbox, "ben")],
        "ticked": [FRUIT[2]],
        "ring": FRUIT[0],
        "day": "2026-12-24",
    }


async def test_errors_stand_at_their_fields_and_nothing_typed_is_lost(
    screen: Screen, app: ScriptedApp, sandbox: Sandbox
) -> None:
    view = modal(text_field(), text_field("role", "Role"), text_field("why", "Why", optional=True))
    await open_modal(screen, app, sandbox, view)
    window = screen.page.get_by_role("dialog", name="Setup")
    name, role, save = (
        window.get_by_label("Name"),
        window.get_by_label("Role"),
        window.get_by_role("button", name="Save"),
    )
    await role.fill("buyer")
    await save.click()
    await expect(window.locator(".input-error:visible")).to_have_text(
        ["Please complete this required field."]
    )
    await expect(name).to_be_focused()
    assert len(app.clicked) == 1

    app.answers = [{"response_action": "errors", "errors": {"role": "Taken already."}}]
    await name.fill("Zoe")
    await save.click()
    await expect(window.locator(".input-error:visible")).to_have_text(["Taken already."])
    await expect(role).to_be_focused()
    await expect(role).to_have_attribute("aria-invalid", "true")
    await expect(role).to_have_accessible_description("Taken already.")
    await expect(name).to_have_attribute("aria-invalid", "false")
    await expect(name).to_have_value("Zoe")

    app.refuses_clicks = True
    await save.click()
    await expect(window.get_by_role("alert")).to_contain_text("some trouble connecting")
    app.refuses_clicks = False
    await role.press("Enter")
    await expect(window).to_be_hidden()
    assert values_of(app.clicked[-1])["role"]["value"] == "buyer"


async def test_an_update_and_a_pushed_modal_leave_what_was_typed(
    screen: Screen, app: ScriptedApp, sandbox: Sandbox
) -> None:
    view = modal(text_field(), button("More", "2"))
    await open_modal(screen, app, sandbox, view)
    window = screen.page.locator("dialog.modal")
    await window.get_by_label("Name").fill("Half of")
    await window.get_by_role("button", name="More").click()
    pressed = await interaction(app, 2)
    assert values_of({"view": pressed["view"]})["name"]["value"] == "Half of"

    client, view_id = app.client(TEAM), pressed["view"]["id"]
    more = modal(section("*Read this*"), text_field(), button("More", "2"))
    await client.views_update(view_id=view_id, hash=pressed["view"]["hash"], view=more)
    await expect(window).to_contain_text("Read this")
    await expect(window.get_by_role("button", name="More")).to_be_focused()
    await expect(window.get_by_label("Name")).to_have_value("Half of")
    above = modal(section("Above"), title="Details", close=words("Back"))
    del above["submit"]
    await client.views_push(trigger_id=pressed["trigger_id"], view=above)
    await expect(window.get_by_role("heading", name="Details")).to_be_focused()
    await window.get_by_role("button", name="Back").click()

    await expect(window.get_by_role("heading", name="Setup")).to_be_visible()
    await expect(window.get_by_label("Name")).to_have_value("Half of")


async def test_the_keyboard_stays_in_a_modal_and_escape_leads_back_where_one_was(
    screen: Screen, app: ScriptedApp, sandbox: Sandbox
) -> None:
    menu = ask("some", "Some", {"type": "multi_static_select", "options": FRUIT})
    await open_modal(screen, app, sandbox, modal(text_field(), menu, notify_on_close=True))
    page, keys = screen.page, screen.page.keyboard
    window = page.locator("dialog.modal")
    outside = "document.activeElement !== document.body && !document.activeElement.closest('dialog.modal')"
    for _ in range(12):
        await keys.press("Tab")
        assert not await page.evaluate(outside)

    await window.get_by_role("combobox", name="Some").focus()
    await keys.press("ArrowDown")
    await expect(window.get_by_role("listbox")).to_be_visible()
    await keys.press("Escape")
    await expect(window.get_by_role("listbox")).to_be_hidden()
    await expect(window).to_be_visible()
    await keys.press("Escape")
    await expect(window).to_be_hidden()
    closed = await interaction(app, 2)

    await expect(page.locator("#home").get_by_role("button", name="Open it")).to_be_focused()
    assert (closed["type"], closed["is_cleared"]) == ("view_closed", True)


async def test_a_trigger_that_came_too_late_opens_nothing(
    screen: Screen, app: ScriptedApp, sandbox: Sandbox
) -> None:
    sandbox.faults.expired_triggers = True
    refused = ""
    try:
        await open_modal(screen, app, sandbox, modal(text_field()))
    except Exception as error:  # slack_sdk's own
        refused = str(error)

    assert "expired_trigger_id" in refused
    await expect(screen.page.locator("dialog.modal")).to_have_count(0)


async def test_what_an_app_writes_into_a_view_is_never_markup(
    screen: Screen, app: ScriptedApp, sandbox: Sandbox
) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    choices = [{"text": words(hostile), "value": hostile}]
    view = modal(
        section("<javascript:alert(1)|here>"),
        text_field(hostile, hostile, hint=words(hostile)),
        ask("a", hostile, {"type": "checkboxes", "options": choices}),
        ask(
            "b",
            hostile,
            {"type": "multi_static_select", "options": choices, "initial_options": choices},
        ),
        title=hostile[:24],
    )
    await open_modal(screen, app, sandbox, view)
    window = screen.page.locator("dialog.modal")

    await expect(window).to_contain_text(hostile)
    assert await window.locator("img, a").count() == 0


async def test_the_focus_comes_back_though_home_changed_and_a_message_has_the_same_button(
    screen: Screen, app: ScriptedApp, sandbox: Sandbox
) -> None:
    await open_modal(screen, app, sandbox, modal(text_field()))
    page, told = screen.page, asyncio.Event()

    async def hold(route: Route) -> None:
        await told.wait()
        await route.continue_()

    await page.route("**/sandbox/views?*", hold)
    await page.get_by_label("Name").fill("Zoe")
    await page.keyboard.press("Enter")
    await interaction(app, 2)
    blocks = [button("Open it")]
    await app.client(TEAM).chat_postMessage(channel=dm(sandbox), text="Saved", blocks=blocks)
    hidden = page.locator(".message-list [data-key]")
    await hidden.wait_for(state="attached")
    await publish(app, sandbox, home(section("*Hello Zoe*"), button("Open it")))
    told.set()

    await expect(page.locator("dialog.modal")).to_have_count(0)
    await expect(page.locator("#home")).to_contain_text("Hello Zoe")
    await expect(page.locator("#home").get_by_role("button", name="Open it")).to_be_focused()
    assert await hidden.count() == 1, "the other button is still there, and was not taken for it"
