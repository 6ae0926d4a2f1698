"""“Answer me privately” below an answer from which something was withheld: the same question, once
more, in the direct message of whoever asked, from what they may see themselves."""

from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from core.agents.load_roster import load_roster
from core.conversations.model import Outgoing, Place, Question
from core.conversations.outbox import post
from core.conversations.sharing.offer_alone import find_withheld, key_of_again
from core.conversations.turns.run_turn import run_turn
from core.knowledge.access.find_asker import find_asker
from core.services import Services
from core.tenancy.model import Person
from handlers.blocks.answers.alone import ALONE, answered_alone, asked_again
from handlers.blocks.markdown import neutral
from handlers.blocks.mrkdwn import escape
from handlers.blocks.mrkdwn.escaping import entities
from handlers.blocks.rendered import Rendered
from handlers.pressed import Pressed, press, read_pressed

BECAUSE = "You asked for what was left out in the channel."


def register(app: AsyncApp, services: Services) -> None:
    @app.action(ALONE)
    async def alone(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        effect = partial(_answer, team_id=str(context.team_id or ""))
        # Who this is to the workspace now: the answer may be days old.
        await press(services, read_pressed(body, context), effect, fresh_seconds=0)


async def _answer(services: Services, pressed: Pressed, person: Person, team_id: str) -> Rendered:
    """One question for each card, however often it is pressed; with all that it was asked with."""
    tenant, messenger = pressed.tenant, services.staff.messenger
    kept = await find_withheld(tenant, pressed.value, person_id=pressed.person_id)
    agent = (await load_roster(tenant)).find(kept.agent)
    name = escape(agent.display_name if agent else kept.agent)
    key = key_of_again(kept.turn_id)
    channel = await messenger.open_direct(tenant, pressed.person_id)
    words = asked_again(name, entities(neutral(kept.question)))
    ts = await post(tenant, messenger, Outgoing(channel, words), key=key)
    question = Question(
        event=pressed.inbox.id,
        event_key=key,
        place=Place(team_id, channel, ts, pressed.person_id, private=True),
        text=kept.question,
        agent=kept.agent,
        because=BECAUSE,
        about=kept.about,
    )
    # Slack is asked anew where they are: they may have left a channel since they asked.
    await find_asker(
        tenant, services.staff.readers, person_id=pressed.person_id, private=True, fresh=True
    )
    await run_turn(tenant, services.staff, question)
    return answered_alone()
