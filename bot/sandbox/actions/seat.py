"""Where a person acts: their workspace, themselves, a conversation they are in."""

from dataclasses import dataclass

from bot.sandbox.model.channel import Channel
from bot.sandbox.model.people import Person, Workspace
from bot.sandbox.model.world import World


class Refused(Exception):
    """Words for whoever drives the sandbox; `status` is 400 or 404."""

    def __init__(self, words: str, status: int = 400) -> None:
        super().__init__(words)
        self.status = status


@dataclass(frozen=True)
class Seat:
    """A person in a conversation."""

    workspace: Workspace
    person: Person
    channel: Channel


def find_seat(world: World, workspace_name: str, person_name: str, place: str) -> Seat:
    """Look the three up.

    Raises:
        Refused: one of them does not exist, or the person is not in the conversation.
    """
    workspace = find_workspace(world, workspace_name)
    person = find_person(workspace, person_name)
    channel = workspace.find_channel(place, person)
    if channel is None:
        names = ", ".join(c.label for c in workspace.channels.values() if c.kind != "im")
        raise Refused(f"There is no conversation “{place}” here. Use dm, {names}.", 404)
    if person.id not in channel.members:
        raise Refused(f"{person.name} is not in {channel.label}.")
    return Seat(workspace, person, channel)


def find_workspace(world: World, id_or_name: str) -> Workspace:
    """Raises: Refused, naming the workspaces there are."""
    workspace = world.find_workspace(id_or_name)
    if workspace is None:
        names = ", ".join(w.name for w in world.workspaces.values())
        raise Refused(f"There is no workspace “{id_or_name}”. There are: {names}.", 404)
    return workspace


def find_person(workspace: Workspace, id_or_name: str) -> Person:
    """Raises: Refused, naming the persons there are."""
    person = workspace.find_person(id_or_name)
    if person is None:
        names = ", ".join(p.name for p in workspace.persons.values())
        raise Refused(f"There is no “{id_or_name}” in {workspace.name}. There are: {names}.", 404)
    return person


def find_thread(seat: Seat, thread_ts: str | None) -> str | None:
    """The first message's ts of the thread `thread_ts` is in.

    Raises:
        Refused: there is no such message in the conversation.
    """
    if not thread_ts:
        return None
    message = seat.channel.public(thread_ts)
    if message is None:
        raise Refused(f"There is no message {thread_ts} in {seat.channel.label}.", 404)
    return message.thread
