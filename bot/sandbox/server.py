"""The sandbox as one running server."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import aiohttp
from aiohttp import web

from bot.sandbox.control import page, views
from bot.sandbox.control.desk import Desk
from bot.sandbox.control.guard import own_address_only, words_for_errors
from bot.sandbox.control.routes import route_table
from bot.sandbox.delivery.courier import RETRY_AFTER_S, Courier
from bot.sandbox.delivery.parcel import ANSWER_S
from bot.sandbox.delivery.replies import Replies
from bot.sandbox.delivery.signed_http import SignedHttp
from bot.sandbox.delivery.socket_mode import SocketMode
from bot.sandbox.faults.switches import STREAM_AGE_S, Faults
from bot.sandbox.files_service import serve_file, take_file
from bot.sandbox.model.world import World
from bot.sandbox.oauth.authorize import show_authorize, take_answer
from bot.sandbox.opening import seed_world
from bot.sandbox.seed import SCOPES, seed_app
from bot.sandbox.webapi.service import Refusal, WebApi
from bot.sandbox.webapi.table import load_table

_LARGEST_BODY = 64 * 1024 * 1024


class Sandbox:
    """A running sandbox. Open one with `async with Sandbox.open() as sandbox:`."""

    def __init__(
        self,
        world: World,
        http: aiohttp.ClientSession,
        *,
        retry_after_s: Sequence[float] = RETRY_AFTER_S,
        answer_s: float = ANSWER_S,
        unserved: Collection[str] = (),
    ) -> None:
        self.world = world
        self.url = ""
        self.sockets = SocketMode(world, answer_s)
        self.replies = Replies(world)
        signed = SignedHttp(world.app, http, answer_s)
        self.courier = Courier(world, signed, self.sockets, retry_after_s)
        self.web_api = WebApi(
            world, load_table(), lambda: self.sockets.issue(self.url), frozenset(unserved)
        )
        world.on_event = self.courier.on_event
        world.on_app_event = self.courier.on_app_event

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        *,
        port: int = 0,
        request_url: str | None = None,
        app_token: str | None = None,
        signing_secret: str | None = None,
        bot_tokens: dict[str, str] | None = None,
        scopes: frozenset[str] = SCOPES,
        unserved: Collection[str] = (),
        retry_after_s: Sequence[float] = RETRY_AFTER_S,
        answer_s: float = ANSWER_S,
        stream_age_s: float = STREAM_AGE_S,
        keeps_metadata: bool = True,
        seed: int | None = None,
        token_rotation: bool = False,
    ) -> AsyncIterator["Sandbox"]:
        """Serve on 127.0.0.1 until the block ends. What each option does is told in
        docs/sandbox.md; tokens and secrets are random unless given.

        Raises:
            OSError: the port is taken.
        """
        app = seed_app(
            request_url,
            app_token=app_token,
            signing_secret=signing_secret,
            scopes=scopes,
            token_rotation=token_rotation,
        )
        faults = Faults(stream_age_s=stream_age_s)
        world = seed_world(app, bot_tokens, faults=faults, seed=seed, keeps_metadata=keeps_metadata)
        async with aiohttp.ClientSession(connector=_connector()) as http:
            sandbox = cls(
                world, http, retry_after_s=retry_after_s, answer_s=answer_s, unserved=unserved
            )
            async with sandbox._serving(port):
                yield sandbox

    @property
    def api_url(self) -> str:
        """Base URL of the Web API, for `SLACK_API_BASE_URL` and `AsyncWebClient(base_url=…)`."""
        return self.world.api_url

    @property
    def credentials(self) -> dict[str, Any]:
        """What `GET /sandbox/credentials` answers."""
        return views.credentials(self.world)

    @property
    def faults(self) -> Faults:
        """What is switched on; a test may set the fields (`half_open` needs the control API)."""
        return self.world.faults

    def refuse(
        self, method: str, error: str, *, times: int = 1, retry_after_s: int | None = None
    ) -> None:
        """Make the next `times` calls of a method fail with `error`.

        With `retry_after_s` (seconds) the answer is HTTP 429 with that `Retry-After`.
        """
        self.web_api.refuse(method, Refusal(error, times, retry_after_s))

    @asynccontextmanager
    async def _serving(self, port: int) -> AsyncIterator[None]:
        # Handlers are cancelled when their reader leaves: the feed would wait for news otherwise.
        runner = web.AppRunner(
            self._app(), handler_cancellation=True, access_log=None, shutdown_timeout=1.0
        )
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", port)
            await site.start()
            bound = runner.addresses[0][1]
            self.url = f"http://127.0.0.1:{bound}"
            self.replies.base_url = self.world.url = self.url
            yield
        finally:
            self.world.feed.close()
            await self.courier.close()
            await self.sockets.close()
            await runner.cleanup()

    def _app(self) -> web.Application:
        app = web.Application(
            middlewares=[own_address_only, words_for_errors], client_max_size=_LARGEST_BODY
        )
        desk = Desk(self.world, self.courier, self.replies, self.sockets, self.web_api)
        app.add_routes(
            [
                web.get("/", page.index),
                web.get("/static/{path:.+}", page.static),
                web.get("/api/{method}", self.web_api.handle, allow_head=False),
                web.post("/api/{method}", self.web_api.handle),
                web.get("/oauth/v2/authorize", partial(show_authorize, self.world)),
                web.post("/oauth/v2/authorize", partial(take_answer, self.world)),
                web.get("/link/", self.sockets.handle, allow_head=False),
                web.get("/files/{place}/{name}", partial(serve_file, self.world)),
                web.post("/upload/v1/{ticket}", partial(take_file, self.world)),
                web.post("/commands/{team}/{secret}", self.replies.handle),
                web.post("/actions/{team}/{secret}", self.replies.handle),
                *route_table(desk),
            ]
        )
        return app


def _connector() -> aiohttp.TCPConnector:
    """A connection for each delivery: one kept open to a process that has just died would look
    like a delivery that failed on its way."""
    return aiohttp.TCPConnector(limit=0, force_close=True)
