"""One turn: a question, what the documents hold on it, and an answer that the person sees grow."""

from core.agents.choose_agent import choose_agent
from core.agents.model import Roster
from core.conversations import store
from core.conversations.model import Draft, Question, Speaker, Turn
from core.conversations.ports import CannotPost
from core.conversations.turns.answer_directly import answer_directly
from core.conversations.turns.parts import (
    Overtaken,
    RecordedParts,
    direct_prefix,
    parts_prefix,
)
from core.conversations.turns.speak import until_stopped
from core.conversations.turns.staff import Staff
from core.db.tenant import TenantContext
from core.jobs import store as jobs
from core.kernel.ids import new_id


async def run_turn(context: TenantContext, staff: Staff, question: Question) -> None:
    """Answer *question* once, whatever happened to earlier tries of the same event.

    Raises Postponed and Disconnected: the turn stays open, with the answer if there is one. Raises
    Overtaken when another worker has answered meanwhile.
    """
    turn = await _open(context, staff.roster, question)
    if turn.is_over:
        await _complete(context, question)
        return
    draft = Draft(turn.answer or "", sources=turn.sources)
    try:
        await _answer(context, staff, question, turn, draft)
    except CannotPost as refusal:
        told = await answer_directly(context, staff, question, turn, draft, refusal)
        await _close(context, question, turn, refusal=refusal, told=told)
    else:
        await _close(context, question, turn)


async def _answer(
    context: TenantContext, staff: Staff, question: Question, turn: Turn, draft: Draft
) -> None:
    """Say it in its place. Fills *draft*, also when the place takes it no more."""
    agent = staff.roster.find(turn.agent) or staff.roster.default
    parts = await RecordedParts.load(context, parts_prefix(turn.turn_id), question.place)
    speaker = Speaker(agent.display_name, agent.icon_emoji)
    async with staff.messenger.answer(context, question.place, speaker, parts) as pen:
        if turn.state != "answered":
            await until_stopped(context, staff, agent, question, turn, pen, draft)
            await _keep(context, turn, draft)
            if draft.trouble is not None:
                raise draft.trouble
        await pen.finish(draft.text, draft.sources)


async def _open(context: TenantContext, roster: Roster, question: Question) -> Turn:
    """Find or open conversation and turn. The thread keeps its agent; another one that is addressed
    by name takes this turn alone."""
    place = question.place
    async with context.db.transaction() as tx:
        kept = await store.find_agent(tx, place.channel, place.thread_ts)
        choice = choose_agent(roster, question.text, thread_agent=question.agent or kept)
        conversation = await store.open_conversation(tx, question, choice.agent.key)
        if kept is None:
            # Slack keeps no order: what was said next in this thread may have come before.
            await jobs.recall_overheard(tx, question.event)
        return await store.open_turn(
            tx, new_id(), conversation, question, choice.agent.key, choice.question
        )


async def _keep(context: TenantContext, turn: Turn, draft: Draft) -> None:
    async with context.db.transaction() as tx:
        if not await store.keep_answer(tx, turn.turn_id, draft.text, draft.sources, draft.model):
            raise Overtaken


async def _close(
    context: TenantContext,
    question: Question,
    turn: Turn,
    *,
    refusal: CannotPost | None = None,
    told: bool = True,
) -> None:
    """The answer stands in Slack, or never will: turn, its messages and the event are closed in one
    commit."""
    async with context.db.transaction() as tx:
        await store.close_turn(tx, turn.turn_id, "done" if told else "failed")
        if refusal is None:
            await store.mark_parts_sent(tx, parts_prefix(turn.turn_id))
        else:
            await store.mark_parts_failed(tx, parts_prefix(turn.turn_id), refusal.reason)
        if told:
            await store.mark_parts_sent(tx, direct_prefix(turn.turn_id))
        await jobs.complete_event(tx, question.event)


async def _complete(context: TenantContext, question: Question) -> None:
    async with context.db.transaction() as tx:
        await jobs.complete_event(tx, question.event)
