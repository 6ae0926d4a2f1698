"""What persons do, and what they see."""

from aiohttp import web

from bot.sandbox.actions.command import run_command
from bot.sandbox.actions.say import say, upload
from bot.sandbox.actions.seat import Refused, Seat, find_seat
from bot.sandbox.actions.stop import stop
from bot.sandbox.control import views
from bot.sandbox.control.desk import Desk, Json, Routes, read_body, text

SEAT = {"workspace", "person", "in"}


def seat_of(desk: Desk, body: "Json | dict[str, str]") -> Seat:
    """Where the person named in the body acts."""
    names = [str(body.get(name) or "") for name in ("workspace", "person", "in")]
    return find_seat(desk.world, *names)


async def messages(desk: Desk, request: web.Request) -> web.Response:
    """What a person sees of a conversation."""
    return web.json_response(views.messages(_reader(desk, request)))


async def file(desk: Desk, request: web.Request) -> web.Response:
    """The bytes of a file in a conversation that the person is in."""
    seat = _reader(desk, request)
    stored = seat.workspace.files.get(request.query.get("file", ""))
    if stored is None or stored.channel != seat.channel.id:
        raise Refused("There is no such file here.", 404)
    headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
    content = seat.workspace.file_bytes[stored.id]
    return web.Response(body=content, content_type=stored.mimetype, headers=headers)


async def say_something(desk: Desk, request: web.Request) -> web.Response:
    """A person says something."""
    body = await read_body(request, {"text", "thread"} | SEAT)
    seat = seat_of(desk, body)
    message = say(desk.world, seat, text(body, "text"), text(body, "thread"))
    return web.json_response({"ts": message.ts, "channel": seat.channel.id})


async def command(desk: Desk, request: web.Request) -> web.Response:
    """A person runs a slash command; answered once the app has."""
    body = await read_body(request, {"text", "thread"} | SEAT)
    seat, typed, thread = seat_of(desk, body), text(body, "text"), text(body, "thread")
    await run_command(desk.world, desk.courier, desk.replies, seat, typed, thread)
    return web.json_response({"channel": seat.channel.id})


async def press_stop(desk: Desk, request: web.Request) -> web.Response:
    """A person presses Stop."""
    body = await read_body(request, {"thread"} | SEAT)
    stopped = stop(desk.world, seat_of(desk, body), text(body, "thread"))
    return web.json_response({"stopped": stopped})


async def drop_file(desk: Desk, request: web.Request) -> web.Response:
    """A person drops a file (multipart form)."""
    form = await request.post()
    given = form.get("file")
    if not isinstance(given, web.FileField):
        raise Refused("The form has no `file`.")
    words = {name: str(value) for name, value in form.items() if name != "file"}
    seat = seat_of(desk, words)
    message = upload(
        desk.world,
        seat,
        given.filename,
        given.file.read(),
        desk.replies.base_url,
        comment=words.get("comment"),
        thread=words.get("thread"),
    )
    answer = {"ts": message.ts, "channel": seat.channel.id, "file": message.files[0].to_wire()}
    return web.json_response(answer)


def _reader(desk: Desk, request: web.Request) -> Seat:
    query = request.query
    where = query.get("channel") or query.get("in", "")
    return find_seat(desk.world, query.get("workspace", ""), query.get("person", ""), where)


ROUTES: Routes = {
    ("GET", "/sandbox/messages"): messages,
    ("GET", "/sandbox/file"): file,
    ("POST", "/sandbox/say"): say_something,
    ("POST", "/sandbox/command"): command,
    ("POST", "/sandbox/upload"): drop_file,
    ("POST", "/sandbox/stop"): press_stop,
}
