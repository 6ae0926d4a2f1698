"""The app as the sandbox knows it: who and what there is, its secrets, where it listens."""

from aiohttp import web

from bot.sandbox.actions.seat import Refused
from bot.sandbox.control import views
from bot.sandbox.control.desk import Desk, Routes, read_body
from bot.sandbox.control.feed_stream import stream_feed


async def state(desk: Desk, request: web.Request) -> web.Response:
    """Who and what there is."""
    return web.json_response(views.state(desk.world, desk.sockets.connections))


async def credentials(desk: Desk, request: web.Request) -> web.Response:
    """The stand-in's secrets."""
    return web.json_response(views.credentials(desk.world))


async def put_app(desk: Desk, request: web.Request) -> web.Response:
    """Set or take away where the app listens; what is not named stays as it is."""
    body = await read_body(request, {"request_url", "request_urls", "install_url", "verify"})
    app = desk.world.app
    before = (app.request_url, app.request_urls, app.install_url)
    if "request_url" in body:
        app.request_url, app.request_urls = _address(body["request_url"], "request_url"), ()
    if "request_urls" in body:
        app.request_urls = _addresses(body["request_urls"])
    if "install_url" in body:
        app.install_url = _address(body["install_url"], "install_url")
    if app.addresses and body.get("verify") and not await desk.courier.verify_request_url():
        app.request_url, app.request_urls, app.install_url = before
        raise Refused("The request URL did not answer with the value of the challenge.")
    answer = {"request_url": app.request_url, "request_urls": list(app.request_urls)}
    return web.json_response(answer | {"install_url": app.install_url})


async def feed(desk: Desk, request: web.Request) -> web.StreamResponse:
    """What became visible."""
    return await stream_feed(desk.world, request)


def _address(value: object, name: str) -> str | None:
    if value is None or value == "":
        return None
    if not str(value).startswith(("http://", "https://")):
        raise Refused(f"`{name}` must be an http or https address, or null.")
    return str(value)


def _addresses(values: object) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise Refused("`request_urls` must be a list of addresses.")
    return tuple(filter(None, (_address(value, "request_urls") for value in values)))


ROUTES: Routes = {
    ("GET", "/sandbox/state"): state,
    ("GET", "/sandbox/credentials"): credentials,
    ("PUT", "/sandbox/app"): put_app,
    ("GET", "/sandbox/feed"): feed,
}
