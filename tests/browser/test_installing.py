"""Two tabs, as a person has them: the small Slack, and the product's own install pages."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

import bot.cli
from tests.browser.conftest import Screen, open_screen

HANDBOOK = Path(bot.cli.__file__).parent / "samples" / "lumen" / "foundry-handbook.md"
PATIENCE = 20_000  # milliseconds: a cold start reads a model first
ASKED = "Where, and who you are"


@pytest.fixture
async def stage(stage_with):
    async with stage_with(token_rotation=True) as opened:
        yield opened


@pytest.fixture
async def screen(browser, stage):
    async with open_screen(browser, stage.sandbox.url) as opened:
        yield opened


async def _at_slacks_question(screen: Screen, add: str = "#main .button") -> Page:
    """From the page's “Add AEGIS” to Slack's question, in the tab that opens."""
    async with screen.page.context.expect_page() as waiting:
        await screen.page.locator(add, has_text="Add AEGIS").click()
    tab = await waiting.value
    await tab.get_by_role("link", name="Add to Slack").click()
    await expect(tab.locator("h1")).to_have_text("AEGIS asks to join")
    return tab


async def _install(screen: Screen, who: str, add: str = "#main .button") -> Page:
    tab = await _at_slacks_question(screen, add)
    await tab.get_by_label(ASKED).select_option(label=who)
    await tab.get_by_role("button", name="Allow").click()
    await expect(tab.locator("h1")).to_have_text("AEGIS is in your workspace")
    return tab


async def test_from_add_to_a_cited_answer_without_a_reload(screen: Screen, stage) -> None:
    await screen.open("#/lumen/iris")
    await expect(screen.page.locator(".empty h2")).to_have_text("AEGIS is not in Lumen Foundry yet")

    await _install(screen, "Lumen Foundry: Iris Haas, owner")

    greeted = screen.page.locator("#main .message-body")
    await expect(greeted).to_contain_text("Three things to do next", timeout=PATIENCE)
    await expect(screen.page.get_by_role("button", name="Workspace Lumen Foundry")).to_have_class(
        "tile tile-2"
    )
    await screen.page.locator("#main input[type=file]").set_input_files(HANDBOOK)
    await screen.page.locator("#main .send").click()
    thread = screen.page.locator("#thread")
    await thread.get_by_role("button", name="Share with everyone").click(timeout=PATIENCE)
    await screen.page.get_by_role("dialog").get_by_role("button", name="Share", exact=True).click()
    await expect(thread).to_contain_text("is now shared", timeout=PATIENCE)
    await screen.page.keyboard.press("Escape")
    await screen.send("How many days of vacation do I get?")
    answer = thread.locator(".message").last
    await expect(answer).to_contain_text("28 days of paid vacation", timeout=PATIENCE)
    await expect(answer).to_contain_text("Sources", timeout=PATIENCE)
    assert "foundry-handbook.md" in await answer.inner_text()


async def test_cancel_is_said_in_words_and_nothing_is_installed(screen: Screen, stage) -> None:
    await screen.open("#/lumen/iris")
    tab = await _at_slacks_question(screen)

    await tab.get_by_role("button", name="Cancel").click()

    await expect(tab.locator("h1")).to_have_text("AEGIS was not installed")
    assert "You cancelled, so nothing was installed." in await tab.locator("main").inner_text()
    assert await screen.page.locator(".tile.is-absent").count() == 4


@pytest.mark.parametrize("how", ["reload", "back"])
async def test_an_attempt_works_once(how: str, screen: Screen, stage) -> None:
    await screen.open("#/lumen/iris")
    tab = await _at_slacks_question(screen)
    visited: list[str] = []
    tab.on("request", lambda request: visited.append(request.url))
    await tab.get_by_label(ASKED).select_option(label="Lumen Foundry: Iris Haas, owner")
    await tab.get_by_role("button", name="Allow").click()
    await expect(tab.locator("h1")).to_have_text("AEGIS is in your workspace")

    if how == "reload":
        await tab.goto(next(url for url in visited if "/slack/oauth_redirect" in url))
    else:
        await tab.go_back()
        await tab.get_by_role("button", name="Allow").click()

    await expect(tab.locator("h1")).to_have_text("AEGIS was not installed")
    assert "was finished before" in await tab.locator("main").inner_text()


async def test_uninstalled_it_is_silent_and_installed_again_it_answers(
    screen: Screen, stage
) -> None:
    await stage.add_document("northwind", "Handbook", "Everyone gets 25 days of vacation a year.")
    await screen.open("#/northwind/ana")

    await screen.page.get_by_role("button", name="Manage AEGIS").click()
    await screen.page.get_by_role("button", name="Uninstall").click()
    await expect(screen.page.locator(".outcome")).to_have_text("AEGIS is uninstalled.")
    await screen.page.keyboard.press("Escape")
    async with asyncio.timeout(20):
        await _until_frozen(stage)
    await screen.page.locator(".room", has_text="general").click()
    await screen.send("@AEGIS how many days of vacation do we get?")
    await expect(screen.page.locator(".notice")).to_contain_text("nobody answers here")
    await expect(screen.page.locator("#main .message")).to_have_count(1)

    await _install(screen, "Northwind Bikes: Ben Okafor, member", add=".notice .button")
    await expect(screen.page.locator(".notice")).to_have_count(0)
    await screen.send("@AEGIS how many days of vacation do we get?")
    await screen.page.locator("#main .thread-summary").click(timeout=PATIENCE)
    answer = screen.page.locator("#thread .message").last
    await expect(answer).to_contain_text("Sources", timeout=PATIENCE)
    assert "25 days" in await answer.inner_text()


async def _until_frozen(stage) -> None:
    tenant = await stage.product.services.workspaces.tenant_of("TNORTHWIND")
    while tenant is not None:
        await asyncio.sleep(0.05)
        tenant = await stage.product.services.workspaces.tenant_of("TNORTHWIND")


async def test_an_organization_grants_its_workspaces_one_by_one(screen: Screen, stage) -> None:
    await screen.open("#/meadow-east/sam")
    tab = await _at_slacks_question(screen)
    await tab.get_by_label(ASKED).select_option(value="meadow/rex")
    await tab.get_by_role("button", name="Allow").click()
    await expect(tab.locator("h1")).to_have_text("AEGIS is in your organization")
    absent = screen.page.locator(".tile.is-absent")
    assert await absent.count() == 4

    await screen.page.get_by_role("button", name="Manage AEGIS").click()
    await screen.page.get_by_role("button", name="Grant access: Meadow East").click()

    await expect(absent).to_have_count(3)
    await screen.page.get_by_role("button", name="Take away: Meadow East").click()
    await expect(absent).to_have_count(4)
    told = await screen.page.locator(".outcome").inner_text()
    assert told == "Meadow East is taken away."
