"""More workspaces, and the end or the trouble of an installation."""

from aiohttp import web

from bot.sandbox.actions.seat import Refused, find_workspace
from bot.sandbox.control.desk import Desk, Routes, flag, number, read_body, text
from bot.sandbox.model.installing.organization import Organization
from bot.sandbox.model.people import Workspace
from bot.sandbox.model.world import World
from bot.sandbox.oauth.installations import First, grant, holder_of, revoke, uninstall
from bot.sandbox.opening import add_workspaces

_MOST_WORKSPACES = 10_000
_FIRST: dict[str, First] = {
    "app_uninstalled": "app_uninstalled",
    "tokens_revoked": "tokens_revoked",
}


async def make_workspaces(desk: Desk, request: web.Request) -> web.Response:
    """So many small workspaces more, with the app installed."""
    count = int(number((await read_body(request, {"count"})).get("count"), "count"))
    if len(desk.world.workspaces) + count > _MOST_WORKSPACES:
        raise Refused("There would be more than 10,000 workspaces.")
    made = add_workspaces(desk.world, count)
    return web.json_response({"workspaces": [workspace.name for workspace in made]})


async def end(desk: Desk, request: web.Request) -> web.Response:
    """The app is taken out of a workspace or an organization."""
    body = await read_body(request, {"workspace", "first", "gap_s"})
    first = _FIRST.get(text(body, "first") or "app_uninstalled")
    if first is None:
        raise Refused("`first` is app_uninstalled or tokens_revoked.")
    holder = _installed(desk.world, text(body, "workspace"))
    uninstall(desk.world, holder, first, number(body.get("gap_s"), "gap_s", 0))
    return web.json_response({})


async def expire_token(desk: Desk, request: web.Request) -> web.Response:
    """The access token has expired now; the refresh token is good."""
    body = await read_body(request, {"workspace"})
    desk.world.tokens.expire(_installed(desk.world, text(body, "workspace")).id)
    return web.json_response({})


async def revoke_token(desk: Desk, request: web.Request) -> web.Response:
    """The token is dead and nobody is told."""
    body = await read_body(request, {"workspace"})
    revoke(desk.world, _installed(desk.world, text(body, "workspace")), tells=False)
    return web.json_response({})


async def grant_workspace(desk: Desk, request: web.Request) -> web.Response:
    """An organization lets the app into one of its workspaces, or takes it out."""
    body = await read_body(request, {"organization", "workspace", "granted"})
    organization = desk.world.find_organization(text(body, "organization"))
    if organization is None:
        raise Refused("There is no such organization.", 404)
    workspace = find_workspace(desk.world, text(body, "workspace"))
    if workspace.organization_id != organization.id:
        raise Refused(f"{workspace.name} is not in {organization.name}.")
    if not organization.installed:
        raise Refused(f"The app is not installed in {organization.name}.")
    grant(desk.world, organization, workspace, granted=flag(body, "granted"))
    return web.json_response({"granted": sorted(organization.granted)})


def _installed(world: World, name: str) -> Workspace | Organization:
    """A workspace or an organization that has the app."""
    holder = holder_of(world, name)
    if holder is None:
        raise Refused(f"There is no workspace or organization “{name}”.", 404)
    if not holder.installed:
        raise Refused(f"The app is not installed in {holder.name} by itself.")
    return holder


ROUTES: Routes = {
    ("POST", "/sandbox/workspaces"): make_workspaces,
    ("POST", "/sandbox/uninstall"): end,
    ("POST", "/sandbox/expire_token"): expire_token,
    ("POST", "/sandbox/revoke_token"): revoke_token,
    ("POST", "/sandbox/grant"): grant_workspace,
}
