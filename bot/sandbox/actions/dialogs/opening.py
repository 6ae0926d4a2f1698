"""A person opens the app, or uses one of its shortcuts."""

from bot.sandbox.actions.dialogs.windows import Glass
from bot.sandbox.actions.interaction import interaction
from bot.sandbox.actions.seat import Refused, Seat
from bot.sandbox.delivery.parcel import Answer, Json, Parcel
from bot.sandbox.delivery.replies import Occasion, Replies
from bot.sandbox.model.dialogs.view import view_wire
from bot.sandbox.model.message import Message
from bot.sandbox.model.world import may_see


def open_app(glass: Glass, tab: str) -> None:
    """`app_home_opened`, with the Home there is, if there is one.

    Raises:
        Refused: there is no such tab.
    """
    if tab not in ("home", "messages"):
        raise Refused("`tab` is home or messages.")
    world, workspace, person = glass.world, glass.workspace, glass.person
    channel = workspace.direct_message(person.id)
    event: Json = {
        "type": "app_home_opened",
        "user": person.id,
        "channel": channel.id if channel else "",
        "tab": tab,
        "event_ts": world.timestamps.next(),
    }
    home = world.homes.find(workspace.id, person.id)
    if home is not None and tab == "home":
        values = glass.state(home, {})
        event["view"] = view_wire(world.app, workspace, home, values)
    world.on_event(workspace, None, event)


async def use_shortcut(
    glass: Glass, callback_id: str, about: Json | None = None
) -> tuple[Answer, str]:
    """A global shortcut, or one on the message that *about* tells of; the app's answer, and the
    trigger it was given."""
    kind = "shortcut" if about is None else "message_action"
    payload = interaction(glass.world, glass.workspace, glass.person, kind)
    payload |= {"callback_id": callback_id, "action_ts": glass.world.timestamps.next()}
    parcel = Parcel(
        kind="interactivity", payload=payload | (about or {}), workspace=glass.workspace.name
    )
    return await glass.courier.ask(parcel), str(payload["trigger_id"])


def about_message(replies: Replies, seat: Seat, ts: str) -> Json:
    """What a payload says of a message the person sees. Raises Refused."""
    message = _message(seat, ts)
    occasion = Occasion(workspace=seat.workspace, channel=seat.channel, person=seat.person)
    name = "directmessage" if seat.channel.kind == "im" else seat.channel.name
    return {
        "message": message.to_wire(),
        "message_ts": ts,
        "channel": {"id": seat.channel.id, "name": name},
        "response_url": replies.issue(occasion, "actions"),
    }


def _message(seat: Seat, ts: str) -> Message:
    message = seat.channel.public(ts)
    if message is None or not may_see(seat.channel, message, seat.person):
        raise Refused(f"There is no message {ts} in {seat.channel.label}.", 404)
    return message
