"""F14 as a person meets it: told once that no model answers, and not asked for again behind their back."""

from dataclasses import replace

from core.conversations.turns.run_turn import run_turn
from core.gateway.answer import NO_ANSWER, Gateway
from core.gateway.providers.wire.client import open_http_client
from tests.integration.delivery.asked import ask, words
from tests.integration.providers.speakers import VENDORS, provider_at


async def test_an_outage_is_told_once(stage, http, unused_tcp_port):
    """By rule: the question has had its answer, which is the apology. When the models are back, nobody
    is answered late; who still wants to know asks again."""
    asked = await ask(stage, http)
    usual = stage.product.services.staff
    url = f"http://127.0.0.1:{unused_tcp_port}"
    async with open_http_client() as client:
        gateway = Gateway([provider_at(vendor, client, url) for vendor in VENDORS])
        for _ in range(2):
            await run_turn(asked.context, replace(usual, gateway=gateway), asked.question)
    await run_turn(asked.context, usual, asked.question)
    await asked.forget_mail()

    assert await asked.turn() == ("done", NO_ANSWER)
    assert [words(message) for message in await asked.said()] == [NO_ANSWER]
