"""“Ask an agent about this” on the page: the menu of a message, the form, the answer, its sharing."""

import aiohttp
from playwright.async_api import expect

from bot.cli.demo import add_samples
from tests.browser.test_first_light import PATIENCE, _screen
from tests.scenario.agents.seen import channel_of, direct_of

SAID = "Do we only get ten weeks of parental leave? @AEGIS2 <!channel> *told* me so."


async def test_a_message_is_asked_about_answered_alone_and_shared(browser, stage):
    await add_samples(stage.product, stage.tenants["northwind"], "northwind")
    general = channel_of(stage, "general").id
    async with aiohttp.ClientSession(stage.sandbox.url) as http:
        seat = {"workspace": "northwind", "person": "cho", "in": "#general", "text": SAID}
        await http.post("/sandbox/say", json=seat)
    screen = await _screen(browser, stage, f"#/northwind/ben/{general}")
    page = screen.page
    message = page.locator("#main .message").last
    await message.hover()
    await message.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Ask an agent about this").click()

    window = page.get_by_role("dialog", name="Ask an agent")
    await expect(window.locator("blockquote")).to_have_text(SAID, timeout=PATIENCE)
    await expect(window.locator("blockquote strong, blockquote .mention")).to_have_count(0)
    await window.get_by_role("button", name="Ask", exact=True).click()
    await expect(window.locator(".input-error:visible")).to_contain_text("required")
    await window.get_by_label("What would you like to know?").fill("How many weeks do we get?")
    await window.get_by_label("Who answers").select_option(label="Pia · People")
    await expect(window.get_by_role("radio", name="Only me")).to_be_checked()
    await window.get_by_role("button", name="Ask", exact=True).click()
    await expect(window).to_be_hidden(timeout=PATIENCE)

    await page.goto(f"{screen.base}/#/northwind/ben/{direct_of(stage, 'ben').id}")
    asked = page.locator("#main .message").last
    await expect(asked).to_contain_text("about this message in", timeout=PATIENCE)
    await asked.locator(".thread-summary").click()
    thread = page.locator("#thread")
    await expect(thread).to_contain_text("18 weeks", timeout=PATIENCE)
    await thread.get_by_role("button", name="Share in channel").click()
    await expect(thread).to_contain_text("You shared this answer in", timeout=PATIENCE)
    await page.goto(f"{screen.base}/#/northwind/ben/{general}")
    await expect(page.locator("#main .message").last).to_contain_text("1 reply")
    assert screen.complaints == []
    await page.close()
