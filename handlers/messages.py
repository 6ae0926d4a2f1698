"""Direct messages, mentions, and what is said next in a thread that is already a conversation."""

import asyncio
import re
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext

from core.agents.choose_agent import choose_agent
from core.agents.load_roster import load_roster_for
from core.conversations.find_conversation import overhear_reply
from core.conversations.turns.run_turn import run_turn
from core.kernel.waiting.tasks import end
from core.services import Services
from handlers.blocks.help import help_page
from handlers.blocks.knowledge import file_elsewhere
from handlers.blocks.questions import partly_read
from handlers.files import take_files
from handlers.hearing import Heard, concerns_us, hear, is_from_a_bot
from handlers.replying import explained, may_ask, reply

# About the agents and not about the documents: no search can answer it.
_ASKS_FOR_HELP = re.compile(
    r"help( me)?|what (can|do) you( all| guys)? (do|help( me)? with)|(who|what) are you"
    r"|how (do i use (this|you|it)|does (this|it) work|do you work)|what is (this|aegis)|commands",
    re.IGNORECASE,
)


def register(app: AsyncApp, services: Services) -> None:
    @app.event("app_mention")
    async def mentioned(
        event: dict[str, Any], body: dict[str, Any], context: AsyncBoltContext
    ) -> None:
        if not is_from_a_bot(event):
            await _answer(services, hear(event, body, context), event)

    @app.event({"type": "message", "subtype": (None, "file_share", "thread_broadcast")})
    async def said(event: dict[str, Any], body: dict[str, Any], context: AsyncBoltContext) -> None:
        heard = hear(event, body, context)
        if is_from_a_bot(event):
            return
        if await concerns_us(heard):
            await _answer(services, heard, event)
        elif heard.thread_ts is not None:
            await overhear_reply(heard.tenant, heard.inbox)

    @app.event("message")
    async def other_message(event: dict[str, Any]) -> None:
        """Joins, topics and the like: nothing to do."""


async def _answer(services: Services, heard: Heard, event: dict[str, Any]) -> None:
    async with explained(services, heard):
        if not await may_ask(services, heard):
            return
        files = event.get("files") or []
        if files and heard.private:
            await take_files(services, heard, files)
        elif files and heard.text:
            await reply(services, heard, file_elsewhere(), part="files", is_last=False)
        elif files:
            await reply(services, heard, file_elsewhere())
        if _ASKS_FOR_HELP.fullmatch(heard.text.strip(" ?!.")):
            await _help(services, heard)
        elif heard.text:
            await _converse(services, heard)
        elif not files:
            await _help(services, heard)


async def _help(services: Services, heard: Heard) -> None:
    roster, chooser = await load_roster_for(heard.tenant, heard.person_id)
    await reply(services, heard, help_page(roster, chooser))


async def _converse(services: Services, heard: Heard) -> None:
    """Answer; beside it, where a thread begins with it, show what its agent likes to be asked."""
    if heard.left_out:
        words = partly_read(heard.left_out)
        await reply(services, heard, words, part="left-out", is_last=False)
    suggesting = asyncio.create_task(_suggest(services, heard))
    try:
        await run_turn(heard.tenant, services.staff, heard.question())
    finally:
        await end(suggesting)


async def _suggest(services: Services, heard: Heard) -> None:
    """Decoration: nothing comes of its failure."""
    if not heard.private or heard.thread_ts is not None:
        return
    roster, chooser = await load_roster_for(heard.tenant, heard.person_id)
    agent = choose_agent(roster, heard.text, chooser=chooser).agent
    thread_ts = heard.place.thread_ts
    await services.screens.suggest(heard.tenant, heard.channel, thread_ts, agent.examples)
