"""Somebody on the way to Slack answers in its place."""

import pytest
from aiohttp import web

from core.kernel.errors import Postponed
from tests.integration.delivery.asked import LAST_WORDS, ask


@pytest.fixture
async def blocked(stage, monkeypatch):
    """A proxy that shows its page for whatever would say something; the list counts how often."""
    shown = []
    respond = stage.sandbox.web_api._respond

    async def show(request, name):
        if not name.startswith("chat."):
            return await respond(request, name)
        shown.append(name)
        return web.Response(status=403, content_type="text/html", text="<p>Blocked</p>")

    monkeypatch.setattr(stage.sandbox.web_api, "_respond", show)
    return shown


async def test_a_page_of_a_proxy_in_place_of_slacks_answer_loses_no_answer(
    stage, http, blocked, monkeypatch
):
    asked = await ask(stage, http)
    with pytest.raises(Postponed):
        await asked.run()
    state, kept = await asked.turn()
    monkeypatch.undo()
    await asked.run()
    [message] = await asked.said()

    assert blocked
    assert (state, LAST_WORDS in kept) == ("answered", True)
    assert LAST_WORDS in str(message)
    assert (await asked.turn())[0] == "done"
