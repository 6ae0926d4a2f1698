"""Slash commands: `/ask [agent] question` and `/aegis help | agents | kb`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from core.agents.choose_agent import split_ask
from core.conversations.model import Outgoing, Place, Question
from core.conversations.outbox import post
from core.conversations.ports import CannotPost
from core.conversations.run_turn import run_turn
from core.db.tenant import TenantContext
from core.jobs.model import InboxEvent
from core.kernel.errors import DomainError
from core.knowledge.list_documents import list_documents
from core.knowledge.model import Asker
from core.services import Services
from core.tenancy.recognize_person import recognize_person
from handlers.blocks.agents import agents_list
from handlers.blocks.documents import documents_list
from handlers.blocks.help import help_page, unknown_subcommand
from handlers.blocks.questions import asked_message
from handlers.blocks.refusals import explained, nothing_asked, refused
from handlers.blocks.rendered import Rendered
from handlers.hearing import plain

Effect = Callable[[Services, "Command"], Awaitable[None]]

SUBCOMMANDS = ("help", "agents", "kb")


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command as it was typed."""

    tenant: TenantContext
    inbox: InboxEvent
    team_id: str
    channel: str
    person_id: str
    text: str
    response_url: str


def register(app: AsyncApp, services: Services) -> None:
    @app.command("/ask")
    async def ask(ack: AsyncAck, command: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        await _explained(services, _typed(command, context), _ask)

    @app.command("/aegis")
    async def aegis(ack: AsyncAck, command: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        await _explained(services, _typed(command, context), _aegis)


async def _explained(services: Services, command: Command, do: Effect) -> None:
    """Who may not ask may not command either; what goes wrong in words is told in words."""
    try:
        person = await recognize_person(
            command.tenant, services.directory, command.person_id, home_team=None
        )
        if person.may_ask:
            await do(services, command)
        else:
            await _respond(services, command, refused(person.standing))
    except DomainError as error:
        await _respond(services, command, explained(str(error)))


async def _aegis(services: Services, command: Command) -> None:
    word = (command.text.split() or ["help"])[0].lower()
    roster = services.staff.roster
    if word == "help":
        words = help_page(roster)
    elif word == "agents":
        words = agents_list(roster)
    elif word == "kb":
        asker = Asker(command.person_id, private=True)  # the list is shown to that person alone
        words = documents_list(await list_documents(command.tenant, asker=asker))
    else:
        nearest = get_close_matches(word, SUBCOMMANDS, n=1, cutoff=0.4)
        words = unknown_subcommand(word, nearest[0] if nearest else None)
    await _respond(services, command, words)


async def _ask(services: Services, command: Command) -> None:
    """Put the question where all in the channel can read it, and answer below it in the thread."""
    choice = split_ask(services.staff.roster, command.text)
    if not choice.question.strip():
        await _respond(services, command, nothing_asked())
        return
    words = asked_message(command.person_id, choice.agent, choice.question)
    root = Outgoing(command.channel, words)
    key, messenger = f"ask:{command.inbox.event_id}", services.staff.messenger
    try:
        ts = await post(command.tenant, messenger, root, key=key)
    except CannotPost:
        # Not a member of that channel: answer where the person can read it alone.
        root = replace(root, channel=await messenger.open_direct(command.tenant, command.person_id))
        ts = await post(command.tenant, messenger, root, key=f"{key}:direct")
    place = Place(
        command.team_id, root.channel, ts, command.person_id, private=root.channel.startswith("D")
    )
    question = Question(
        event=command.inbox.id,
        event_key=command.inbox.event_id,
        place=place,
        text=choice.question,
        agent=choice.agent.key,
    )
    await run_turn(command.tenant, services.staff, question)


async def _respond(services: Services, command: Command, words: Rendered) -> None:
    message = Outgoing(command.channel, words.text, blocks=tuple(words.blocks))
    await services.staff.messenger.respond(command.response_url, message)


def _typed(command: dict[str, Any], context: AsyncBoltContext) -> Command:
    return Command(
        tenant=context["tenant"],
        inbox=context["inbox_event"],
        team_id=str(context.team_id or command.get("team_id") or ""),
        channel=str(command.get("channel_id") or ""),
        person_id=str(command.get("user_id") or ""),
        text=plain(str(command.get("text") or ""), context.bot_user_id or ""),
        response_url=str(command.get("response_url") or ""),
    )
