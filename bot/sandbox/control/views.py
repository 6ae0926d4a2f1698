"""What the control API answers: state, credentials, and what one person sees."""

from typing import Any

from bot.sandbox.actions.seat import Seat
from bot.sandbox.model.channel import Channel
from bot.sandbox.model.people import Person, Workspace
from bot.sandbox.model.world import World, may_see

Json = dict[str, Any]


def state(world: World, sockets: int) -> Json:
    """Workspaces, persons, channels, commands and the app; no secrets."""
    app = world.app
    commands = [
        {"name": c.name, "description": c.description, "usage": c.usage} for c in app.commands
    ]
    return {
        "workspaces": [_workspace(workspace) for workspace in world.workspaces.values()],
        "app": {
            "id": app.id,
            "name": app.name,
            "commands": commands,
            "scopes": sorted(app.scopes),
            "events": sorted(app.events),
            "request_url": app.request_url,
            "sockets": sockets,
        },
        "seq": world.feed.last_seq,
    }


def credentials(world: World, api_url: str) -> Json:
    """Everything an app needs to connect. Secrets of a stand-in, made at start."""
    return {
        "api_url": api_url,
        "app_id": world.app.id,
        "app_token": world.app.app_token,
        "signing_secret": world.app.signing_secret,
        "workspaces": [
            {
                "id": workspace.id,
                "name": workspace.name,
                "bot_token": workspace.bot_token,
                "bot_user_id": workspace.bot_user_id,
                "bot_id": workspace.bot_id,
            }
            for workspace in world.workspaces.values()
        ],
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
    }


def _workspace(workspace: Workspace) -> Json:
    channels = workspace.channels.values()
    return {
        "id": workspace.id,
        "name": workspace.name,
        "title": workspace.title,
        "bot_user_id": workspace.bot_user_id,
        "bot_id": workspace.bot_id,
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
        "home_team_id": person.home_team_id,
        "dm": channel.id if channel else None,
        "channels": [c.id for c in workspace.channels.values() if person.id in c.members],
    }
