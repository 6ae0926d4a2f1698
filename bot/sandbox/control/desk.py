"""What every handler of the control API works on, and how it reads what it is sent."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from bot.sandbox.actions.seat import Refused
from bot.sandbox.delivery.courier import Courier
from bot.sandbox.delivery.replies import Replies
from bot.sandbox.delivery.socket_mode import SocketMode
from bot.sandbox.model.world import World
from bot.sandbox.webapi.service import WebApi

Json = dict[str, object]


@dataclass(frozen=True)
class Desk:
    """The sandbox's parts."""

    world: World
    courier: Courier
    replies: Replies
    sockets: SocketMode
    web_api: WebApi


Handler = Callable[[Desk, web.Request], Awaitable[web.StreamResponse]]
# By HTTP method and path.
Routes = dict[tuple[str, str], Handler]


async def read_body(request: web.Request, known: set[str] | None = None) -> Json:
    """The JSON object that was sent; `known` are the names it may have.

    Raises:
        Refused: it is no JSON object, or has another name in it.
    """
    try:
        body = json.loads(await request.text() or "{}")
    except ValueError:
        raise Refused("The body is not JSON.") from None
    if not isinstance(body, dict):
        raise Refused("The body must be a JSON object.")
    if known is not None and (unknown := set(body) - known):
        raise Refused(f"Unknown: {', '.join(sorted(unknown))}. Known: {', '.join(sorted(known))}.")
    return body


def text(body: Json, name: str) -> str:
    """A text of the body, empty when it is not there.

    Raises:
        Refused: it is something else.
    """
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Refused(f"`{name}` must be text.")
    return value


def number(value: object, name: str, usual: float | None = None) -> float:
    """A number that is not negative, as JSON or as text of a query.

    Raises:
        Refused: it is none, or is missing and there is no usual one.
    """
    if value is None and usual is not None:
        return usual
    try:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError
        read = float(value)
    except ValueError:
        raise Refused(f"`{name}` must be a number.") from None
    if not 0 <= read < 1e12:
        raise Refused(f"`{name}` must be a number, 0 or more.")
    return read


def flag(body: Json, name: str, usual: bool | None = None) -> bool:
    """True or false.

    Raises:
        Refused: it is something else, or is missing and there is no usual one.
    """
    value = body.get(name, usual)
    if not isinstance(value, bool):
        raise Refused(f"`{name}` must be true or false.")
    return value
