"""`/ask [agent] question`: the question where all can read it, the answer in a thread below."""

from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from core.agents.choose_agent import Choice, split_ask
from core.agents.load_roster import load_roster_for
from core.conversations.model import About, Outgoing, Place, Question
from core.conversations.outbox import post
from core.conversations.ports import UNKNOWN, CannotPost
from core.conversations.turns.run_turn import run_turn
from core.services import Services
from core.tenancy.model import Person
from handlers.blocks.questions import PERHAPS_ASKED, asked_directly, asked_message, partly_read
from handlers.blocks.refusals import nothing_asked
from handlers.commands.admitting import admitted
from handlers.commands.typed import Command, read_command, respond


def register(app: AsyncApp, services: Services) -> None:
    @app.command("/ask")
    async def ask(ack: AsyncAck, command: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        await admitted(services, read_command(command, context), _ask)


async def _ask(services: Services, command: Command, person: Person) -> None:
    roster, chooser = await load_roster_for(command.tenant, person.person_id)
    choice = split_ask(roster, command.text, chooser)
    if not choice.question.strip():
        await respond(services, command, nothing_asked())
        return
    place = await _put(services, command, choice)
    question = Question(
        event=command.inbox.id,
        event_key=command.inbox.event_id,
        place=place,
        text=choice.question,
        agent=choice.agent.key,
        because=choice.reason,
        # What was typed where we are not a member is answered to that person alone: they may share it.
        about=About(command.channel) if place.private else None,
    )
    if command.left_out:
        await respond(services, command, partly_read(command.left_out))
    await run_turn(command.tenant, services.staff, question)


async def _put(services: Services, command: Command, choice: Choice) -> Place:
    """Post the question, in the person's direct message where the channel is closed to us. Raises
    CannotPost where it may stand already: asked once more elsewhere, it would be there twice."""
    words = asked_message(command.person_id, choice.agent, choice.question)
    root = Outgoing(command.channel, words)
    key, messenger = f"ask:{command.inbox.event_id}", services.staff.messenger
    try:
        ts = await post(command.tenant, messenger, root, key=key)
    except CannotPost as closed:
        if closed.reason == UNKNOWN:
            raise CannotPost(PERHAPS_ASKED, UNKNOWN) from closed
        direct = await messenger.open_direct(command.tenant, command.person_id)
        root = replace(root, channel=direct, text=asked_directly(words, str(closed)))
        ts = await post(command.tenant, messenger, root, key=f"{key}:direct")
    private = root.channel.startswith("D")
    return Place(command.team_id, root.channel, ts, command.person_id, private=private)
