"""The control API: persons act, the page looks. Loopback only; see docs/sandbox.md."""

import json
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.sandbox.actions.click import click
from bot.sandbox.actions.command import run_command
from bot.sandbox.actions.say import say, upload
from bot.sandbox.actions.seat import Refused, Seat, find_seat
from bot.sandbox.actions.stop import stop
from bot.sandbox.control import views
from bot.sandbox.control.feed_stream import stream_feed
from bot.sandbox.delivery.courier import Courier
from bot.sandbox.delivery.replies import Replies
from bot.sandbox.delivery.socket_mode import SocketMode
from bot.sandbox.model.world import World

Json = dict[str, object]


class Control:
    """Handlers of the routes under /sandbox/."""

    def __init__(
        self,
        world: World,
        courier: Courier,
        replies: Replies,
        sockets: SocketMode,
        api_url: Callable[[], str],
    ) -> None:
        self._world = world
        self._courier = courier
        self._replies = replies
        self._sockets = sockets
        self._api_url = api_url

    def routes(self) -> list[web.RouteDef]:
        """The routes table."""
        return [
            web.get("/sandbox/state", self.state),
            web.get("/sandbox/credentials", self.credentials),
            web.put("/sandbox/app", self.put_app),
            web.get("/sandbox/messages", self.messages),
            web.get("/sandbox/file", self.file),
            web.post("/sandbox/say", self.say),
            web.post("/sandbox/command", self.command),
            web.post("/sandbox/click", self.click),
            web.post("/sandbox/upload", self.upload),
            web.post("/sandbox/stop", self.stop),
            web.get("/sandbox/feed", self.feed),
        ]

    async def state(self, request: web.Request) -> web.Response:
        """Who and what there is."""
        return web.json_response(views.state(self._world, self._sockets.connections))

    async def credentials(self, request: web.Request) -> web.Response:
        """The stand-in's secrets."""
        return web.json_response(views.credentials(self._world, self._api_url()))

    async def put_app(self, request: web.Request) -> web.Response:
        """Set or take away the app's request URL."""
        body = await _body(request, {"request_url", "verify"})
        url = body.get("request_url")
        if url is not None and not str(url).startswith(("http://", "https://")):
            raise Refused("`request_url` must be an http or https address, or null.")
        before = self._world.app.request_url
        self._world.app.request_url = str(url) if url else None
        if url and body.get("verify") and not await self._courier.verify_request_url():
            self._world.app.request_url = before
            raise Refused("The request URL did not answer with the value of the challenge.")
        return web.json_response({"request_url": self._world.app.request_url})

    async def messages(self, request: web.Request) -> web.Response:
        """What a person sees of a conversation."""
        query = request.query
        where = query.get("channel") or query.get("in", "")
        seat = find_seat(self._world, query.get("workspace", ""), query.get("person", ""), where)
        return web.json_response(views.messages(seat))

    async def file(self, request: web.Request) -> web.Response:
        """The bytes of a file in a conversation that the person is in."""
        query = request.query
        where = query.get("channel") or query.get("in", "")
        seat = find_seat(self._world, query.get("workspace", ""), query.get("person", ""), where)
        file = seat.workspace.files.get(query.get("file", ""))
        if file is None or file.channel != seat.channel.id:
            raise Refused("There is no such file here.", 404)
        headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
        content = seat.workspace.file_bytes[file.id]
        return web.Response(body=content, content_type=file.mimetype, headers=headers)

    async def say(self, request: web.Request) -> web.Response:
        """A person says something."""
        body = await _body(request, {"text", "thread"} | _SEAT)
        message = say(self._world, self._seat(body), _text(body, "text"), _text(body, "thread"))
        return web.json_response({"ts": message.ts, "channel": self._seat(body).channel.id})

    async def command(self, request: web.Request) -> web.Response:
        """A person runs a slash command; answered once the app has."""
        body = await _body(request, {"text", "thread"} | _SEAT)
        await run_command(
            self._world,
            self._courier,
            self._replies,
            self._seat(body),
            _text(body, "text"),
            _text(body, "thread"),
        )
        return web.json_response({"channel": self._seat(body).channel.id})

    async def click(self, request: web.Request) -> web.Response:
        """A person clicks a button."""
        body = await _body(request, {"ts", "action_id", "text", "value"} | _SEAT)
        seat = self._seat(body)
        await click(self._world, self._courier, self._replies, seat, _text(body, "ts"), body)
        return web.json_response({})

    async def stop(self, request: web.Request) -> web.Response:
        """A person presses Stop."""
        body = await _body(request, {"thread"} | _SEAT)
        stopped = stop(self._world, self._seat(body), _text(body, "thread"))
        return web.json_response({"stopped": stopped})

    async def upload(self, request: web.Request) -> web.Response:
        """A person drops a file (multipart form)."""
        form = await request.post()
        given = form.get("file")
        if not isinstance(given, web.FileField):
            raise Refused("The form has no `file`.")
        words = {name: str(value) for name, value in form.items() if name != "file"}
        seat = self._seat(words)
        message = upload(
            self._world,
            seat,
            given.filename,
            given.file.read(),
            self._replies.base_url,
            comment=words.get("comment"),
            thread=words.get("thread"),
        )
        answer = {"ts": message.ts, "channel": seat.channel.id, "file": message.files[0].to_wire()}
        return web.json_response(answer)

    async def feed(self, request: web.Request) -> web.StreamResponse:
        """What became visible."""
        return await stream_feed(self._world, request)

    def _seat(self, body: "Json | dict[str, str]") -> Seat:
        names = [str(body.get(name) or "") for name in ("workspace", "person", "in")]
        return find_seat(self._world, *names)


_SEAT = {"workspace", "person", "in"}


async def _body(request: web.Request, known: set[str]) -> Json:
    try:
        body = json.loads(await request.text())
    except ValueError:
        raise Refused("The body is not JSON.") from None
    if not isinstance(body, dict):
        raise Refused("The body must be a JSON object.")
    if unknown := set(body) - known:
        raise Refused(f"Unknown: {', '.join(sorted(unknown))}. Known: {', '.join(sorted(known))}.")
    return body


def _text(body: Json, name: str) -> str:
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Refused(f"`{name}` must be text.")
    return value


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def own_address_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Other web pages in the person's browser must not drive the sandbox or read its secrets."""
    host = request.headers.get("Host", "")
    if host.rpartition(":")[0] not in ("127.0.0.1", "localhost"):
        raise web.HTTPForbidden(text="The sandbox answers on 127.0.0.1 only.")
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{host}":
        raise web.HTTPForbidden(text="The sandbox is not for other pages.")
    return await handler(request)


@web.middleware
async def words_for_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A refused action becomes `{"error": words}`."""
    try:
        return await handler(request)
    except Refused as refusal:
        return web.json_response({"error": str(refusal)}, status=refusal.status)
