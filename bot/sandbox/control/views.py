"""What the control API answers: state, credentials, and what one person sees."""

from typing import Any

from bot.sandbox.actions.seat import Seat
from bot.sandbox.model.channel import Channel
from bot.sandbox.model.installing.organization import Organization
from bot.sandbox.model.people import Person, Workspace
from bot.sandbox.model.world import World, may_see

Json = dict[str, Any]


def state(world: World, sockets: int) -> Json:
    """Workspaces, persons, channels, commands and the app; no secrets."""
    app = world.app
    commands = [
        {"name": c.name, "description": c.description, "usage": c.usage} for c in app.commands
    ]
    shortcuts = [
        {"callback_id": s.callback_id, "name": s.name, "description": s.description, "type": s.type}
        for s in app.shortcuts
    ]
    return {
        "workspaces": [_workspace(world, one) for one in world.workspaces.values()],
        "organizations": [_organization(one) for one in world.organizations.values()],
        "app": {
            "id": app.id,
            "name": app.name,
            "commands": commands,
            "shortcuts": shortcuts,
            "scopes": sorted(app.scopes),
            "events": sorted(app.events),
            "request_url": app.request_url,
            "request_urls": list(app.request_urls),
            "install_url": app.install_url,
            "sockets": sockets,
            "token_rotation": app.token_rotation,
        },
        "seq": world.feed.last_seq,
    }


def credentials(world: World) -> Json:
    """Everything an app needs to connect. Secrets of a stand-in, made at start."""
    app = world.app
    return {
        "api_url": world.api_url,
        "app_id": app.id,
        "app_token": app.app_token,
        "signing_secret": app.signing_secret,
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "authorize_url": f"{world.url}/oauth/v2/authorize",
        "workspaces": [_secrets(world, one) for one in world.workspaces.values() if one.installed],
        "organizations": [
            _secrets(world, one) for one in world.organizations.values() if one.installed
        ],
    }


def _secrets(world: World, holder: Workspace | Organization) -> Json:
    token = world.tokens.find(holder.bot_token)
    return {
        "id": holder.id,
        "name": holder.name,
        "bot_token": holder.bot_token,
        "refresh_token": token.refresh if token else None,
        "bot_user_id": holder.bot_user_id,
        "bot_id": holder.bot_id,
    }


def messages(seat: Seat) -> Json:
    """What the person sees of the conversation, oldest first, and its agent sessions."""
    channel = seat.channel
    seen = [m for m in channel.messages.values() if may_see(channel, m, seat.person)]
    return {
        "channel": channel_view(seat.workspace, channel),
        "messages": [message.to_page() for message in seen],
        "sessions": {ts: session.to_wire() for ts, session in channel.sessions.items()},
    }


def channel_view(workspace: Workspace, channel: Channel) -> Json:
    """A conversation as the page lists it; `label` is what scripts call it."""
    return {
        "id": channel.id,
        "name": channel.name,
        "label": channel.label,
        "kind": channel.kind,
        "members": sorted(channel.members),
        "people": list(workspace.names_of(channel.members)),
        "is_shared": channel.shared_with is not None,
        "is_archived": channel.archived,
    }


def _organization(organization: Organization) -> Json:
    return {
        "id": organization.id,
        "name": organization.name,
        "title": organization.title,
        "installed": organization.installed,
        "granted": sorted(organization.granted),
        "admins": [person.name for person in organization.admins.values()],
    }


def _workspace(world: World, workspace: Workspace) -> Json:
    organization = world.organization_of(workspace)
    channels = workspace.channels.values()
    return {
        "id": workspace.id,
        "name": workspace.name,
        "title": workspace.title,
        "bot_user_id": workspace.bot_user_id,
        "bot_id": workspace.bot_id,
        "installed": world.serves(workspace),
        "organization": organization.name if organization else None,
        "persons": [_person(workspace, person) for person in workspace.persons.values()],
        "channels": [channel_view(workspace, c) for c in channels if c.kind != "im"],
    }


def _person(workspace: Workspace, person: Person) -> Json:
    channel = workspace.direct_message(person.id)
    return {
        "id": person.id,
        "name": person.name,
        "real_name": person.real_name,
        "title": person.title,
        "kind": person.kind,
        "deleted": person.deleted,
        "home_team_id": person.home_team_id,
        "dm": channel.id if channel else None,
        "channels": [c.id for c in workspace.channels.values() if person.id in c.members],
    }
