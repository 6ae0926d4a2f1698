"""A person clicks a button of a message, or picks in a menu of it."""

from bot.sandbox.actions.command import show_answer
from bot.sandbox.actions.dialogs.elements import find_action
from bot.sandbox.actions.interaction import interaction
from bot.sandbox.actions.seat import Refused, Seat
from bot.sandbox.delivery.courier import Courier
from bot.sandbox.delivery.parcel import Json, Parcel
from bot.sandbox.delivery.replies import Occasion, Replies
from bot.sandbox.model.message import Message
from bot.sandbox.model.world import World, may_see


async def click(
    world: World, courier: Courier, replies: Replies, seat: Seat, ts: str, wanted: Json
) -> None:
    """Press the button with this `action_id`, `text` or `value` (or pick `selected` in the menu with
    this `action_id`) and show what the app answers.

    Raises:
        Refused: the person sees no such message, or it has no such button.
    """
    message = seat.channel.messages.get(ts)
    if message is None or not may_see(seat.channel, message, seat.person):
        raise Refused(f"There is no message {ts} in {seat.channel.label}.", 404)
    action = find_action(seat.workspace, message.blocks, wanted)
    if action is None:
        raise Refused("That message has no such button.", 404)
    if not world.serves(seat.workspace):
        raise Refused(f"The app is not in {seat.workspace.name} any more.")
    occasion = Occasion(
        workspace=seat.workspace, channel=seat.channel, person=seat.person, source=message
    )
    action["action_ts"] = world.timestamps.next()
    response_url = replies.issue(occasion, "actions")
    payload = _payload(world, seat, message, action, response_url)
    answer = await courier.ask(
        Parcel(kind="interactivity", payload=payload, workspace=seat.workspace.name)
    )
    if not answer.arrived:
        show_answer(replies, occasion, answer, "That did not work:")


def _payload(world: World, seat: Seat, message: Message, action: Json, response_url: str) -> Json:
    workspace, channel = seat.workspace, seat.channel
    ephemeral = message.ephemeral_to is not None
    container: Json = {"type": "message", "message_ts": message.ts, "channel_id": channel.id}
    container |= {"is_ephemeral": ephemeral}
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    payload = interaction(world, workspace, seat.person, "block_actions") | {
        "container": container,
        "channel": {
            "id": channel.id,
            "name": "directmessage" if channel.kind == "im" else channel.name,
        },
        "state": {"values": {}},
        "response_url": response_url,
        "actions": [action],
    }
    # Slack keeps no copy of an ephemeral message, so the payload has none.
    return payload if ephemeral else payload | {"message": message.to_wire()}
