"""Arguments of a call: from query, form or JSON to checked values."""

import json
from base64 import b64decode
from typing import Any

from aiohttp import web

from bot.sandbox.webapi.call import Json, SlackError
from bot.sandbox.webapi.table import Method

_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


async def read_arguments(request: web.Request) -> Json:
    """Everything the caller sent, wherever it put it; a later place wins.

    Raises:
        SlackError: `invalid_json` for a JSON body that is none, or is not an object.
    """
    given: Json = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.text() or "{}")
        except ValueError:
            raise SlackError("invalid_json") from None
        if not isinstance(body, dict):
            raise SlackError("invalid_json")
        given |= body
    elif request.method == "POST":
        given |= dict(await request.post())
    return {name: value for name, value in given.items() if value is not None}


def read_token(request: web.Request, given: Json) -> str:
    """From the bearer header or the `token` argument; taken out of the arguments.

    Raises:
        SlackError: `not_authed` when there is none.
    """
    argument = given.pop("token", None)
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    token = bearer.strip() if scheme.lower() == "bearer" else ""
    token = token or (argument if isinstance(argument, str) else "")
    if not token:
        raise SlackError("not_authed")
    return token


def read_client(request: web.Request, given: Json) -> str:
    """The app's id and secret, from HTTP Basic authentication into the arguments; no token."""
    given.pop("token", None)
    scheme, _, written = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            login, _, password = b64decode(written, validate=True).decode().partition(":")
        except ValueError:
            raise SlackError("invalid_client_id") from None
        given |= {"client_id": login, "client_secret": password}
    return ""


def check_arguments(method: Method, given: Json) -> Json:
    """The arguments in their declared types.

    Raises:
        SlackError: `invalid_arguments` with one message for each thing that is wrong.
    """
    wrong = [f"unknown argument: {name}" for name in given if name not in method.arguments]
    wrong += [f"missing required field: {name}" for name in method.required if name not in given]
    if method.either and not any(name in given for name in method.either):
        wrong.append(f"missing required field: one of {', '.join(method.either)}")
    checked: Json = {}
    for name, value in given.items():
        kind = method.arguments.get(name)
        if kind is None:
            continue
        try:
            checked[name] = _read(kind, value)
        except (ValueError, TypeError, KeyError):
            wrong.append(f"must be of type {kind} [json-pointer:/{name}]")
    if wrong:
        raise SlackError("invalid_arguments", *wrong)
    return checked


def _read(kind: str, value: Any) -> Any:
    if kind in ("list", "object"):
        read = json.loads(value) if isinstance(value, str) else value
        if not isinstance(read, list if kind == "list" else dict):
            raise ValueError(kind)
        return read
    if kind == "boolean":
        return value if isinstance(value, bool) else _BOOLEANS[str(value).lower()]
    if kind == "number":
        if isinstance(value, bool):
            raise TypeError(kind)
        return int(value)
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise TypeError(kind)
    return str(value)
