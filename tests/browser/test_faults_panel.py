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
