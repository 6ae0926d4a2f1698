"""The script's browser reads and does what a person's would, against real pages over HTTP."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.cli.script.browser import Browser, NoSuchThing

START = """<!doctype html><title>Add it</title><style>p{}</style>
<h1>Add <em>it</em></h1><p>Say &amp; mean it.</p><script>alert(1)</script>
<a href="?go=1">Add to Slack</a>"""
ASK = """<!doctype html><title>Allow it?</title>
<form method="post" action="/answer"><input type="hidden" name="state" value="s1">
<select name="team"><option value="T1">One</option><option value="T2" selected>Two</option></select>
<label><input type="radio" name="who" value="ana" checked> Ana</label>
<label><input type="radio" name="who" value="ben"> Ben</label>
<button name="decision" value="allow">Allow</button>
<button name="decision" value="deny">Cancel</button></form>"""


@pytest.fixture
async def address() -> AsyncIterator[str]:
    async def start(request: web.Request) -> web.StreamResponse:
        if "go" not in request.query:
            return web.Response(text=START, content_type="text/html")
        moved = web.HTTPSeeOther("/ask")
        moved.set_cookie("__Host-attempt", "c1", secure=True, httponly=True, path="/")
        raise moved

    async def ask(request: web.Request) -> web.Response:
        return web.Response(text=ASK, content_type="text/html")

    async def answer(request: web.Request) -> web.Response:
        given = {name: str(value) for name, value in (await request.post()).items()}
        cookie = request.cookies.get("__Host-attempt")
        words = f"<title>Done</title><p>{sorted(given.items())} {cookie}</p>"
        return web.Response(text=words, content_type="text/html", status=400 if not cookie else 200)

    app = web.Application()
    app.add_routes([web.get("/", start), web.get("/ask", ask), web.post("/answer", answer)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    await runner.cleanup()


async def test_a_page_is_read_as_a_person_sees_it(address: str) -> None:
    async with Browser(address) as browser:
        page = await browser.open()

    assert (page.title, page.lines) == ("Add it", ["Add it", "Say & mean it.", "Add to Slack"])
    assert page.links == {"Add to Slack": f"{address}?go=1"}


async def test_a_form_is_sent_with_its_defaults_its_choices_and_the_cookie(address: str) -> None:
    async with Browser(address) as browser:
        page = await browser.follow(await browser.open(), "Add to Slack")
        (form,) = page.forms
        done = await browser.send(form, "Allow", {"who": "ben"})

    assert page.address == f"{address}ask"
    assert form.choices == {"team": ["T1", "T2"], "who": ["ana", "ben"]}
    assert "('decision', 'allow'), ('state', 's1'), ('team', 'T2'), ('who', 'ben')" in done.lines[0]
    assert done.lines[0].endswith("c1")


async def test_another_browser_does_not_have_the_cookie(address: str) -> None:
    async with Browser(address) as first, Browser(address) as second:
        page = await first.follow(await first.open(), "Add to Slack")
        done = await second.send(page.forms[0], "Cancel")

    assert done.status == 400


async def test_what_is_not_there_is_named(address: str) -> None:
    async with Browser(address) as browser:
        page = await browser.open()

        with pytest.raises(NoSuchThing, match=r"no link 'Buy'.*Add to Slack"):
            await browser.follow(page, "Buy")
