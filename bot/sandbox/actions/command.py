"""A person runs a slash command."""

from bot.sandbox.actions.interaction import new_trigger
from bot.sandbox.actions.markup import command_words
from bot.sandbox.actions.seat import Refused, Seat
from bot.sandbox.delivery.courier import Courier
from bot.sandbox.delivery.parcel import Answer, Json, Parcel
from bot.sandbox.delivery.replies import Occasion, Replies, refusal_of
from bot.sandbox.model.world import World


async def run_command(
    world: World, courier: Courier, replies: Replies, seat: Seat, typed: str, thread: str | None
) -> None:
    """Send `/name words` to the app and show what it answers.

    Raises:
        Refused: the text is no command.
    """
    name, _, words = typed.strip().partition(" ")
    if not name.startswith("/") or len(name) < 2:
        raise Refused("A command begins with a slash, such as /ask.")
    occasion = Occasion(workspace=seat.workspace, channel=seat.channel, person=seat.person)
    if not world.serves(seat.workspace) or name not in {
        command.name for command in world.app.commands
    }:
        replies.notice(occasion, f"`{name}` is not a valid command.", thread)
        return
    if thread:
        replies.notice(occasion, f"{name} is not supported in threads. Sorry!", thread)
        return
    payload = _payload(world, seat, name, words.strip(), replies.issue(occasion, "commands"))
    answer = await courier.ask(
        Parcel(kind="commands", payload=payload, workspace=seat.workspace.name)
    )
    show_answer(replies, occasion, answer, f"{name} failed with the error")


def show_answer(replies: Replies, occasion: Occasion, answer: Answer, failed: str) -> None:
    """What came back at once: nothing, words, or a message; a failure in Slack's words."""
    if not answer.arrived:
        late = answer.reason == "http_timeout"
        word = "operation_timeout" if late else "dispatch_failed"
        replies.notice(occasion, f"{failed} “{word}”")
        return
    body = {"text": answer.body} if isinstance(answer.body, str) else answer.body
    if not body or set(body) <= {"response_type", "ok"}:
        return
    if refusal_of(body):
        replies.notice(occasion, f"{failed} “invalid_command_response”")
        return
    replies.show(occasion, body)


def _payload(world: World, seat: Seat, name: str, words: str, response_url: str) -> Json:
    channel = seat.channel
    spoken = {"im": "directmessage", "group": "privategroup"}.get(channel.kind, channel.name)
    return {
        "token": world.app.verification_token,
        "team_id": seat.workspace.id,
        "team_domain": seat.workspace.name,
        "channel_id": channel.id,
        "channel_name": spoken,
        "user_id": seat.person.id,
        "user_name": seat.person.name,
        "command": name,
        "text": command_words(words, world.app, seat.workspace),
        "api_app_id": world.app.id,
        **_enterprise(world, seat),
        "response_url": response_url,
        "trigger_id": new_trigger(world, seat.workspace, seat.person),
    }


def _enterprise(world: World, seat: Seat) -> Json:
    organization = world.organization_of(seat.workspace)
    if organization is None:
        return {"is_enterprise_install": "false"}
    whole = "false" if seat.workspace.installed else "true"
    named = {"enterprise_id": organization.id, "enterprise_name": organization.title}
    return named | {"is_enterprise_install": whole}
