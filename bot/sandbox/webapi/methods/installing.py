"""oauth.v2.access, auth.* and apps.uninstall: the token itself, and the installation behind it."""

from bot.sandbox.model.installing.codes import Consent
from bot.sandbox.model.installing.organization import Organization
from bot.sandbox.model.installing.tokens import Token
from bot.sandbox.model.people import Workspace
from bot.sandbox.model.world import World
from bot.sandbox.oauth.installations import holder_of, install, renew, revoke, uninstall
from bot.sandbox.webapi.call import Json, SlackError, TokenCall, TokenHandler


def oauth_access(world: World, arguments: Json) -> Json:
    """A token for a code, or a new one for a refresh token."""
    _check_client(world, arguments)
    grant_type = arguments.get("grant_type") or "authorization_code"
    if grant_type == "authorization_code":
        consent = world.codes.take(str(arguments.get("code")))
        if consent is None:
            raise SlackError("invalid_code")
        return _exchange(world, consent, arguments)
    if grant_type != "refresh_token":
        raise SlackError("invalid_grant_type")
    token = renew(world, str(arguments.get("refresh_token")))
    if token is None:
        raise SlackError("invalid_refresh_token")
    return _answer(world, token)


def auth_test(call: TokenCall) -> Json:
    """Who this token is."""
    holder, world = _holder(call), call.world
    whole = isinstance(holder, Organization)
    organization = holder if whole else world.organization_of(_workspace(holder))
    return {
        "url": f"https://{holder.name}.slack.invalid/",
        "team": holder.title,
        "user": world.app.name.lower(),
        "team_id": holder.id,
        "user_id": holder.bot_user_id,
        "bot_id": holder.bot_id,
        **({"enterprise_id": organization.id} if organization else {}),
        "is_enterprise_install": whole,
    }


def auth_revoke(call: TokenCall) -> Json:
    """From now on this token is refused. With `test` it stays what it is."""
    if not call.arguments.get("test"):
        revoke(call.world, _holder(call), tells=True)
    return {"revoked": not call.arguments.get("test")}


def auth_teams_list(call: TokenCall) -> Json:
    """The workspaces this token speaks for, a page of them."""
    cursor = str(call.arguments.get("cursor") or "")
    if cursor and not cursor.removeprefix("next:").isdigit():
        raise SlackError("invalid_cursor")
    given = call.arguments.get("limit")
    limit = 100 if given is None else int(given)
    if not 1 <= limit <= 1_000:
        raise SlackError("invalid_limit")
    start = int(cursor.removeprefix("next:") or 0)
    reach = call.world.reach_of(call.token)
    shown = [{"id": each.id, "name": each.title} for each in reach[start : start + limit]]
    is_last = start + limit >= len(reach)
    next_cursor = "" if is_last else f"next:{start + limit}"
    return {"teams": shown, "response_metadata": {"next_cursor": next_cursor}}


def apps_uninstall(call: TokenCall) -> Json:
    """The app takes itself out."""
    _check_client(call.world, call.arguments)
    uninstall(call.world, _holder(call))
    return {}


def _check_client(world: World, arguments: Json) -> None:
    if arguments.get("client_id") != world.app.client_id:
        raise SlackError("invalid_client_id")
    if arguments.get("client_secret") != world.app.client_secret:
        raise SlackError("bad_client_secret")


def _exchange(world: World, consent: Consent, arguments: Json) -> Json:
    if arguments.get("redirect_uri") != consent.redirect_uri:
        raise SlackError("bad_redirect_uri")
    holder = holder_of(world, consent.holder)
    if holder is None:
        raise SlackError("invalid_code")
    organization = world.organization_of(holder) if isinstance(holder, Workspace) else None
    if organization is not None and organization.installed:
        raise SlackError("cannot_install_an_org_installed_app")
    return _answer(world, install(world, holder, consent.person, consent.scopes))


def _answer(world: World, token: Token) -> Json:
    holder = holder_of(world, token.holder)
    assert holder is not None
    workspace = holder if isinstance(holder, Workspace) else None
    organization = world.organization_of(workspace) if workspace else holder
    enterprise = {"id": organization.id, "name": organization.title} if organization else None
    answer: Json = {
        "access_token": token.value,
        "token_type": "bot",
        "scope": ",".join(sorted(token.scopes)),
        "bot_user_id": holder.bot_user_id,
        "app_id": world.app.id,
        "team": {"id": workspace.id, "name": workspace.title} if workspace else None,
        "enterprise": enterprise,
        "authed_user": {"id": token.installed_by},
        "is_enterprise_install": workspace is None,
    }
    if token.refresh is None:
        return answer
    return answer | {"expires_in": token.life_s, "refresh_token": token.refresh}


def _holder(call: TokenCall) -> Workspace | Organization:
    holder = holder_of(call.world, call.token.holder)
    if holder is None:
        raise SlackError("account_inactive")
    return holder


def _workspace(holder: Workspace | Organization) -> Workspace:
    assert isinstance(holder, Workspace)
    return holder


TOKEN_HANDLERS: dict[str, TokenHandler] = {
    "auth.test": auth_test,
    "auth.revoke": auth_revoke,
    "auth.teams.list": auth_teams_list,
    "apps.uninstall": apps_uninstall,
}
