"""Over TLS: no certificate is taken on trust, and one HTTP/2 connection carries answers side by side."""

import asyncio

import pytest

from core.gateway.providers.gemini.adapter import Gemini
from core.gateway.providers.openai.adapter import OpenAICompatible
from core.kernel.secret import Secret
from tests.integration.gateway_vendor import WHOLE
from tests.integration.providers.http2 import http2_vendor, make_certificate
from tests.integration.providers.vendor import answer_of, outcome_of


@pytest.fixture
def certificate(tmp_path):
    return make_certificate(tmp_path)


async def test_a_certificate_of_nobody_is_refused_before_a_word_is_sent(
    client, prompt, certificate
):
    async with http2_vendor(b"".join(WHOLE), certificate) as vendor:
        for provider in (
            OpenAICompatible(client, Secret("planted"), vendor.url, "m-1"),
            Gemini(client, Secret("planted"), vendor.url, "m-1"),
        ):
            assert await outcome_of(provider, prompt) == "refused"

        assert vendor.asked == []


async def test_answers_share_one_http2_connection(client, prompt, certificate):
    client._transport._pool._ssl_context.load_verify_locations(certificate)
    async with http2_vendor(b"".join(WHOLE), certificate) as vendor:
        provider = OpenAICompatible(client, Secret("planted"), vendor.url, "m-1")
        await answer_of(provider, prompt)

        answers = await asyncio.gather(*(answer_of(provider, prompt) for _ in range(5)))

        assert {text for text, _ in answers} == {"18 weeks für alle 🚲 [1]"}
        assert (len(vendor.asked), vendor.connections) == (6, 1)
        assert vendor.asked[0][b"authorization"] == b"Bearer planted"
