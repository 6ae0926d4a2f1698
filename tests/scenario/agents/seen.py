"""What persons of Northwind read of the app, as it stands in the sandbox now."""

from dataclasses import replace

from core.conversations.review.list_ratings import list_ratings


def workspace_of(stage):
    return stage.sandbox.world.find_workspace("northwind")


def channel_of(stage, name):
    return next(one for one in workspace_of(stage).channels.values() if one.name == name)


def direct_of(stage, name):
    return workspace_of(stage).direct_message(stage.person_id(name))


def messages_in(stage, channel):
    """The app's messages that still stand there, oldest first."""
    ours = stage.sandbox.world.app.id
    return [one for one in channel.messages.values() if one.app_id == ours and not one.deleted]


def read_in(stage, channel):
    world = stage.sandbox.world
    return [world.read(workspace_of(stage), one) for one in messages_in(stage, channel)]


async def ratings_of(stage):
    """What admins see of the ratings."""
    channels = stage.product.services.staff.channels
    ana = stage.person_id("ana")
    return await list_ratings(stage.tenants["northwind"], channels, person_id=ana, reference="t")


def leave(stage, channel):
    """AEGIS is no member there (any more)."""
    channel.members.discard(workspace_of(stage).bot_user_id)


def join(stage, channel):
    channel.members.add(workspace_of(stage).bot_user_id)


def comes_in(stage, name, channel):
    """A person joins a channel of Northwind's, by its name; Slack tells us nothing."""
    channel_of(stage, channel).members.add(stage.person_id(name))


def goes_out(stage, name, channel):
    channel_of(stage, channel).members.discard(stage.person_id(name))


def becomes(stage, name, kind):
    """Slack has not told us yet."""
    persons, person_id = workspace_of(stage).persons, stage.person_id(name)
    persons[person_id] = replace(persons[person_id], kind=kind)


def becomes_a_guest(stage, name):
    becomes(stage, name, "guest")
