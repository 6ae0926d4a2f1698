"""The life of an installation: it begins, its tokens change, it ends."""

import asyncio
from typing import Literal

from bot.sandbox.model.installing.organization import Organization
from bot.sandbox.model.installing.tokens import Token
from bot.sandbox.model.people import Workspace
from bot.sandbox.model.world import World

First = Literal["app_uninstalled", "tokens_revoked"]


def install(
    world: World,
    holder: Workspace | Organization,
    installed_by: str,
    scopes: frozenset[str],
    value: str | None = None,
) -> Token:
    """The app is in, with a token; `value` is the token to give, random if there is none."""
    life_s = world.faults.token_seconds if world.app.token_rotation else None
    token = world.tokens.issue(holder.id, scopes, installed_by, life_s=life_s, value=value)
    holder.installed, holder.bot_token = True, token.value
    return token


def renew(world: World, refresh: str) -> Token | None:
    """A new token for a refresh token, None if that is not good (any more)."""
    token = world.tokens.renew(refresh, world.faults.token_seconds)
    if token is not None and (holder := holder_of(world, token.holder)) is not None:
        holder.bot_token = token.value
    return token


def uninstall(
    world: World,
    holder: Workspace | Organization,
    first: First = "app_uninstalled",
    gap_s: float = 0.0,
) -> None:
    """The app is out and its tokens are dead at once; both events are sent, `first` first."""
    ended = end_tokens(world, holder, "account_inactive")
    holder.installed = False
    if isinstance(holder, Organization):
        holder.granted.clear()
    world.end_views()
    events: dict[str, dict[str, object]] = {
        "app_uninstalled": {"type": "app_uninstalled"},
        "tokens_revoked": _revoked(holder, ended),
    }
    second = next(name for name in events if name != first)
    tell(world, holder, events[first])
    if gap_s:
        later = asyncio.get_running_loop().call_later
        later(gap_s, tell, world, holder, events[second])
    else:
        tell(world, holder, events[second])


def revoke(world: World, holder: Workspace | Organization, *, tells: bool) -> None:
    """Its tokens are revoked; the app is told of it or not."""
    ended = end_tokens(world, holder, "token_revoked")
    if tells and ended:
        tell(world, holder, _revoked(holder, ended))


def grant(world: World, organization: Organization, workspace: Workspace, granted: bool) -> None:
    """The organization lets the app into one of its workspaces, or takes it out again."""
    if granted:
        organization.granted.add(workspace.id)
    else:
        organization.granted.discard(workspace.id)
        world.end_views()
    kind = "team_access_granted" if granted else "team_access_revoked"
    tell(world, organization, {"type": kind, "team_ids": [workspace.id]})


def end_tokens(world: World, holder: Workspace | Organization, word: str) -> list[Token]:
    """From now on its tokens are refused with this word."""
    holder.bot_token = ""
    return world.tokens.refuse(holder.id, word)


def holder_of(world: World, id_: str) -> Workspace | Organization | None:
    """The workspace or the organization of this id or short name."""
    return world.find_workspace(id_) or world.find_organization(id_)


def tell(world: World, holder: Workspace | Organization, event: dict[str, object]) -> None:
    """Send an event about the installation."""
    world.on_app_event(holder, event | {"event_ts": world.timestamps.next()})


def _revoked(holder: Workspace | Organization, ended: list[Token]) -> dict[str, object]:
    revoked = [holder.bot_user_id] if ended else []
    return {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": revoked}}
