"""A sandbox that does not make tests wait, and the ways to drive it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import Sandbox
from tests.unit.sandbox.oauth_app import App

Json = dict[str, Any]


class Person:
    """Drives the control API as one person in one conversation."""

    def __init__(self, http: aiohttp.ClientSession, workspace: str, name: str, place: str) -> None:
        self._http = http
        self.seat = {"workspace": workspace, "person": name, "in": place}

    async def act(self, what: str, **body: Any) -> Json:
        async with self._http.post(f"/sandbox/{what}", json=self.seat | body) as response:
            return await response.json() | {"status": response.status}

    async def say(self, text: str, thread: str | None = None) -> str:
        said = await self.act("say", text=text, **({"thread": thread} if thread else {}))
        assert said["status"] == 200, said
        return str(said["ts"])

    async def drop(self, name: str, content: bytes, **words: str) -> Json:
        form = aiohttp.FormData(self.seat | words)
        form.add_field("file", content, filename=name)
        async with self._http.post("/sandbox/upload", data=form) as response:
            return await response.json() | {"status": response.status}

    async def sees(self) -> list[Json]:
        query = {"workspace": self.seat["workspace"], "person": self.seat["person"]}
        query["channel"] = self.seat["in"]
        async with self._http.get("/sandbox/messages", params=query) as response:
            answer = await response.json()
            assert response.status == 200, answer
            return list(answer["messages"])


class Listener:
    """A request URL that keeps what it is sent and answers as told."""

    def __init__(self) -> None:
        self.requests: asyncio.Queue[tuple[str, dict[str, str], bytes]] = asyncio.Queue()
        self.answers: list[Callable[[], Any]] = []
        self.last: tuple[str, dict[str, str], bytes] = ("", {}, b"")
        self.url = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.last = (request.path, headers, await request.read())
        await self.requests.put(self.last)
        answer = self.answers.pop(0)() if self.answers else web.Response()
        return await answer if asyncio.iscoroutine(answer) else answer

    async def next(self) -> tuple[str, dict[str, str], bytes]:
        return await asyncio.wait_for(self.requests.get(), 5)

    async def next_event(self) -> Json:
        _, _, body = await self.next()
        return dict(json.loads(body)["event"])


@pytest.fixture
def answer_s() -> float:
    """How long the app may take; a test that waits for it to pass asks for less."""
    return 3.0


@pytest.fixture
async def sandbox(answer_s: float) -> AsyncIterator[Sandbox]:
    async with Sandbox.open(retry_after_s=(0, 0, 0), answer_s=answer_s) as opened:
        yield opened


@pytest.fixture
async def http(sandbox: Sandbox) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(sandbox.url) as session:
        yield session


@pytest.fixture
def person(http: aiohttp.ClientSession) -> Callable[..., Person]:
    def seated(name: str = "ana", place: str = "dm", workspace: str = "northwind") -> Person:
        return Person(http, workspace, name, place)

    return seated


@pytest.fixture
def app(sandbox: Sandbox, http: aiohttp.ClientSession) -> App:
    """The product, about to be installed."""
    return App(sandbox, http)


@pytest.fixture
def slack(sandbox: Sandbox) -> AsyncWebClient:
    """The app's client in Northwind Bikes."""
    token = sandbox.credentials["workspaces"][0]["bot_token"]
    return AsyncWebClient(token=token, base_url=sandbox.api_url)


@pytest.fixture
async def listener(sandbox: Sandbox) -> AsyncIterator[Listener]:
    """The app as an HTTP server at the sandbox's request URL."""
    listening = Listener()
    app = web.Application()
    app.router.add_post("/slack/{kind}", listening.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    listening.url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack"
    sandbox.world.app.request_url = listening.url
    yield listening
    await runner.cleanup()


@pytest.fixture
def changes(sandbox: Sandbox) -> Callable[..., list[Any]]:
    """What became visible so far, by kind."""

    def kept(*kinds: str) -> list[Any]:
        every = sandbox.world.feed.after(0, list(sandbox.world.workspaces))
        return [change for change in every if not kinds or change.kind in kinds]

    return kept


@pytest.fixture
def until() -> Callable[..., Any]:
    """Wait until a condition holds, at most five seconds."""

    async def wait(condition: Callable[[], Any]) -> None:
        async with asyncio.timeout(5):
            while not condition():  # noqa: ASYNC110 - what is awaited has no event of its own
                await asyncio.sleep(0.005)

    return wait


@pytest.fixture
def act(http: aiohttp.ClientSession) -> Any:
    async def post(what: str, **body: Any) -> Json:
        seat = {"workspace": "northwind", "person": "ana"}
        async with http.post(f"/sandbox/{what}", json=seat | body) as response:
            return dict(await response.json()) | {"http": response.status}

    return post


@pytest.fixture
def shown(http: aiohttp.ClientSession) -> Any:
    async def look(person: str = "ana", workspace: str = "northwind") -> Json:
        query = {"workspace": workspace, "person": person}
        async with http.get("/sandbox/views", params=query) as response:
            return dict(await response.json())

    return look


@pytest.fixture
def payload(listener: Any) -> Any:
    async def read() -> Json:
        path, _, body = await listener.next()
        assert path == "/slack/interactivity"
        return dict(json.loads(parse_qs(body.decode())["payload"][0]))

    return read


@pytest.fixture
def opened(slack: AsyncWebClient, act: Any, payload: Any) -> Any:
    """A modal the person has open."""

    async def show(view: Json, push: bool = False) -> Json:
        told = await act("shortcut", callback_id="open")
        await payload()
        call = slack.views_push if push else slack.views_open
        view_id = (await call(trigger_id=told["trigger_id"], view=view))["view"]
        return dict(view_id)

    return show


@pytest.fixture
def person_id(sandbox: Sandbox) -> Any:
    workspace = sandbox.world.workspaces["TNORTHWIND"]
    return lambda name: next(p.id for p in workspace.persons.values() if p.name == name)
