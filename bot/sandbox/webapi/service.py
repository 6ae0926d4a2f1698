"""The Web API as an aiohttp handler: token, scopes, arguments, method, answer."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from bot.sandbox.model.people import Workspace
from bot.sandbox.model.world import World
from bot.sandbox.webapi.arguments import check_arguments, read_arguments
from bot.sandbox.webapi.call import Call, Json, SlackError
from bot.sandbox.webapi.methods import HANDLERS
from bot.sandbox.webapi.table import Method, Table

log = logging.getLogger(__name__)

OpenConnection = Callable[[], str]


@dataclass
class Refusal:
    """A planted failure: the next `times` calls of a method get this error."""

    error: str
    times: int
    retry_after_s: int | None = None


@dataclass
class WebApi:
    """Answers calls. `unserved` methods are unknown; `refusals` are planted by tests."""

    world: World
    table: Table
    open_connection: OpenConnection
    unserved: frozenset[str] = frozenset()
    refusals: dict[str, Refusal] = field(default_factory=dict)

    async def handle(self, request: web.Request) -> web.Response:
        """`/api/METHOD`, GET or POST."""
        name = request.match_info["method"]
        method = self.table.methods.get(name)
        try:
            if method is None or name in self.unserved:
                raise SlackError("unknown_method", req_method=name)
            given = await read_arguments(request)
            token = _token(request, given)
            # Clients add it to every call, for org-wide tokens; ours each have one workspace.
            given.pop("team_id", None)
            if (refused := self._refusal(name)) is not None:
                return refused
            answer = self._answer(method, token, given)
        except SlackError as refusal:
            self._hold_to_table(method, refusal)
            return web.json_response(refusal.to_wire())
        scopes = {"x-oauth-scopes": ",".join(sorted(self.world.app.scopes))}
        return web.json_response({"ok": True, **answer}, headers=scopes)

    def _answer(self, method: Method, token: str, given: Json) -> Json:
        if method.name == "apps.connections.open":
            return self._open_connection(method, token, given)
        workspace = self._workspace(token)
        call = Call(self.world, workspace, given)
        if method.scopes:
            call.require_scope(*method.scopes)
        checked = check_arguments(method, given)
        return HANDLERS[method.name](Call(self.world, workspace, checked))

    def _workspace(self, token: str) -> Workspace:
        workspace = self.world.workspace_of_token(token)
        if workspace is not None:
            return workspace
        is_app_token = token == self.world.app.app_token
        raise SlackError("not_allowed_token_type" if is_app_token else "invalid_auth")

    def _open_connection(self, method: Method, token: str, given: Json) -> Json:
        if token != self.world.app.app_token:
            known = self.world.workspace_of_token(token) is not None
            raise SlackError("not_allowed_token_type" if known else "invalid_auth")
        check_arguments(method, given)
        return {"url": self.open_connection()}

    def _refusal(self, name: str) -> web.Response | None:
        planted = self.refusals.get(name)
        if planted is None:
            return None
        planted.times -= 1
        if planted.times <= 0:
            del self.refusals[name]
        wire = SlackError(planted.error).to_wire()
        if planted.retry_after_s is None:
            return web.json_response(wire)
        headers = {"Retry-After": str(planted.retry_after_s)}
        return web.json_response(wire, status=429, headers=headers)

    def _hold_to_table(self, method: Method | None, refusal: SlackError) -> None:
        """The table says which errors exist; an error outside it is a bug here."""
        known = self.table.common_errors | (method.errors if method else frozenset())
        if refusal.error not in known:
            log.error("%s answered %s, not in its table", method, refusal.error)
            refusal.error = "fatal_error"


def _token(request: web.Request, given: Json) -> str:
    """From the bearer header or the `token` argument; taken out of the arguments."""
    argument = given.pop("token", None)
    header = request.headers.get("authorization", "")
    scheme, _, bearer = header.partition(" ")
    token = bearer.strip() if scheme.lower() == "bearer" else ""
    token = token or (argument if isinstance(argument, str) else "")
    if not token:
        raise SlackError("not_authed")
    return token
