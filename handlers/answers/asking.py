"""“Ask an agent about this” on a message: a form, and then a turn like any other.

What stands in the message is anybody's words. Who asks is whoever used the shortcut, and only what
they typed themselves asks for anything.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from core.agents.choose_agent import Choice, choose_agent, pick_agent
from core.agents.load_roster import load_roster_for
from core.agents.model import Chooser, Roster
from core.conversations.model import Outgoing, Place, Question
from core.conversations.outbox import post
from core.conversations.ports import UNKNOWN, CannotPost, TooLate
from core.conversations.turns.run_turn import run_turn
from core.db.tenant import TenantContext
from core.kernel.errors import Invalid, NotFound, Refused
from core.services import Services
from core.tenancy.model import Person
from handlers.admitting import press_request
from handlers.agents.forms import Sent, read_sent
from handlers.answers.quoting import quote
from handlers.blocks.answers.asking import (
    ASK_ABOUT,
    ASK_FORM,
    Asked,
    Quoted,
    ask_form,
    asked_alone,
    check_asked,
    not_asked,
    not_asked_yet,
    read_ask_form,
    read_quoted,
)
from handlers.blocks.questions import PERHAPS_ASKED, asked_directly, asked_message
from handlers.blocks.rendered import Rendered
from handlers.pressed import Pressed, press, read_pressed
from handlers.replying import answer_press

Json = dict[str, Any]

NOTHING_THERE = "That message holds no words that I can read, so there is nothing to ask about."
FORGOTTEN = (
    "The form does not say any more which message it was about. Please ask again from there."
)

# What can be said at once of a form that was sent, by its callback id: words for each block.
AT_ONCE: Mapping[str, Callable[[Mapping[str, Any]], dict[str, str]]] = {ASK_FORM: check_asked}


def register(app: AsyncApp, services: Services) -> None:
    @app.shortcut(ASK_ABOUT)
    async def open_form(ack: AsyncAck, body: Json, context: AsyncBoltContext) -> None:
        await ack()
        effect = partial(_open, quoted=quote(body, context.bot_user_id or ""))
        await press(services, read_pressed(body, context), effect)

    @app.view(ASK_FORM)
    async def ask(ack: AsyncAck, body: Json, context: AsyncBoltContext) -> None:
        await ack()
        sent, team_id = read_sent(body, context), str(context.team_id or "")
        request = press_request(
            sent.tenant,
            sent.person_id,
            sent.home_team,
            reference=sent.inbox.event_id,
            value=read_ask_form(sent.view).question,
        )
        effect = partial(_ask, services, sent, team_id)
        # Who this is to the workspace now: the form may have been open for long.
        await answer_press(services, request, effect, response_url="", fresh_seconds=0)


async def _open(services: Services, used: Pressed, person: Person, quoted: Quoted) -> None:
    if not quoted.text:
        raise Invalid(NOTHING_THERE)
    roster, chooser = await load_roster_for(used.tenant, person.person_id)
    agents = roster.open_to(chooser)
    if not agents:
        raise Refused("No agent here is open to you. An admin can change that.")
    await services.screens.open_modal(used.tenant, used.trigger_id, ask_form(quoted, agents))


async def _ask(services: Services, sent: Sent, team_id: str, person: Person) -> Rendered | None:
    """What an earlier try has begun is gone on with: the question of one form is one turn."""
    asked, quoted = read_ask_form(sent.view), read_quoted(sent.about)
    if quoted is None:
        raise NotFound(FORGOTTEN)
    asked = replace(asked, in_thread=asked.in_thread and not quoted.is_direct)
    roster, chooser = await load_roster_for(sent.tenant, person.person_id)
    try:
        choice = _choose(roster, chooser, asked)
    except Refused as error:
        form = ask_form(quoted, roster.open_to(chooser), asked, banner=not_asked_yet(str(error)))
        return await _open_again(services, sent, form, not_asked(str(error), asked.question))
    key = turn_key(sent.tenant, sent.view, sent.inbox.event_id)
    question = Question(
        event=sent.inbox.id,
        event_key=key,
        place=await _put(services, sent, team_id, quoted, asked, choice, key),
        text=choice.question,
        agent=choice.agent.key,
        because=choice.reason,
        about=quoted.about,
    )
    await run_turn(sent.tenant, services.staff, question)
    return None


def _choose(roster: Roster, chooser: Chooser, asked: Asked) -> Choice:
    if asked.agent:
        return pick_agent(roster, asked.agent, asked.question, chooser)
    return choose_agent(roster, asked.question, chooser=chooser)


def turn_key(tenant: TenantContext, view: Mapping[str, Any], event_id: str) -> str:
    """Of one form and what was filled in: whoever hears nothing and presses again sends the same
    window under another trigger."""
    asked = read_ask_form(view)
    filled = f"{asked.agent}\n{asked.in_thread}\n{asked.question}"
    return f"about:{view.get('id') or event_id}:{tenant.fingerprint(filled)[:16]}"


async def _put(
    services: Services,
    sent: Sent,
    team_id: str,
    quoted: Quoted,
    asked: Asked,
    choice: Choice,
    key: str,
) -> Place:
    """Say what is asked: in the message's thread, for all to read, or in the person's direct message.
    There too where the channel is closed to us, unless it may stand there already: CannotPost."""
    messenger, tenant, person_id = services.staff.messenger, sent.tenant, sent.person_id
    if asked.in_thread:
        words = asked_message(person_id, choice.agent, choice.question)
        try:
            ts = await post(
                tenant, messenger, Outgoing(quoted.channel, words, quoted.thread), key=key
            )
            return Place(team_id, quoted.channel, quoted.thread, person_id, False, ts)
        except CannotPost as closed:
            if closed.reason == UNKNOWN:
                raise CannotPost(PERHAPS_ASKED, UNKNOWN) from closed
            why = str(closed)
    direct = await messenger.open_direct(tenant, person_id)
    words = asked_alone(quoted, choice.agent, choice.question)
    if asked.in_thread:
        words = asked_directly(words, why, place="thread")
    ts = await post(tenant, messenger, Outgoing(direct, words), key=f"{key}:direct")
    return Place(team_id, direct, ts, person_id, private=True)


async def _open_again(
    services: Services, sent: Sent, form: Json, instead: Rendered
) -> Rendered | None:
    """*instead*: the words for the person where Slack does not open the form again."""
    try:
        await services.screens.open_modal(sent.tenant, sent.trigger_id, form)
    except (TooLate, CannotPost):
        return instead
    return None
