"""Who is told when an event has failed for the last time: whoever waits for it, and an owner."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

from core.conversations.approvals.resume_turn import TASK as RESUME_TURN
from core.conversations.approvals.resume_turn import find_question
from core.conversations.files.accept_file import TASK as READ_FILE
from core.conversations.find_conversation import is_conversation
from core.conversations.model import Outgoing
from core.conversations.notices.tell_owner import tell_owner
from core.conversations.notices.tell_person import tell_person
from core.conversations.turns.abandon_turn import abandon_turn, find_lost_turn
from core.db.tenant import TenantContext
from core.jobs.model import InboxEvent
from core.kernel.ids import new_reference
from core.services import Services
from handlers.answers.asking import turn_key
from handlers.blocks.answers.asking import ASK_FORM
from handlers.blocks.refusals import gave_up
from handlers.blocks.rendered import Rendered
from handlers.blocks.workspace.notices import event_set_aside
from handlers.files import give_up_file
from handlers.hearing import is_direct, is_from_a_bot, mentions
from handlers.replying import answer_privately

log = logging.getLogger(__name__)

Json = dict[str, Any]


async def give_up(
    services: Services, context: TenantContext, event: InboxEvent, reference: str
) -> None:
    """Close what was begun, and apologize where the event came from. The reference is in the log. What
    the product had given itself is an owner's alone (`tell_of_it`), but for a turn that somebody has
    said yes to, and for a file that somebody has given."""
    body: Json = json.loads(event.payload)
    words = gave_up(reference)
    if event.kind == "event":
        await _in_the_thread(services, context, body, words)
    elif event.kind == "command":
        await abandon_turn(context, services.staff, event.event_id)
        await _in_private(services, context, event, body, body.get("user_id"), words)
    elif event.kind == "task":
        if body.get("task") == READ_FILE:
            await give_up_file(services, context, event, words)
        elif body.get("task") == RESUME_TURN:
            await _resumption(services, context, event, str(body.get("step")), words)
    else:
        if event.kind == "view" and (body.get("view") or {}).get("callback_id") == ASK_FORM:
            key = turn_key(context, body["view"], event.event_id)
            await abandon_turn(context, services.staff, key)
        await _in_private(services, context, event, body, (body.get("user") or {}).get("id"), words)


async def tell_of_it(services: Services, context: TenantContext, reference: str) -> None:
    """Have an owner told that something was given up, once an hour at most; nothing of the event is
    needed for it."""
    hour = datetime.now(UTC).strftime("%Y-%m-%dT%H")
    words = event_set_aside(reference).text
    await tell_owner(services.database, context.tenant_id, words, key=f"poison:{hour}")


async def give_up_turn(services: Services, context: TenantContext, event: InboxEvent) -> None:
    """The task: a turn that lost its event. Whoever asked is told first, so that no crash in between
    leaves it closed without a word; who had pressed Stop waits for none."""
    lost = await find_lost_turn(context, str(json.loads(event.payload)["turn"]))
    if lost is None:
        return
    reference = new_reference()
    log.error("a turn without an event is given up", extra={"reference": reference})
    if not lost.is_stopping:
        await tell_person(
            context,
            services.staff.messenger,
            Outgoing(lost.channel, gave_up(reference).text, lost.thread_ts),
            lost.person_id,
            key=f"gave-up:{lost.event_key}",
        )
    await abandon_turn(context, services.staff, lost.event_key)


async def _in_the_thread(
    services: Services, context: TenantContext, body: Json, words: Rendered
) -> None:
    event: Json = body.get("event") or {}
    channel, ts = str(event.get("channel") or ""), str(event.get("ts") or "")
    if not channel or not ts or is_from_a_bot(event):
        return
    thread = str(event.get("thread_ts") or ts)
    if not await _was_for_us(context, body, event, thread):
        return
    await abandon_turn(context, services.staff, f"{channel}:{ts}")
    await tell_person(
        context,
        services.staff.messenger,
        Outgoing(channel, words.text, thread),
        str(event.get("user") or ""),
        key=f"gave-up:{channel}:{ts}",
    )


async def _resumption(
    services: Services, context: TenantContext, event: InboxEvent, step_id: str, words: Rendered
) -> None:
    question = await find_question(context, step_id=step_id, event=event.id)
    if question is None:
        return
    await abandon_turn(context, services.staff, question.event_key)
    place = question.place
    message = Outgoing(place.channel, words.text, place.thread_ts)
    key = f"gave-up:{event.event_id}"
    await tell_person(context, services.staff.messenger, message, place.person_id, key=key)


async def _in_private(
    services: Services,
    context: TenantContext,
    event: InboxEvent,
    body: Json,
    person_id: Any,
    words: Rendered,
) -> None:
    await answer_privately(
        services,
        context,
        words,
        response_url=str(body.get("response_url") or ""),
        person_id=str(person_id or ""),
        key=f"gave-up:{event.event_id}",
    )


async def _was_for_us(context: TenantContext, body: Json, event: Json, thread: str) -> bool:
    """What people say to each other in a channel is heard too, and needs no apology from us."""
    if event.get("type") != "message" or is_direct(event):
        return True
    ours = [one.get("user_id") for one in body.get("authorizations") or [] if one.get("is_bot")]
    text = str(event.get("text") or "")
    if any(isinstance(user_id, str) and mentions(text, user_id) for user_id in ours):
        return True
    return await is_conversation(context, str(event["channel"]), thread, str(event["ts"]))
