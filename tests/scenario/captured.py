"""What the sandbox sends, caught before the product sees it, to be delivered as often as wanted."""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlencode

import aiohttp
from aiohttp import web

from bot.process import working
from bot.sandbox.delivery.signed_http import signature
from bot.wiring import open_product
from tests.stage import Stage

Json = dict[str, Any]
AT_ONCE = 8


@dataclass(frozen=True)
class Caught:
    """One delivery, as Slack would make it: where to, and the body under its content type."""

    kind: str
    content_type: str
    body: bytes

    @property
    def payload(self) -> Json:
        if self.kind == "events":
            return dict(json.loads(self.body))
        form = {name: values[0] for name, values in parse_qs(self.body.decode()).items()}
        return dict(json.loads(form["payload"])) if "payload" in form else dict(form)

    @property
    def shape(self) -> str:
        """`message`, `app_mention` and the like; for what is no event, its kind."""
        return str((self.payload.get("event") or {}).get("type") or self.kind)

    def changed(self, event_id: str | None = None, **event: Any) -> "Caught":
        """The same envelope with other fields in its event, or under another event id."""
        payload = self.payload
        payload["event"] |= event
        payload["event_id"] = event_id or payload["event_id"]
        return replace(self, body=json.dumps(payload).encode())

    def pressed_again(self, trigger_id: str) -> "Caught":
        """The same of somebody who heard nothing, and pressed once more."""
        payload = json.dumps(self.payload | {"trigger_id": trigger_id})
        return replace(self, body=urlencode({"payload": payload}).encode())


@dataclass
class Bench:
    """A stage whose sandbox speaks to a catcher, with three workers behind the real door."""

    stage: Stage
    http: aiohttp.ClientSession
    door: str
    inbox: list[Caught] = field(default_factory=list)

    async def act(
        self, what: str, person: str, place: str, **more: Any
    ) -> tuple[Json, list[Caught]]:
        """What the control API answers to a person's act, and what the sandbox sent for it."""
        self.inbox.clear()
        body = {"workspace": "northwind", "person": person, "in": place} | more
        body = {name: value for name, value in body.items() if value}
        async with self.http.post(f"{self.stage.sandbox.url}/sandbox/{what}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            said = await answer.json()
        return said, await self._caught()

    async def upload(self, person: str, place: str, comment: str = "") -> tuple[Json, list[Caught]]:
        self.inbox.clear()
        form = aiohttp.FormData({"workspace": "northwind", "person": person, "in": place})
        if comment:
            form.add_field("comment", comment)
        text = f"# Note of {person}\n\nThe lamp stands in the hall.\n"
        form.add_field("file", text.encode(), filename=f"{person}.md")
        async with self.http.post(f"{self.stage.sandbox.url}/sandbox/upload", data=form) as answer:
            assert answer.status == 200, await answer.text()
            said = await answer.json()
        return said, await self._caught()

    async def _caught(self) -> list[Caught]:
        """Everything that the sandbox has under way for the last act."""
        courier = self.stage.sandbox.courier
        await asyncio.gather(*list(courier._tasks))
        return list(self.inbox)

    async def deliver(self, caught: Iterable[Caught]) -> None:
        """Knock with each, in this order, a few at once."""
        turns = asyncio.Semaphore(AT_ONCE)

        async def knock(one: Caught) -> None:
            async with turns:
                await self._knock(one)

        await asyncio.gather(*(knock(one) for one in caught))

    async def deliver_shuffled(self, caught: Iterable[Caught], seed: int, times: int = 5) -> None:
        copies = [one for one in caught for _ in range(times)]
        random.Random(seed).shuffle(copies)
        await self.deliver(copies)
        await self.until_quiet()

    async def _knock(self, one: Caught) -> None:
        stamp = str(int(time.time()))
        secret = self.stage.sandbox.world.app.signing_secret
        headers = {
            "Content-Type": one.content_type,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature(secret, stamp, one.body),
        }
        async with self.http.post(
            f"{self.door}/{one.kind}", data=one.body, headers=headers
        ) as answer:
            assert answer.status == 200, (one.shape, answer.status)

    async def until_quiet(self) -> None:
        """Nothing waits in the tenant's inbox any more."""
        async with asyncio.timeout(90):
            while await self._waiting():  # noqa: ASYNC110 - what is awaited is a row
                await asyncio.sleep(0.05)

    async def _waiting(self) -> int:
        async with self.stage.tenants["northwind"].db.transaction() as tx:
            return int(
                await tx.fetchval("select count(*) from inbox_event where state = 'waiting'")
            )

    def said(self, channel: str, thread: str, besides: Collection[str] = ()) -> list[str]:
        """What the app said there and still stands, ephemeral or not; without a *thread*, in the
        whole channel *besides* those."""
        return [
            self.stage.sandbox.world.read(self._workspace, message)
            for message in self._messages(channel)
            if (message.thread == thread or not thread) and message.thread not in besides
        ]

    def direct(self, person: str) -> str:
        """The channel of a person's direct message with the app."""
        found = self._workspace.direct_message(self.stage.person_id(person))
        assert found is not None
        return str(found.id)

    def windows(self, person: str) -> list[Any]:
        """What stands open before a person."""
        modals = self.stage.sandbox.world.modals
        return list(modals.stack(self._workspace.id, self.stage.person_id(person)))

    def card(self, channel: str, thread: str) -> str:
        """The ts of the app's first message there."""
        return next(m.ts for m in self._messages(channel) if m.thread == thread)

    def card_of(self, channel: str, words: str) -> str:
        """The ts of the app's message there that says so."""
        return next(m.ts for m in self._messages(channel) if words in m.text)

    def _messages(self, channel: str) -> list[Any]:
        found = {
            change.ts: change.message
            for change in self._changes()
            if change.channel_id == channel and change.message is not None
        }
        ours = self.stage.sandbox.world.app.id
        return [m for m in found.values() if m.app_id == ours and not m.deleted]

    def updates(self, ts: str) -> int:
        return sum(change.kind == "update" and change.ts == ts for change in self._changes())

    def _changes(self) -> list[Any]:
        return self.stage.sandbox.world.feed.after(0, [self._workspace.id])

    @property
    def _workspace(self) -> Any:
        return self.stage.sandbox.world.find_workspace("northwind")


@asynccontextmanager
async def open_bench(stage: Stage, workers: int = 3) -> AsyncIterator[Bench]:
    """A *stage* whose own worker is switched off."""
    world = stage.sandbox.world
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())
        bench = Bench(stage, http, str(world.app.request_url))
        world.app.request_url = await stack.enter_async_context(_catcher(bench))
        for _ in range(workers):
            product = await stack.enter_async_context(
                open_product(stage.product.settings, stage.product.storage)
            )
            await stack.enter_async_context(working(product))
        yield bench


@asynccontextmanager
async def _catcher(bench: Bench) -> AsyncIterator[str]:
    async def take(request: web.Request) -> web.Response:
        kind = request.match_info["kind"]
        bench.inbox.append(Caught(kind, request.headers["Content-Type"], await request.read()))
        return web.Response()

    app = web.Application()
    app.router.add_post("/slack/{kind}", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack"
    finally:
        await runner.cleanup()
