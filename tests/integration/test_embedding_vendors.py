"""Vendors of embeddings on the wire: servers on this machine that speak their formats, well and badly."""

import asyncio
import json
from contextlib import asynccontextmanager
from math import isclose, sqrt

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from core.gateway.ports import ProviderError
from core.gateway.providers.wire.client import open_http_client
from core.kernel.secret import Secret
from core.knowledge.embedding.vendors import asking
from core.knowledge.embedding.vendors.embedder import BATCH, REST_SECONDS, VendorEmbedder
from core.knowledge.embedding.vendors.gemini import Gemini
from core.knowledge.embedding.vendors.openai_compatible import OpenAICompatible
from core.knowledge.embedding.vendors.scale import ALIKE, PAIRS, UNLIKE, scale_of
from core.knowledge.ports import DIMENSION

KINDS = ("openai_compatible", "gemini")


def numbers(text: str, size: int = DIMENSION) -> list[float]:
    """Different for each text, and not of length 1."""
    return [3.0 + (len(text) * place) % 7 for place in range(size)]


class Place:
    """A vendor's server: answers as documented, unless told otherwise."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str], dict]] = []
        self.size = DIMENSION
        self.says: web.Response | str | None = None
        self.hangs = asyncio.Event()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.requests.append((request.path, dict(request.headers), body))
        if self.says == "hang":
            await self.hangs.wait()
        if self.says == "endless":
            response = web.StreamResponse()
            await response.prepare(request)
            while True:
                await response.write(b" " * 65_536)
        if isinstance(self.says, web.Response):
            return self.says
        return web.json_response(self._embeddings(request.path, body))

    def _embeddings(self, path: str, body: dict) -> dict:
        if path.endswith("/embeddings"):
            data = [
                {"object": "embedding", "index": place, "embedding": numbers(text, self.size)}
                for place, text in enumerate(body["input"])
            ]
            return {"object": "list", "data": data[::-1], "model": body["model"]}
        texts = [one["content"]["parts"][0]["text"] for one in body["requests"]]
        return {"embeddings": [{"values": numbers(text, self.size)} for text in texts]}


@asynccontextmanager
async def vendor(kind: str, clock=None):
    """(the server's side, an Embedder that asks it)."""
    place, app = Place(), web.Application()
    app.router.add_post("/{rest:.*}", place.answer)
    async with TestServer(app, host="127.0.0.1") as server, open_http_client() as client:
        made = {"openai_compatible": OpenAICompatible, "gemini": Gemini}[kind](
            client, Secret("k3y"), f"http://127.0.0.1:{server.port}/v1", "small"
        )
        more = {"clock": clock} if clock else {}
        try:
            yield place, VendorEmbedder(made, lambda word: 0.5, **more)
        finally:
            place.hangs.set()


async def test_openai_is_asked_in_its_own_form():
    async with vendor("openai_compatible") as (place, embedder):
        await embedder.embed(["leave", "a sick note"])

    ((path, headers, body),) = place.requests
    assert path == "/v1/embeddings"
    assert headers["Authorization"] == "Bearer k3y"
    assert body == {
        "model": "small",
        "input": ["leave", "a sick note"],
        "dimensions": DIMENSION,
        "encoding_format": "float",
    }
    assert embedder.name == "openai_compatible/small@384"


async def test_gemini_is_asked_in_its_own_form_with_its_key_in_a_header():
    async with vendor("gemini") as (place, embedder):
        await embedder.embed(["leave"])

    ((path, headers, body),) = place.requests
    assert path == "/v1/models/small:batchEmbedContents"
    assert headers["x-goog-api-key"] == "k3y"
    assert json.loads(json.dumps(body)) == {
        "requests": [
            {
                "model": "models/small",
                "content": {"parts": [{"text": "leave"}]},
                "outputDimensionality": DIMENSION,
            }
        ]
    }


@pytest.mark.parametrize("kind", KINDS)
async def test_many_texts_are_asked_for_in_batches_and_come_back_in_their_order(kind):
    texts = ["x" * length for length in range(1, 2 * BATCH)]
    async with vendor(kind) as (place, embedder):
        vectors = await embedder.embed(texts)

    assert len(place.requests) == 2
    for text, vector in zip(texts, vectors, strict=True):
        wanted = numbers(text)
        length = sqrt(sum(number**2 for number in wanted))
        assert all(isclose(a, b / length) for a, b in zip(vector, wanted, strict=True))


LIMITED = {"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "slow down"}}
BAD = (
    ("limited", web.json_response(LIMITED, status=429), "rate_limited"),
    ("down", web.Response(status=503), "server"),
    ("no key", web.json_response({"error": {"message": "no"}}, status=401), "refused"),
    ("no JSON", web.Response(text="<html>"), "garbage"),
    ("no object", web.json_response([1]), "garbage"),
    ("nothing", web.json_response({"data": [], "embeddings": []}), "garbage"),
    (
        "words",
        web.json_response(
            {"data": [{"index": 0, "embedding": "abc"}], "embeddings": [{"values": "abc"}]}
        ),
        "garbage",
    ),
    (
        "no direction",
        web.json_response(
            {
                "data": [{"index": 0, "embedding": [0] * DIMENSION}],
                "embeddings": [{"values": [0] * DIMENSION}],
            }
        ),
        "garbage",
    ),
    (
        "nested",
        web.json_response(
            {
                "data": [{"index": {}, "embedding": [[1]] * DIMENSION}],
                "embeddings": [{"values": [[1]] * DIMENSION}],
            }
        ),
        "garbage",
    ),
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("says", "failure"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
async def test_whatever_a_vendor_says_wrong_has_a_name(kind, says, failure):
    async with vendor(kind) as (place, embedder):
        # A Response serves once; each run of the test gets its own.
        place.says = web.Response(body=says.body, status=says.status)
        with pytest.raises(ProviderError) as raised:
            await embedder.embed(["leave"])
    assert raised.value.kind == failure
    assert "slow down" not in str(raised.value)


@pytest.mark.parametrize("kind", KINDS)
async def test_another_dimension_is_said_to_be_one(kind):
    async with vendor(kind) as (place, embedder):
        place.size = 768
        with pytest.raises(ProviderError, match="768 numbers instead of 384"):
            await embedder.embed(["leave"])


@pytest.mark.parametrize("kind", KINDS)
async def test_a_vendor_that_hangs_or_never_ends_holds_nobody_up(kind, monkeypatch):
    monkeypatch.setattr(asking, "SECONDS", 0.05)
    async with vendor(kind) as (place, embedder):
        place.says = "hang"
        with pytest.raises(ProviderError) as raised:
            await embedder.embed(["leave"])
    assert raised.value.kind == "timeout"

    monkeypatch.setattr(asking, "SECONDS", 30.0)
    monkeypatch.setattr(asking, "MOST_BYTES", 100_000)
    async with vendor(kind) as (place, embedder):
        place.says = "endless"
        with pytest.raises(ProviderError) as raised:
            await embedder.embed(["leave"])
    assert raised.value.kind == "garbage"


async def test_a_vendor_that_failed_is_left_alone_for_a_while():
    now = [100.0]
    async with vendor("gemini", clock=lambda: now[0]) as (place, embedder):
        place.says = web.Response(status=503)
        for _ in range(3):
            with pytest.raises(ProviderError):
                await embedder.embed(["leave"])
        assert len(place.requests) == 1

        place.says = None
        now[0] += REST_SECONDS + 1
        assert len(await embedder.embed(["leave"])) == 1


async def test_it_rests_as_long_as_the_vendor_wants():
    now = [100.0]
    async with vendor("openai_compatible", clock=lambda: now[0]) as (place, embedder):
        place.says = web.Response(status=429, headers={"retry-after": "120"})
        with pytest.raises(ProviderError):
            await embedder.embed(["leave"])
        now[0] += 119
        with pytest.raises(ProviderError, match="rests"):
            await embedder.embed(["leave"])
        assert len(place.requests) == 1


async def test_what_closeness_means_is_measured_once():
    async with vendor("gemini") as (place, embedder):
        assert await embedder.scale() == await embedder.scale()
    assert len(place.requests) == 1


def test_another_models_closeness_is_stretched_to_the_one_we_know():
    """Here alike is .9 and unlike .7, as with models for which everything is near."""
    vectors = []
    for place in range(len(PAIRS)):
        near = 0.9 if place < len(PAIRS) // 2 else 0.7
        vectors += [[1.0, 0.0], [near, sqrt(1 - near**2)]]
    scale = scale_of(vectors)
    assert isclose(scale.of(0.9), ALIKE)
    assert isclose(scale.of(0.7), UNLIKE, abs_tol=1e-9)


def test_a_model_that_cannot_tell_alike_from_unlike_is_believed_nothing():
    scale = scale_of([[1.0, 0.0]] * (2 * len(PAIRS)))
    assert scale.of(1.0) == scale.of(-1.0) == UNLIKE
