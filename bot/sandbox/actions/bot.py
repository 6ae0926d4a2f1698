"""Another app's bot says something."""

from bot.sandbox.actions.markup import markup
from bot.sandbox.actions.seat import Refused
from bot.sandbox.model.channel import Channel
from bot.sandbox.model.ids import fixed_id
from bot.sandbox.model.message import Json, Message
from bot.sandbox.model.people import Bot, Workspace
from bot.sandbox.model.world import World

_NAME = "Relay"


def bot_says(
    world: World,
    workspace: Workspace,
    channel: Channel,
    typed: str,
    *,
    thread_ts: str | None = None,
    classic: bool = False,
    outside: bool = False,
) -> Message:
    """Post it as the app “Relay”: with a bot user as apps do now, or in the `classic` form of an
    old webhook (`bot_message`, no user); `outside` makes it the Slack Connect partner's.

    Raises:
        Refused: nothing to say, the channel is archived, or not shared with another company.
    """
    if not typed.strip() or channel.archived:
        raise Refused("There is nothing to say, or the conversation is archived.")
    if outside and channel.shared_with is None:
        raise Refused(f"{channel.label} is not shared with another company.")
    home = channel.shared_with if outside and channel.shared_with else workspace.id
    bot = _bot(workspace, home)
    channel.members.add(bot.user_id)
    text, blocks = markup(typed, world.app, workspace)
    message = Message(
        ts=world.timestamps.next(),
        user="" if classic else bot.user_id,
        subtype="bot_message" if classic else None,
        username=bot.name if classic else None,
        team=home,
        bot_id=bot.bot_id,
        app_id=bot.app_id,
        bot_profile=_profile(bot),
        text=text,
        blocks=blocks,
        thread_ts=thread_ts,
    )
    world.post(workspace, channel, message)
    return message


def _bot(workspace: Workspace, home: str) -> Bot:
    user_id = fixed_id("U", home, "relay")
    if user_id not in workspace.bots:
        workspace.bots[user_id] = Bot(
            user_id=user_id,
            bot_id=fixed_id("B", home, "relay"),
            app_id=fixed_id("A", "relay"),
            name=_NAME,
            team_id=home,
        )
    return workspace.bots[user_id]


def _profile(bot: Bot) -> Json:
    return {
        "id": bot.bot_id,
        "app_id": bot.app_id,
        "name": bot.name,
        "team_id": bot.team_id,
        "deleted": False,
        "updated": 1_767_225_600,
    }
