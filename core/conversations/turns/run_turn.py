"""One turn: a question, what the documents hold on it, and an answer that the person sees grow."""

from dataclasses import replace

from core.agents import store as agents
from core.agents.choose_agent import Choice, choose_agent, hand_over_words, switched_off_words
from core.agents.load_roster import read_roster
from core.agents.model import Agent, Roster
from core.conversations import store
from core.conversations.approvals.ask_people import ask_people, end_unasked
from core.conversations.approvals.carry_out import carry_out
from core.conversations.approvals.show_outcome import show_outcome
from core.conversations.find_conversation import recall_replies
from core.conversations.gaps.store import note_gap
from core.conversations.model import Draft, Question, Speaker, Turn
from core.conversations.ports import CannotPost
from core.conversations.sharing.offer_alone import offer_alone
from core.conversations.sharing.offer_answer import offer_answer
from core.conversations.threads.compact_thread import compact_thread
from core.conversations.turns.answer_directly import answer_directly
from core.conversations.turns.parts import RecordedParts, direct_prefix, parts_prefix
from core.conversations.turns.rounds import NOT_ASKED_NOTE, WAITING_NOTE, stage_of
from core.conversations.turns.speak import until_stopped
from core.conversations.turns.staff import Staff
from core.db.tenant import TenantContext
from core.db.transaction import Tx
from core.gateway.approvals.end_steps import end_steps
from core.gateway.tools import store as tools
from core.jobs import store as jobs
from core.kernel.addresses import AllowedAddresses
from core.kernel.errors import Overtaken
from core.kernel.ids import new_id


async def run_turn(context: TenantContext, staff: Staff, question: Question) -> None:
    """Answer *question* once, whatever happened to earlier tries of the same event.

    Raises Postponed and Disconnected: the turn stays open, with the answer if there is one. Raises
    Overtaken when another worker has taken the turn up meanwhile, and Refused when the agent that
    is named is switched off or not open to this person.
    """
    roster, turn = await _open(context, question)
    staff = replace(staff, roster=roster)
    stage = await _stage(context, turn)
    if stage is None and not turn.is_over:
        await carry_out(context, staff, question, turn)
        stage = await _stage(context, turn)  # the time of what waited may be over by now
    if turn.is_over or stage is None:
        await _complete(context, question)
        return
    named = AllowedAddresses.named_in(turn.question)
    draft = Draft(turn.answer or "", sources=turn.sources, allowed=named)
    try:
        await _answer(context, staff, question, turn, draft, stage)
        unasked = await ask_people(context, staff, question.place, draft.waiting)
        await offer_answer(context, staff, question.place, turn)
        await offer_alone(context, staff, question.place, turn)
    except CannotPost as refusal:
        # No card asks there: the answer must not say that one does.
        draft.text = draft.text.replace(WAITING_NOTE, NOT_ASKED_NOTE)
        told = await answer_directly(context, staff, question, turn, draft, refusal)
        await _end_calls(context, staff, turn)
        await _close(context, question, turn, refusal=refusal, told=told)
    else:
        await end_unasked(context, staff, unasked)
        if unasked and len(unasked) == len(draft.waiting):
            await run_turn(context, staff, question)  # nothing waits any more: it goes on at once
            return
        if not draft.waiting:
            await _end_calls(context, staff, turn)
        await _close(context, question, turn, waits=bool(draft.waiting))
        # The person has the answer: nobody waits for this but who asks next in the same thread.
        person_id = question.place.person_id
        await compact_thread(context, staff.gateway, turn, person_id=person_id)


async def _stage(context: TenantContext, turn: Turn) -> int | None:
    """How often the turn has gone on after a yes; None while it still waits for one. With its agent
    off it waits for nothing any more."""
    async with context.db.transaction() as tx:
        rows = await tools.list_steps(tx, turn.turn_id)
        if turn.state == "waiting":
            waits = any(row.state == "waiting" and not row.is_late for row in rows)
            if waits and not await agents.is_switched_off(tx, turn.agent):
                return None
            await store.hold_turn(tx, turn)
            await store.reopen_turn(tx, turn.turn_id)
            if waits:
                await end_steps(tx, turn.turn_id)
                rows = await tools.list_steps(tx, turn.turn_id)
    return stage_of(rows)


async def _answer(
    context: TenantContext,
    staff: Staff,
    question: Question,
    turn: Turn,
    draft: Draft,
    stage: int,
) -> None:
    """Say it in its place. Fills *draft*, also when the place takes it no more."""
    agent = staff.roster.find(turn.agent) or staff.roster.default
    prefix = parts_prefix(turn.turn_id, stage)
    parts = await RecordedParts.load(context, turn, prefix, question.place)
    speaker = Speaker(agent.display_name, agent.icon_emoji)
    async with staff.messenger.answer(context, question.place, speaker, parts) as pen:
        pen.allow(draft.allowed)
        if turn.state != "answered":
            if _begin(agent, turn, draft, stage):
                await until_stopped(context, staff, agent, question, turn, pen, draft)
            if not draft.waiting:
                await _keep(context, turn, draft)
            if draft.trouble is not None:
                raise draft.trouble
        await pen.finish(draft.text, draft.sources)


def _begin(agent: Agent, turn: Turn, draft: Draft, stage: int) -> bool:
    """What stands before the agent's own words; False when it has none to say: it was switched off
    while the turn waited, or nothing was asked."""
    if not agent.is_on:
        draft.text = f"_{switched_off_words(agent)}_"
        return False
    if stage == 0 and turn.choice == hand_over_words(agent):
        draft.text = f"_{turn.choice}_\n\n"
    if not turn.question:
        draft.text += "What would you like to know?"
    return bool(turn.question)


async def _open(context: TenantContext, question: Question) -> tuple[Roster, Turn]:
    """Take up the turn, or open it and its conversation, with the tenant's agents as they are now: no
    other worker writes anything of it from here on. The thread keeps its agent; another one that is
    addressed by name takes this turn alone, and one that is asked to take over keeps the thread from
    then on."""
    place = question.place
    async with context.db.transaction() as tx:
        roster = await read_roster(tx)
        begun = await store.take_turn(tx, question.event_key)
        if begun is not None:
            return roster, begun
        kept = await store.find_agent(tx, place.channel, place.thread_ts)
        choice = await _choose(tx, roster, question, kept)
        conversation = await store.open_conversation(tx, question, choice.agent.key)
        if choice.takes_thread:
            await store.give_thread(tx, conversation, choice.agent.key)
        # Slack keeps no order: what was said next in this thread may have come before.
        await recall_replies(tx, question.event, place.asked_ts or place.thread_ts)
        # Who is asked to take over is asked what was asked last.
        text = choice.question or await store.find_last_question(tx, conversation)
        return roster, await store.open_turn(
            tx, new_id(), conversation, question, choice.agent.key, text, choice.reason
        )


async def _choose(tx: Tx, roster: Roster, question: Question, kept: str | None) -> Choice:
    named = roster.find(question.agent) if question.agent else None
    if named is not None:
        return Choice(named, question.text, question.because)
    chooser = await agents.find_chooser(tx, question.place.person_id)
    return choose_agent(roster, question.text, thread_agent=kept, chooser=chooser)


async def _keep(context: TenantContext, turn: Turn, draft: Draft) -> None:
    async with context.db.transaction() as tx:
        await store.hold_turn(tx, turn)
        kept = (draft.text, draft.sources, draft.model, draft.drew_on)
        if not await store.keep_answer(tx, turn.turn_id, *kept):
            raise Overtaken
        if draft.gap:
            await note_gap(tx, turn.turn_id, draft.gap)


async def _end_calls(context: TenantContext, staff: Staff, turn: Turn) -> None:
    """What was stopped is not carried out later, and no card says that it is being done for ever."""
    async with context.db.transaction() as tx:
        await store.hold_turn(tx, turn)
        untold = await end_steps(tx, turn.turn_id)
    await show_outcome(context, staff, untold)


async def _close(
    context: TenantContext,
    question: Question,
    turn: Turn,
    *,
    refusal: CannotPost | None = None,
    told: bool = True,
    waits: bool = False,
) -> None:
    """The answer stands in Slack, or never will: turn, its messages and the event are closed in one
    commit. A turn that waits for a yes is no worker's any more, until somebody has said it."""
    async with context.db.transaction() as tx:
        await store.hold_turn(tx, turn)
        if waits:
            await store.suspend_turn(tx, turn.turn_id)
        else:
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
