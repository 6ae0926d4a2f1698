"""What one turn may do with tools: its agent's, those of servers, and what is on record of it."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from core.agents.model import Agent
from core.agents.policies.read_policy import read_policy
from core.conversations import store
from core.conversations.model import Place, Question, Turn
from core.conversations.turns.staff import Staff
from core.db.tenant import TenantContext
from core.db.transaction import Tx
from core.gateway.tools.model import Ground, ToolCaller, ToolPolicy
from core.gateway.tools.session import ToolSession


async def with_servers(
    context: TenantContext, staff: Staff, agent: Agent
) -> tuple[Staff, tuple[str, ...]]:
    """The staff with the tools that servers have for this agent, and the names of these."""
    foreign = await staff.servers.tools_for(context, agent.key)
    joined = replace(staff, dispatcher=staff.dispatcher.joined_by(foreign))
    return joined, tuple(tool.name for tool in foreign)


async def open_session(
    context: TenantContext,
    staff: Staff,
    agent: Agent,
    question: Question,
    turn: Turn,
    *,
    has_read: bool,
    foreign: Sequence[str],
) -> ToolSession:
    """*has_read*: whether the turn begins with what others wrote, and not everybody may read. A
    question that somebody else has put (a thread handed over) names nothing: only what this person
    wrote does."""
    place = question.place
    own = bool(turn.question) and turn.question in question.text
    caller = ToolCaller(
        turn.turn_id,
        place.person_id,
        turn.agent,
        private=place.private and agent.reach == "all",
        place={**_kept_place(place), "own": own, "reach": agent.reach},
        hold=partial(_hold, turn),
    )
    ground = Ground((turn.question,) if own else (), has_read, has_read)
    policy = partial(_policy_now, context, agent.key, foreign)
    return await ToolSession.open(staff.dispatcher, context, caller, policy, ground)


async def _policy_now(context: TenantContext, key: str, foreign: Sequence[str]) -> ToolPolicy:
    async with context.db.transaction() as tx:
        return await read_policy(tx, key, foreign)


async def _hold(turn: Turn, tx: Tx) -> None:
    await store.hold_turn(tx, turn)


def _kept_place(place: Place) -> dict[str, Any]:
    """All but the person, who stands beside it."""
    return {
        "team_id": place.team_id,
        "channel": place.channel,
        "thread_ts": place.thread_ts,
        "private": place.private,
        "asked_ts": place.asked_ts,
        "said_there": place.said_there,
    }
