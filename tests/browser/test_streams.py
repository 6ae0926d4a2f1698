"""A message that grows while one reads."""

from playwright.async_api import expect

from tests.browser.conftest import Screen
from tests.browser.scripted_app import ScriptedApp
from tests.browser.views import button, section


async def test_a_stream_grows_in_place(screen: Screen, app: ScriptedApp) -> None:
    await screen.open()
    channel = (await screen.page.evaluate("location.hash")).split("/")[3]
    client = app.client("TNORTHWIND")
    root = await client.chat_postMessage(channel=channel, text="A question")
    stream = await client.chat_startStream(
        channel=channel, thread_ts=root["ts"], markdown_text="It is **tw"
    )
    await screen.page.locator("#main .thread-summary").click()
    answer = screen.page.locator("#thread .message").last
    await expect(answer.locator(".message-body")).to_have_text("It is **tw")
    await expect(answer).to_have_attribute("aria-busy", "true")

    await client.chat_appendStream(
        channel=channel, ts=stream["ts"], markdown_text="enty-five**:\n```\na < b"
    )

    await expect(answer.locator("strong")).to_have_text("twenty-five")
    await expect(answer.locator("pre .cursor")).to_be_visible()
    await client.chat_stopStream(channel=channel, ts=stream["ts"], markdown_text="\n```\nDone.")
    await expect(answer.locator("pre")).to_have_text("a < b")
    await expect(answer.locator("p").last).to_have_text("Done.")
    await expect(answer.locator(".cursor")).to_have_count(0)
    assert await answer.locator("pre").inner_text() == "a < b"


async def test_a_reader_who_scrolled_up_is_left_there(screen: Screen, app: ScriptedApp) -> None:
    await screen.open()
    await screen.page.set_viewport_size({"width": 1200, "height": 500})
    channel = (await screen.page.evaluate("location.hash")).split("/")[3]
    client = app.client("TNORTHWIND")
    for number in range(20):
        await client.chat_postMessage(channel=channel, text=f"Line {number}\nand more")
    bodies = screen.page.locator("#main .message-body")
    await expect(bodies.last).to_be_in_viewport()
    scroller = screen.page.locator("#main .scroller")
    await scroller.evaluate("element => { element.scrollTop = 0; }")

    await client.chat_postMessage(channel=channel, text="One more")

    await expect(bodies).to_have_count(21)
    latest = screen.page.get_by_role("button", name="Latest messages")
    await expect(latest).to_be_visible()
    assert await scroller.evaluate("element => element.scrollTop") == 0
    await latest.click()
    await expect(bodies.last).to_be_in_viewport()
    await expect(latest).to_be_hidden()

    await scroller.evaluate("element => { element.scrollTop = 0; }")
    await screen.send("/aegis help")
    await expect(bodies.last).to_contain_text("for you")
    await expect(bodies.last).to_be_in_viewport()


async def test_an_edit_and_a_deletion_show_at_once(screen: Screen, app: ScriptedApp) -> None:
    await screen.open()
    channel = (await screen.page.evaluate("location.hash")).split("/")[3]
    client = app.client("TNORTHWIND")
    posted = await client.chat_postMessage(channel=channel, text="First words")
    await expect(screen.page.locator("#main .message-body")).to_have_text("First words")

    await client.chat_update(channel=channel, ts=posted["ts"], text="Better words")
    await expect(screen.page.locator("#main .message-body")).to_contain_text("Better words")
    await expect(screen.page.locator("#main .edited")).to_have_text("(edited)")

    blocks = [section("Best words"), button("Press")]
    await client.chat_update(channel=channel, ts=posted["ts"], text="Best words", blocks=blocks)
    said = screen.page.locator("#main .block-section", has_text="Best words")
    await expect(said.locator(".edited")).to_have_text("(edited)")

    await client.chat_delete(channel=channel, ts=posted["ts"])
    await expect(screen.page.locator("#main .message")).to_have_count(0)
    assert "Better words" not in await screen.page.locator("body").inner_text()
