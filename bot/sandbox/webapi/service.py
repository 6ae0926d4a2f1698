"""The Web API as an aiohttp handler: token, scopes, arguments, method, answer."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from bot.sandbox.model.installing.tokens import Token
from bot.sandbox.model.people import Workspace
from bot.sandbox.model.world import World
from bot.sandbox.webapi.arguments import (
    check_arguments,
    read_arguments,
    read_client,
    read_token,
)
from bot.sandbox.webapi.call import Call, Json, SlackError, TokenCall, require_scope
from bot.sandbox.webapi.limits import RateLimits
from bot.sandbox.webapi.methods import HANDLERS, TOKEN_HANDLERS
from bot.sandbox.webapi.methods.installing import oauth_access
from bot.sandbox.webapi.table import Method, Table

log = logging.getLogger(__name__)

OpenConnection = Callable[[], str]
_EXCHANGE = "oauth.v2.access"
_CONNECT = "apps.connections.open"


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
    limits: RateLimits = field(default_factory=RateLimits)

    def refuse(self, method: str, refusal: Refusal) -> None:
        """Plant a failure; it takes the place of one planted before."""
        if refusal.times > 0:
            self.refusals[method] = refusal
        else:
            self.refusals.pop(method, None)

    async def handle(self, request: web.Request) -> web.Response:
        """`/api/METHOD`, GET or POST, with the troubles that are switched on."""
        name = request.match_info["method"]
        faults, dice = self.world.faults, self.world.dice
        if dice.happens(faults.server_errors, "server_errors", name):
            response = web.json_response({"ok": False, "error": "service_unavailable"}, status=503)
        else:
            response = await self._respond(request, name)
        if faults.slow_s:
            await asyncio.sleep(faults.slow_s)
        lost = dice.happens(faults.lost_answers, "lost_answers", name)
        if lost and response.status == 200 and request.transport is not None:
            request.transport.abort()
        return response

    async def _respond(self, request: web.Request, name: str) -> web.Response:
        method = self.table.methods.get(name)
        try:
            if method is None or name in self.unserved:
                raise SlackError("unknown_method", req_method=name)
            given = await read_arguments(request)
            value = read_client(request, given) if name == _EXCHANGE else read_token(request, given)
            token = self.world.tokens.find(value)
            refused = self._refusal(name) or self._limited(method, token, given)
            if refused is not None:
                return refused
            answer = self._answer(method, value, token, given)
        except SlackError as refusal:
            self._hold_to_table(method, refusal)
            return web.json_response(refusal.to_wire())
        headers = {"x-oauth-scopes": ",".join(sorted(token.scopes))} if token else {}
        return web.json_response({"ok": True, **answer}, headers=headers)

    def _limited(self, method: Method, token: Token | None, given: Json) -> web.Response | None:
        if not self.world.faults.rate_limits or token is None:
            return None
        whole = token.holder in self.world.organizations
        holder = str(given.get("team_id")) if whole else token.holder
        wait_s = self.limits.wait_s(method, holder, str(given.get("channel")))
        return _too_many(SlackError("ratelimited"), wait_s) if wait_s else None

    def _answer(self, method: Method, value: str, token: Token | None, given: Json) -> Json:
        team_id = given.pop("team_id", None)
        if method.name == _EXCHANGE:
            return oauth_access(self.world, check_arguments(method, given))
        if value == self.world.app.app_token or method.name == _CONNECT:
            return self._open_connection(method, value, token, given)
        if token is None:
            raise SlackError("invalid_auth")
        if token.trouble is not None:
            raise SlackError(token.trouble)
        if method.scopes:
            require_scope(token, *method.scopes)
        if method.name in TOKEN_HANDLERS:
            checked = check_arguments(method, given)
            return TOKEN_HANDLERS[method.name](TokenCall(self.world, token, checked))
        workspace = self._workspace(token, team_id)
        checked = check_arguments(method, given)
        return HANDLERS[method.name](Call(self.world, token, workspace, checked))

    def _workspace(self, token: Token, team_id: object) -> Workspace:
        """The workspace a call is about: the token's own, or the one it names with the token of
        an organization."""
        reach = self.world.reach_of(token)
        if token.holder not in self.world.organizations:
            return reach[0]
        if not team_id:
            raise SlackError("missing_argument", "team_id is needed with an organization's token")
        workspace = self.world.workspaces.get(str(team_id))
        if workspace is None or workspace.organization_id != token.holder:
            raise SlackError("team_not_found")
        if workspace not in reach:
            raise SlackError("team_access_not_granted")
        return workspace

    def _open_connection(
        self, method: Method, value: str, token: Token | None, given: Json
    ) -> Json:
        """Only here an app-level token is what is asked for, and only that."""
        if method.name != _CONNECT or token is not None:
            raise SlackError("not_allowed_token_type")
        if value != self.world.app.app_token:
            raise SlackError("invalid_auth")
        check_arguments(method, given)
        return {"url": self.open_connection()}

    def _refusal(self, name: str) -> web.Response | None:
        planted = self.refusals.get(name)
        if planted is None:
            return None
        planted.times -= 1
        if planted.times <= 0:
            del self.refusals[name]
        if planted.retry_after_s is None:
            return web.json_response(SlackError(planted.error).to_wire())
        return _too_many(SlackError(planted.error), planted.retry_after_s)

    def _hold_to_table(self, method: Method | None, refusal: SlackError) -> None:
        """The table says which errors exist; an error outside it is a bug here."""
        known = self.table.common_errors | (method.errors if method else frozenset())
        if refusal.error not in known:
            log.error("%s answered %s, not in its table", method, refusal.error)
            refusal.error = "fatal_error"


def _too_many(refusal: SlackError, wait_s: int) -> web.Response:
    headers = {"Retry-After": str(wait_s)}
    return web.json_response(refusal.to_wire(), status=429, headers=headers)
