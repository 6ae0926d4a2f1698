"""Themes, the keyboard, small windows."""

import pytest
from playwright.async_api import Browser, expect

from bot.sandbox.server import Sandbox
from tests.browser.conftest import Screen, watch

PAPER = "getComputedStyle(document.querySelector('#main')).backgroundColor"


async def test_the_dark_theme_is_chosen_and_remembered(screen: Screen) -> None:
    await screen.open()
    light = await screen.page.evaluate(PAPER)

    await screen.page.get_by_role("button", name="Use the dark theme").click()

    dark = await screen.page.evaluate(PAPER)
    assert (light, dark) == ("rgb(255, 255, 255)", "rgb(26, 26, 32)")
    await screen.page.reload()
    await expect(screen.page.get_by_role("button", name="Use the light theme")).to_be_visible()
    assert await screen.page.evaluate(PAPER) == dark


async def test_the_system_theme_applies_when_none_is_chosen(
    browser: Browser, sandbox: Sandbox
) -> None:
    context = await browser.new_context(color_scheme="dark")
    screen = watch(await context.new_page(), sandbox.url)

    await screen.open()

    assert await screen.page.evaluate(PAPER) == "rgb(26, 26, 32)"
    await context.close()


async def test_a_day_without_a_mouse(screen: Screen) -> None:
    await screen.open()
    keys = screen.page.keyboard
    await screen.page.locator(".empty").wait_for()
    first = "document.querySelector('a, button, input, textarea')"
    assert await screen.page.evaluate(f"{first}.className") == "skip"

    await screen.page.evaluate(f"{first}.focus()")
    await keys.press("Enter")
    await expect(screen.page.locator("#composer")).to_be_focused()
    await keys.type("How many vacation days do I get?")
    await keys.press("Enter")
    await expect(screen.page.locator("#thread-composer")).to_be_focused()
    await screen.page.locator("#thread .feedback").first.wait_for()
    await keys.press("Shift+Tab")  # back into the answer: its last button
    await expect(screen.page.locator("#thread .feedback").last).to_be_focused()
    await keys.press("Escape")
    await expect(screen.page.locator("#thread")).to_be_hidden()
    await expect(screen.page.locator("#composer")).to_be_focused()

    await screen.page.locator(".person-button").focus()
    await keys.press("ArrowDown")
    await keys.press("ArrowDown")
    await keys.press("Enter")
    await expect(screen.page.locator(".person-button")).to_contain_text("Ben Okafor")
    await expect(screen.page.locator(".person-button")).to_be_focused()
    assert "/ben/" in screen.page.url


async def test_focus_is_visible(screen: Screen) -> None:
    await screen.open()
    await screen.page.locator(".empty").wait_for()
    skip = screen.page.locator(".skip")
    await expect(skip).to_have_css("box-shadow", "none")  # it would fall into the page from above
    await skip.focus()
    await expect(skip).not_to_have_css("box-shadow", "none")

    for _ in range(9):
        await screen.page.keyboard.press("Tab")
        outline = await screen.page.evaluate(
            "getComputedStyle(document.activeElement).outlineStyle"
        )
        assert outline == "solid"


@pytest.mark.parametrize("width", [800, 1000, 1440])
async def test_nothing_is_cut_off(width: int, screen: Screen) -> None:
    await screen.page.set_viewport_size({"width": width, "height": 700})
    await screen.open()

    await screen.send("How many vacation days do I get? " + "x" * 300)
    await screen.page.locator("#thread .feedback").first.wait_for()

    for pane in ("#thread .scroller", "#sidebar", "#topbar", "html"):
        overflow = "element => element.scrollWidth - element.clientWidth"
        assert await screen.page.locator(pane).evaluate(overflow) <= 0, pane


async def test_what_was_typed_is_kept_per_conversation(screen: Screen) -> None:
    await screen.open()
    await screen.page.locator("#composer").fill("half a thought")

    await screen.page.locator(".room", has_text="random").click()
    await expect(screen.page.locator("#composer")).to_have_value("")
    await screen.page.locator(".room", has_text="AEGIS").click()

    await expect(screen.page.locator("#composer")).to_have_value("half a thought")
    assert await screen.page.locator("#composer").input_value() == "half a thought"
