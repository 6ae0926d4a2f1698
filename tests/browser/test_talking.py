"""Asking, and seeing the answer: streams, threads, Stop, commands, files, buttons."""

from playwright.async_api import FilePayload, expect

from tests.browser.conftest import Screen
from tests.browser.scripted_app import ScriptedApp


async def test_a_question_opens_its_thread_and_the_answer_streams_in(
    screen: Screen, app: ScriptedApp
) -> None:
    app.go.clear()
    await screen.open()
    thread = screen.page.locator("#thread")

    await screen.send("How many vacation days do I get?")

    await expect(thread.locator(".session-status")).to_have_text(
        "AEGIS is searching your documents…"
    )
    await expect(thread.get_by_role("button", name="Stop")).to_be_visible()
    await expect(screen.page.locator("#main .thread-working")).to_be_visible()
    app.go.set()
    await expect(thread.locator(".message").last).to_contain_text("handbook.md")
    answer = thread.locator(".message").last
    await expect(answer.locator("strong").first).to_have_text("25 days")
    await expect(answer.locator("td")).to_have_text(["under 5", "25", "5 and more", "28"])
    await expect(answer.locator("ol li")).to_have_count(2)
    await expect(answer.locator(".author")).to_have_text("Pia")
    await expect(answer.locator(".badge")).to_have_text("APP")
    await expect(answer.locator(".cursor")).to_have_count(0)
    await expect(thread.locator(".session")).to_be_hidden()
    await expect(screen.page.locator("#main .thread-count")).to_have_text("1 reply")
    await expect(screen.page.locator("#announcer")).to_contain_text("Pia: You get 25 days")
    assert await thread.locator(".message").count() == 2


async def test_stop_ends_a_stream_where_it_stands(screen: Screen, app: ScriptedApp) -> None:
    await screen.open()
    channel = (await screen.page.evaluate("location.hash")).split("/")[3]
    posted = await app.client("TNORTHWIND").chat_postMessage(channel=channel, text="Shall I?")
    ts, client = posted["ts"], app.client("TNORTHWIND")
    await client.agents_sessions_setStatus(channel_id=channel, thread_ts=ts, status="processing")
    await client.chat_startStream(channel=channel, thread_ts=ts, markdown_text="Half of an")
    await screen.page.locator("#main .thread-summary").click()
    thread = screen.page.locator("#thread")
    await expect(thread.locator(".cursor")).to_be_visible()

    await thread.get_by_role("button", name="Stop").click()

    await expect(thread.locator(".cursor")).to_have_count(0)
    await expect(thread.get_by_role("button", name="Stopping…")).to_be_disabled()
    await client.agents_sessions_setStatus(channel_id=channel, thread_ts=ts, status="active")
    await expect(thread.locator(".session")).to_be_hidden()
    assert app.stopped == [ts]


async def test_an_example_question_is_one_click(screen: Screen) -> None:
    await screen.open()

    await screen.page.locator(".chip").first.click()

    await expect(screen.page.locator("#thread .message").last).to_contain_text("handbook.md")
    assert await screen.page.locator("#thread .thread-count").count() == 0


async def test_a_mention_is_completed_and_answered_in_the_thread(screen: Screen) -> None:
    await screen.open()
    await screen.page.locator(".room", has_text="general").click()
    box = screen.page.locator("#composer")

    await box.press_sequentially("@ae")
    await box.press("Tab")
    await box.press_sequentially("how many days?")
    await box.press("Enter")

    await expect(screen.page.locator("#main .mention")).to_have_text("@AEGIS")
    await screen.page.locator("#main .thread-summary").click()
    await expect(screen.page.locator("#thread .message")).to_have_count(2)
    await expect(screen.page.locator("#thread .replies")).to_have_text("1 reply")
    await screen.send("And *after* five years?", box="thread-composer")
    await expect(screen.page.locator("#thread .message strong").last).to_have_text("after")
    assert await screen.page.locator("#main .mention").all_inner_texts() == ["@AEGIS"]


async def test_commands_complete_with_their_usage(screen: Screen, app: ScriptedApp) -> None:
    await screen.open()
    box = screen.page.locator("#composer")
    options = screen.page.locator("#main .completion [role=option]")

    await box.press_sequentially("/")
    await expect(options).to_have_count(2)
    await expect(options.first).to_contain_text("[agent] question")
    await box.press("Escape")
    await expect(options.first).to_be_hidden()
    await box.press_sequentially("ae")
    await expect(options).to_have_count(1)
    await box.press("Enter")
    await expect(box).to_have_value("/aegis ")
    await box.press_sequentially("help")
    await box.press("Enter")

    answer = screen.page.locator("#main .is-ephemeral")
    await expect(answer).to_contain_text("Only visible to you")
    await expect(answer.locator("strong")).to_have_text("Help")
    assert [(form["command"], form["text"]) for form in app.commands] == [("/aegis", "help")]


async def test_an_unknown_command_is_explained_and_kept(screen: Screen) -> None:
    await screen.open()

    await screen.send("/nonsense now")

    await expect(screen.page.locator(".toast")).to_contain_text("/nonsense is not a command here")
    await expect(screen.page.locator("#composer")).to_have_value("/nonsense now")
    assert await screen.page.locator("#main .message").count() == 0


async def test_a_file_is_attached_then_sent_with_words(screen: Screen) -> None:
    await screen.open()
    file = FilePayload(name="policy.md", mimeType="text/markdown", buffer=b"# Travel\n" * 40)

    await screen.page.locator("#main input[type=file]").set_input_files([file])
    await expect(screen.page.locator("#main .attachment-chip")).to_contain_text("policy.md")
    await screen.send("Read this")

    message = screen.page.locator("#main .message")
    await expect(message.locator(".file-name")).to_have_text("policy.md")
    await expect(message.locator(".message-body")).to_have_text("Read this")
    await expect(screen.page.locator("#main .attachment-chip")).to_have_count(0)
    assert await message.count() == 1


async def test_a_dropped_file_is_attached_and_a_refused_one_is_explained(screen: Screen) -> None:
    await screen.open()
    drop = """name => {
      const carried = new DataTransfer();
      carried.items.add(new File([], name));
      for (const type of ["dragenter", "drop"])
        document.querySelector("#main").dispatchEvent(
          new DragEvent(type, {dataTransfer: carried, bubbles: true, cancelable: true}));
    }"""

    await screen.page.evaluate(drop, "empty.txt")
    await expect(screen.page.locator("#main .attachment-chip")).to_contain_text("empty.txt")
    await screen.page.locator("#main .send").click()

    await expect(screen.page.locator(".toast")).to_contain_text("The file is empty.")
    await expect(screen.page.locator("#main .attachment-chip")).to_contain_text("empty.txt")
    assert await screen.page.locator("#main .message").count() == 0
    screen.complaints.clear()  # the browser logs the refusal's 400


async def test_a_button_tells_the_app_and_rests_meanwhile(screen: Screen, app: ScriptedApp) -> None:
    await screen.open()
    await screen.send("How many vacation days do I get?")
    thumb = screen.page.locator("#thread").get_by_label("Good")

    await thumb.click()

    await expect(thumb).to_have_attribute("aria-pressed", "true")
    await expect(thumb).to_be_enabled()
    (action,) = app.clicked[0]["actions"]
    assert (action["action_id"], action["value"]) == ("feedback", "good")


async def test_a_date_is_shown_on_the_readers_clock_and_a_file_can_be_downloaded(
    screen: Screen, app: ScriptedApp
) -> None:
    await screen.open()
    channel = (await screen.page.evaluate("location.hash")).split("/")[3]
    client = app.client("TNORTHWIND")
    token = "<!date^1795534207^{date_short}, {time_secs}|24 Nov 2026, 15:30 UTC>"
    await client.chat_postMessage(channel=channel, text=f"Signed {token}")
    sent = await client.files_upload_v2(channel=channel, filename="a.txt", content="Hello")

    time = screen.page.locator(".message-body time")
    await expect(time).to_have_attribute("datetime", "2026-11-24T15:30:07.000Z")
    await expect(time).to_contain_text("2026, ")
    async with screen.page.expect_download() as waiting:
        await screen.page.locator(".file-card").click()
    download = await waiting.value
    assert sent["ok"]
    assert download.suggested_filename == "a.txt"
    assert (await download.path()).read_text() == "Hello"
