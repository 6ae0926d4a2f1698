"""Whatever people and apps write stays text, and the page talks to its own server only."""

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import Screen
from tests.browser.scripted_app import ScriptedApp

HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "**<svg/onload=alert(1)>**",
    "[click](javascript:alert(1)) <javascript:alert(1)|me> <data:text/html,x|or me>",
    '"><iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "`<b>` | <u>x</u> |\n|---|---|\n| <i onclick=alert(1)>y</i> | z |",
)


async def _assert_inert(messages: Locator) -> None:
    for tag in (
        "img",
        "script",
        "iframe",
        "svg[onload]",
        "[onerror]",
        "[onclick]",
        "u",
        "i[onclick]",
    ):
        await expect(messages.locator(tag)).to_have_count(0)
    links = await messages.locator("a").evaluate_all("all => all.map(a => a.protocol)")
    assert set(links) <= {"http:", "https:", "mailto:"}


async def test_what_a_person_types_is_never_markup(screen: Screen) -> None:
    await screen.open()
    await screen.page.locator(".room", has_text="random").click()

    for words in HOSTILE:
        await screen.send(words)
        await expect(screen.page.locator("#composer")).to_have_value("")

    bodies = screen.page.locator("#main .message-body")
    await expect(bodies).to_have_count(len(HOSTILE))
    await expect(bodies.first).to_have_text(HOSTILE[0])
    await _assert_inert(bodies)
    assert await bodies.first.inner_text() == HOSTILE[0]


@pytest.mark.parametrize("block", ["markdown", "section", "header", "context", "button"])
async def test_what_an_app_sends_is_never_markup(
    block: str, screen: Screen, app: ScriptedApp
) -> None:
    await screen.open()
    channel = (await screen.page.evaluate("location.hash")).split("/")[3]

    for words in HOSTILE:
        await app.client("TNORTHWIND").chat_postMessage(
            channel=channel, text=words, username=words[:40], blocks=[_block(block, words[:70])]
        )

    bodies = screen.page.locator("#main .message-main")
    await expect(bodies).to_have_count(len(HOSTILE))
    await _assert_inert(bodies)
    assert "onerror=alert(1)" in await bodies.first.inner_text()


def _block(kind: str, words: str) -> dict[str, object]:
    plain, marked = {"type": "plain_text", "text": words}, {"type": "mrkdwn", "text": words}
    button = {"type": "button", "action_id": "a", "text": plain}
    content: dict[str, dict[str, object]] = {
        "markdown": {"text": words},
        "section": {"text": marked},
        "header": {"text": plain},
        "context": {"elements": [marked]},
        "button": {"type": "actions", "elements": [button]},
    }
    return {"type": kind} | content[kind]


async def test_the_page_asks_nobody_else_for_anything(screen: Screen) -> None:
    await screen.open()
    await screen.send("How many vacation days do I get?")
    await screen.page.locator("#thread .feedback").first.wait_for()

    assert {url for url in screen.requests if not url.startswith(f"{screen.base}/")} == set()
    assert await screen.page.context.cookies() == []


async def test_the_policy_allows_no_inline_script_and_the_page_needs_none(screen: Screen) -> None:
    response = await screen.page.goto(screen.base)

    assert response is not None
    policy = response.headers["content-security-policy"]
    assert "unsafe" not in policy
    html = await response.text()
    assert "<script>" not in html
    assert "style=" not in html
    await screen.page.locator(".empty").wait_for()  # and no complaint: held by the fixture
