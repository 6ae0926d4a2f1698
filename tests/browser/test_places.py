"""Whose eyes, which workspace, which conversation."""

from playwright.async_api import expect

from bot.sandbox.server import Sandbox
from tests.browser.conftest import Screen
from tests.browser.scripted_app import ScriptedApp


async def test_one_lands_in_the_owners_direct_message_with_the_app(screen: Screen) -> None:
    await screen.open()

    await expect(screen.page.locator(".person-button")).to_contain_text("Ana Ruiz")
    await expect(screen.page.locator(".person-button .kind")).to_have_text("owner")
    await expect(screen.page.locator(".empty h2")).to_have_text("Ask AEGIS about Northwind Bikes")
    await expect(screen.page).to_have_title("AEGIS · Northwind Bikes")
    assert "#/northwind/ana/" in screen.page.url


async def test_another_workspace_has_its_own_people_and_channels(screen: Screen) -> None:
    await screen.open()
    await screen.send("A word for Northwind alone")
    await screen.page.locator("#main .message", has_text="for Northwind").wait_for()

    await screen.page.get_by_role("button", name="Workspace Harbor Legal").click()

    await expect(screen.page.locator(".person-button")).to_contain_text("Dora Lind")
    await expect(screen.page.locator(".workspace-name")).to_have_text("Harbor Legal")
    await expect(screen.page.locator(".room", has_text="with-meridian")).to_be_visible()
    await expect(screen.page.locator(".message")).to_have_count(0)
    await expect(screen.page.locator("#thread")).to_be_hidden()
    assert "for Northwind" not in await screen.page.locator("body").inner_text()


async def test_a_guest_and_an_outsider_see_only_their_rooms(screen: Screen) -> None:
    await screen.open()

    for name, kind, rooms in (
        ("Gil", "guest", ["AEGIS", "random"]),
        ("Olga", "outsider", ["AEGIS", "with-copper-kettle"]),
    ):
        await screen.page.locator(".person-button").click()
        await screen.page.get_by_role("option", name=name).click()

        await expect(screen.page.locator(".person-button .kind")).to_have_text(kind)
        await expect(screen.page.locator(".room-name")).to_have_text(rooms)
        await expect(screen.page.locator(".empty-note")).to_contain_text(name)
        assert await screen.page.locator(".room-name").all_inner_texts() == rooms


async def test_a_room_with_news_is_marked_until_it_is_opened(
    screen: Screen, sandbox: Sandbox, app: ScriptedApp
) -> None:
    await screen.open()
    room = screen.page.locator(".room", has_text="general")
    await screen.page.locator(".empty").wait_for()

    general = await room.get_attribute("data-channel")
    await app.client("TNORTHWIND").chat_postMessage(channel=str(general), text="The news")

    await expect(room.locator(".unread")).to_be_visible()
    await room.click()
    await expect(screen.page.locator("#main .message-body")).to_have_text("The news")
    await expect(room.locator(".unread")).to_have_count(0)
    assert await screen.page.locator(".unread").count() == 0


async def test_a_reload_comes_back_to_the_same_thread(screen: Screen) -> None:
    await screen.open()
    await screen.page.locator(".room", has_text="random").click()
    await screen.send("Does this stay?")
    await screen.page.locator("#main .message").hover()
    await screen.page.locator("#main .message").get_by_label("Reply in thread").click()
    await expect(screen.page.locator("#thread .message")).to_have_count(1)

    await screen.page.reload()

    await expect(screen.page.locator("#main .pane-title")).to_have_text("random")
    await expect(screen.page.locator("#thread .message-body")).to_have_text("Does this stay?")
    await screen.page.go_back()
    await expect(screen.page.locator("#thread")).to_be_hidden()
    assert await screen.page.locator("#main .message-body").inner_text() == "Does this stay?"


async def test_ctrl_k_jumps_to_a_person(screen: Screen) -> None:
    await screen.open()
    await screen.page.locator(".room", has_text="random").click()

    await screen.page.keyboard.press("Control+k")
    await screen.page.keyboard.type("ben")
    await screen.page.keyboard.press("Enter")

    await expect(screen.page.locator(".person-button")).to_contain_text("Ben Okafor")
    await expect(screen.page.locator("#main .pane-title")).to_have_text("random")
    assert "#/northwind/ben/" in screen.page.url


async def test_a_lost_feed_is_said_and_caught_up(screen: Screen, app: ScriptedApp) -> None:
    await screen.page.route("**/sandbox/feed*", lambda route: route.abort())
    await screen.open()
    await expect(screen.page.locator(".link-state")).to_be_visible()
    random = await screen.page.locator(".room", has_text="random").get_attribute("data-channel")
    await screen.page.locator(".room", has_text="random").click()
    await screen.page.locator(".empty").wait_for()

    await app.client("TNORTHWIND").chat_postMessage(channel=str(random), text="Said meanwhile")
    await screen.page.unroute("**/sandbox/feed*")

    await expect(screen.page.locator("#main .message-body")).to_have_text(
        "Said meanwhile", timeout=15_000
    )
    await expect(screen.page.locator(".link-state")).to_be_hidden()
    assert await screen.page.locator("#main .message").count() == 1
    screen.complaints.clear()  # the browser rightly complained about the feed
