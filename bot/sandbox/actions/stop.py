"""A person presses Stop while an agent works."""

from bot.sandbox.actions.seat import Refused, Seat, find_thread
from bot.sandbox.model.world import World


def stop(world: World, seat: Seat, thread_ts: str) -> list[str]:
    """Freeze the app's live streams in the thread and tell it; their timestamps.

    Slack leaves the session's status alone: the app moves it.

    Raises:
        Refused: no such thread, or nothing in it to stop.
    """
    thread = find_thread(seat, thread_ts)
    if thread is None:
        raise Refused("Say which thread to stop.")
    session = seat.channel.sessions.get(thread)
    streaming = [
        message
        for message in seat.channel.replies(thread)
        if message.stream is not None and message.stream.state == "live"
    ]
    if not streaming and (session is None or session.status != "processing"):
        raise Refused("There is nothing to stop in this thread.")
    for message in streaming:
        assert message.stream is not None
        message.stream.state = "stopped_by_user"
        world.show(seat.workspace, seat.channel, message, "update")
    stopped = [message.ts for message in streaming]
    event = {
        "type": "agent_session_stopped",
        "channel": seat.channel.id,
        "thread_ts": thread,
        "user": seat.person.id,
        "streaming_message_ts": stopped,
        "event_ts": world.timestamps.next(),
    }
    world.on_event(seat.workspace, seat.channel, event)
    return stopped
