"""The app's Home on the page, and the shortcuts of a message."""

from playwright.async_api import expect

from bot.cli.demo import add_samples
from bot.sandbox.server import Sandbox
from tests.browser.conftest import Screen
from tests.browser.scripted_app import ScriptedApp
from tests.browser.test_first_light import PATIENCE, QUESTION, _screen
from tests.browser.views import button, dm, home, interaction, options, publish, section
from tests.scenario.agents.forms import roster_of


async def test_home_is_asked_for_when_it_is_opened_and_each_person_has_their_own(
    screen: Screen, app: ScriptedApp, sandbox: Sandbox
) -> None:
    await publish(app, sandbox, home(section("*For Ana*")))
    await screen.open()
    page = screen.page
    await page.get_by_role("button", name="Home", exact=True).click()
    await expect(page.locator("#home")).to_contain_text("For Ana")
    await expect(page.locator("#composer")).to_be_hidden()
    assert page.url.endswith("/home")

    await publish(app, sandbox, home(section("*Changed meanwhile*")))
    await expect(page.locator("#home")).to_contain_text("Changed meanwhile")
    await page.locator(".person-button").click()
    await page.get_by_role("option", name="Ben").click()
    await expect(page.locator("#home")).not_to_contain_text("Changed meanwhile")
    await publish(app, sandbox, home(section("*For Ben*")), "ben")
    await expect(page.locator("#home")).to_contain_text("For Ben")
    await page.reload()
    await expect(page.locator("#home")).to_contain_text("For Ben")
    await page.get_by_role("button", name="Messages", exact=True).click()

    await expect(page.locator("#home")).to_be_hidden()
    await expect(page.locator("#composer")).to_be_visible()
    assert [(one["tab"], "view" in one) for one in app.opened] == [
        ("home", True),
        ("home", False),
        ("home", True),
    ]


async def test_an_app_that_publishes_nothing_leaves_words(
    screen: Screen, app: ScriptedApp, sandbox: Sandbox
) -> None:
    await screen.open(f"#/northwind/ana/{dm(sandbox)}/home")

    await expect(screen.page.locator("#home")).to_contain_text("has published nothing")
    await screen.page.get_by_role("button", name="Workspace Lumen Foundry").click()
    await screen.page.get_by_role("button", name="Home", exact=True).click()
    await expect(screen.page.locator("#home")).to_contain_text("is not in Lumen Foundry yet")
    assert await screen.page.locator("#home").get_by_role("button").count() == 0


async def test_a_menu_at_home_sends_what_is_picked_and_keeps_the_focus(
    screen: Screen, app: ScriptedApp, sandbox: Sandbox
) -> None:
    fruit = options("apple", "pear")
    menu = {"type": "static_select", "action_id": "fruit", "options": fruit}
    view = home(section("*Which?*", accessory=menu | {"initial_option": fruit[0]}), button("Go"))
    await publish(app, sandbox, view)
    await screen.open(f"#/northwind/ana/{dm(sandbox)}/home")
    select = screen.page.get_by_role("combobox", name="Which?")

    await select.focus()
    await screen.page.keyboard.press("ArrowDown")
    picked = await interaction(app, 1)
    await publish(
        app, sandbox, home(section("*Which?*", accessory=menu | {"initial_option": fruit[1]}))
    )

    await expect(screen.page.locator("#home").get_by_role("button")).to_have_count(0)
    await expect(select).to_be_focused()
    await expect(select).to_have_value("pear")
    assert picked["actions"][0]["selected_option"] == fruit[1]
    assert picked["container"]["type"] == "view"


async def test_the_menu_of_a_message_is_the_manifests_and_works_by_keyboard(
    screen: Screen, app: ScriptedApp, sandbox: Sandbox
) -> None:
    await screen.open()
    await screen.send("How many vacation days do I get?")
    answer = screen.page.locator("#thread .message").last
    await answer.locator(".feedback").first.wait_for()
    more, keys = answer.get_by_role("button", name="More actions"), screen.page.keyboard

    await more.focus()
    await keys.press("Enter")
    items = screen.page.get_by_role("menu", name="More actions").get_by_role("menuitem")
    await expect(items).to_have_count(len(sandbox.world.app.shortcuts))
    await expect(items.first).to_be_focused()
    await keys.press("Escape")
    await expect(items).to_have_count(0)
    await expect(more).to_be_focused()
    await expect(screen.page.locator("#thread")).to_be_visible()
    await keys.press("Enter")
    await keys.press("Enter")
    used = await interaction(app, 1)

    assert (used["type"], used["callback_id"]) == ("message_action", "answer.why")
    assert used["message"]["ts"] == await answer.get_attribute("data-ts")
    app.refuses_clicks = True
    await keys.press("Enter")
    await keys.press("Enter")
    await expect(screen.page.locator("#toasts")).to_contain_text("AEGIS did not answer")


async def test_an_agent_is_edited_from_home_and_an_error_keeps_what_was_typed(browser, stage):
    screen = await _screen(browser, stage, "#/northwind/ana")
    page, at_home = screen.page, screen.page.locator("#home")
    await page.get_by_role("button", name="Home", exact=True).click()
    await expect(at_home).to_contain_text("Your agents", timeout=PATIENCE)
    await at_home.locator('[data-key="agents.edit:finance"]').click()
    window = page.get_by_role("dialog", name="Edit agent")
    await window.get_by_label("Name", exact=True).fill("Fina", timeout=PATIENCE)
    await window.get_by_label("Icon").fill("money")
    await window.get_by_role("combobox", name="Persons").click()
    await window.get_by_role("option", name="Cho Min-ji").click()
    await window.get_by_role("button", name="Save").click()

    await expect(window.locator(".input-error:visible")).to_contain_text("an emoji by the name")
    await expect(window.get_by_label("Icon")).to_be_focused()
    await expect(window.get_by_label("Name", exact=True)).to_have_value("Fina")
    await expect(window.locator(".picker-chip")).to_have_text(["Cho Min-ji"])
    await window.get_by_label("Icon").fill(":moneybag:")
    await page.keyboard.press("Enter")
    await expect(window).to_be_hidden(timeout=PATIENCE)
    await expect(at_home).to_contain_text("Fina · Finance", timeout=PATIENCE)

    finance = (await roster_of(stage)).find("finance")
    assert (finance.name, finance.icon_emoji) == ("Fina", ":moneybag:")
    assert finance.persons == (stage.person_id("cho"),)
    await expect(at_home.locator('[data-key="agents.edit:finance"]')).to_be_focused()
    assert screen.complaints == []
    await page.close()


async def test_why_an_answer_is_so_is_told_in_a_window_and_rated_there(browser, stage):
    await add_samples(stage.product, stage.tenants["northwind"], "northwind")
    screen = await _screen(browser, stage, "#/northwind/ana")
    await screen.send(QUESTION)
    answer = screen.page.locator("#thread .message").last
    await expect(answer).to_contain_text("employee-handbook.pdf, page 4", timeout=PATIENCE)
    await expect(answer.locator(".cursor")).to_have_count(0)

    await answer.hover()
    await answer.get_by_role("button", name="More actions").click()
    await screen.page.get_by_role("menuitem", name="Why this answer?").click()
    window = screen.page.get_by_role("dialog", name="Why this answer?")
    await expect(window).to_contain_text("employee-handbook.pdf, page 4", timeout=PATIENCE)
    await expect(window).to_contain_text("tokens")
    await window.get_by_role("button", name="Good answer").click()
    await window.get_by_role("button", name="Close", exact=True).last.click()

    await expect(window).to_be_hidden()
    await expect(screen.page.locator("body")).to_contain_text(
        "Admins of this workspace can see how answers are rated", timeout=PATIENCE
    )
    assert screen.complaints == []
    await screen.page.close()
