"""The main job as a person does it: the real product behind the page, with the demo's documents."""

from playwright.async_api import Browser, FilePayload, Page, expect

from bot.cli.demo import add_samples
from tests.browser.conftest import WIDE, Screen, watch

QUESTION = "How many weeks of parental leave do we get?"
PATIENCE = 20_000  # milliseconds: a cold start reads a model first


async def _screen(browser: Browser, stage, place: str) -> Screen:
    page: Page = await browser.new_page(viewport=WIDE)
    screen = watch(page, stage.sandbox.url)
    await screen.open(place)
    return screen


async def test_one_company_is_answered_with_document_and_page_and_the_other_finds_nothing(
    browser, stage
):
    for company, context in stage.tenants.items():
        await add_samples(stage.product, context, company)

    ours = await _screen(browser, stage, "#/northwind/ana")
    await ours.send(QUESTION)
    answer = ours.page.locator("#thread .message").last
    await expect(answer).to_contain_text("18 weeks", timeout=PATIENCE)
    await expect(answer).to_contain_text("employee-handbook.pdf, page 4", timeout=PATIENCE)
    await expect(answer.locator(".cursor")).to_have_count(0)

    theirs = await _screen(browser, stage, "#/harbor/dora")
    await theirs.send(QUESTION)
    answer = theirs.page.locator("#thread .message").last
    await expect(answer).to_contain_text("I found nothing on this", timeout=PATIENCE)
    await expect(theirs.page.locator("body")).not_to_contain_text("18 weeks")

    assert ours.complaints + theirs.complaints == []
    for screen in (ours, theirs):
        assert all(url.startswith(stage.sandbox.url) for url in screen.requests)
        await screen.page.close()


async def test_a_file_dropped_by_its_owner_is_answered_about_and_then_shared(browser, stage):
    screen = await _screen(browser, stage, "#/northwind/cho")
    note = b"# Fair\n\nOur stand at the spring fair is number 14.\n"
    payload: FilePayload = {"name": "fair.md", "mimeType": "text/markdown", "buffer": note}
    await screen.page.locator("input[type=file]").first.set_input_files(payload)
    await screen.page.locator("#composer").press("Enter")
    thread = screen.page.locator("#thread")

    await expect(thread).to_contain_text("I have read fair.md", timeout=PATIENCE)
    await screen.send("What number is our stand at the spring fair?", "thread-composer")
    await expect(thread.locator(".message").last).to_contain_text("number 14", timeout=PATIENCE)
    share = thread.get_by_role("button", name="Share with everyone")
    asked = screen.page.get_by_role("dialog")
    await share.click()
    await expect(asked).to_contain_text("only an admin can delete it then")
    await asked.get_by_role("button", name="Cancel").click()
    await expect(thread).not_to_contain_text("is now shared")
    await share.click()
    await asked.get_by_role("button", name="Share", exact=True).click()
    await expect(thread).to_contain_text("is now shared", timeout=PATIENCE)

    assert screen.complaints == []
    await screen.page.close()
