"""Faults are switched on beside a conversation, and one sees that they are on."""

from typing import Any

import aiohttp
import pytest
from playwright.async_api import Locator, expect

from bot.sandbox.server import Sandbox
from tests.browser.conftest import Screen


async def _switches(sandbox: Sandbox) -> list[dict[str, Any]]:
    async with (
        aiohttp.ClientSession(sandbox.url) as http,
        http.get("/sandbox/switches") as answer,
    ):
        switches: list[dict[str, Any]] = (await answer.json())["switches"]
    return switches


async def _opened(screen: Screen) -> Locator:
    await screen.open()
    await screen.page.get_by_role("button", name="Faults").click()
    panel = screen.page.locator("#faults")
    await expect(panel.locator("[data-fault]").first).to_be_visible()
    return panel


async def test_every_switch_is_there_with_its_meaning(screen: Screen, sandbox: Sandbox) -> None:
    panel = await _opened(screen)

    for one in await _switches(sandbox):
        words = await panel.locator(f"[data-fault={one['name']}]").inner_text()
        assert one["meaning"].lower() in words.lower(), one["name"]


async def test_what_is_on_is_visible_when_the_panel_is_closed(
    screen: Screen, sandbox: Sandbox
) -> None:
    panel = await _opened(screen)
    await panel.get_by_role("switch", name="Rate limits").check()
    await panel.locator("#fault-duplicates").fill("2")
    await panel.locator("#fault-duplicates").press("Enter")
    button = screen.page.locator(".rail-tool")
    await expect(button).to_have_attribute("aria-label", "Faults, 2 on")

    await screen.page.keyboard.press("Escape")

    await expect(panel).to_be_hidden()
    await expect(button).to_be_focused()
    assert await button.locator(".tool-count").inner_text() == "2"
    assert (sandbox.faults.rate_limits, sandbox.faults.duplicates) == (True, 2)


async def test_all_off_is_a_good_day_again(screen: Screen, sandbox: Sandbox) -> None:
    panel = await _opened(screen)
    await panel.get_by_role("button", name="Deliver nothing").click()
    await expect(panel.locator(".outcome")).to_contain_text("Nothing is delivered")
    assert sandbox.faults.unreachable

    await panel.get_by_role("button", name="All off").click()

    await expect(panel.locator(".outcome")).to_have_text("All faults are off.")
    assert [one["name"] for one in await _switches(sandbox) if one["value"] != one["default"]] == []


@pytest.mark.parametrize("value", ["-1", "2"])
async def test_a_share_out_of_bounds_is_not_set(
    value: str, screen: Screen, sandbox: Sandbox
) -> None:
    panel = await _opened(screen)

    await panel.locator("#fault-redeliver").fill(value)
    await panel.locator("#fault-redeliver").press("Enter")

    await expect(panel.locator("#fault-redeliver:invalid")).to_have_count(1)
    assert sandbox.faults.redeliver == 0.0


async def test_one_goes_on_talking_while_it_is_open(screen: Screen) -> None:
    panel = await _opened(screen)

    await screen.send("How many vacation days do I get?")

    await screen.page.locator("#thread .feedback").first.wait_for()
    assert await panel.is_visible()


async def test_the_seed_of_chance_is_shown_and_set(screen: Screen, sandbox: Sandbox) -> None:
    panel = await _opened(screen)
    seed = panel.get_by_label("Seed")
    await expect(seed).to_have_value(str(sandbox.world.dice.seed))

    await seed.fill("42")
    await panel.get_by_role("button", name="Begin anew").click()

    await expect(panel.locator(".outcome")).to_have_text("The chance has begun anew.")
    assert sandbox.world.dice.seed == 42


async def test_a_refusal_is_taken_back(screen: Screen, sandbox: Sandbox) -> None:
    panel = await _opened(screen)
    await panel.get_by_role("button", name="Refuse", exact=True).click()
    await expect(panel.locator(".outcome")).to_contain_text("Refused")
    assert "chat.postMessage" in sandbox.web_api.refusals

    await panel.get_by_role("button", name="Take it back").click()

    await expect(panel.locator(".outcome")).to_contain_text("answered again")
    assert "chat.postMessage" not in sandbox.web_api.refusals


async def _managing(screen: Screen) -> Locator:
    await screen.open()
    await screen.page.get_by_role("button", name="Manage AEGIS").click()
    return screen.page.locator("dialog[open]")


async def test_a_channel_is_archived_opened_again_and_deleted(
    screen: Screen, sandbox: Sandbox
) -> None:
    dialog = await _managing(screen)
    northwind = sandbox.world.find_workspace("northwind")
    general = northwind.find_channel("#general")
    told = dialog.locator(".outcome")

    await dialog.get_by_role("button", name="Archive: #general").click()
    await expect(told).to_have_text("#general is archived.")
    assert general.archived
    await dialog.get_by_role("button", name="Open again: #general").click()
    await expect(told).to_have_text("#general is open again.")
    assert not general.archived
    await dialog.get_by_role("button", name="Delete: #general").click()
    await expect(told).to_have_text("#general is deleted.")
    assert northwind.find_channel("#general") is None


@pytest.mark.parametrize(
    ("which", "subtype", "is_ours"),
    [("classic", "bot_message", True), ("outsider", None, False)],
)
async def test_other_kinds_of_bots_speak(
    screen: Screen, sandbox: Sandbox, which: str, subtype: str | None, is_ours: bool
) -> None:
    dialog = await _managing(screen)
    northwind = sandbox.world.find_workspace("northwind")
    shared = next(c for c in northwind.channels.values() if c.shared_with)
    await dialog.get_by_label("Which bot speaks").select_option(which)
    await dialog.get_by_label("Where the other bot speaks").select_option(shared.id)

    await dialog.get_by_role("button", name="Say it").click()

    await expect(dialog.locator(".outcome")).to_have_text("The other bot has said it.")
    said = list(shared.messages.values())[-1]
    assert (said.subtype, said.team == northwind.id) == (subtype, is_ours)


async def test_workspaces_are_added(screen: Screen, sandbox: Sandbox) -> None:
    dialog = await _managing(screen)
    await dialog.get_by_label("How many workspaces").fill("2")
    await dialog.get_by_role("button", name="Add workspaces").click()

    await expect(dialog.locator(".outcome")).to_have_text("Added: 2 workspaces.")
    assert sandbox.world.find_workspace("w0002").installed


async def test_the_second_event_of_an_uninstallation_comes_after_a_pause(
    screen: Screen, sandbox: Sandbox
) -> None:
    dialog = await _managing(screen)
    await dialog.get_by_label("Seconds until the other event").fill("7.5")

    async with screen.page.expect_request("**/sandbox/uninstall") as asked:
        await dialog.get_by_role("button", name="Uninstall", exact=True).click()

    await expect(dialog.locator(".outcome")).to_have_text("AEGIS is uninstalled.")
    assert (await asked.value).post_data_json["gap_s"] == 7.5
    assert sandbox.world.find_workspace("northwind").bot_token == ""
