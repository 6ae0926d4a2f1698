"""The statements of conversations and of the outbox, one function each."""

import json
from dataclasses import asdict

import asyncpg

from core.conversations.model import (
    About,
    DrewOn,
    LostTurn,
    OutboxRow,
    Outgoing,
    Part,
    Question,
    Source,
    Speaker,
    Turn,
)
from core.db import sql
from core.db.transaction import Tx
from core.kernel.errors import Overtaken
from core.kernel.ids import TenantId

SQL = sql.load("core.conversations")


async def find_agent(tx: Tx, channel: str, thread_ts: str) -> str | None:
    """The agent that keeps a thread, if the thread is a conversation of ours."""
    row = await tx.fetchrow(SQL["find_conversation"], channel, thread_ts)
    return row["agent"] if row else None


async def is_ours(tx: Tx, channel: str, thread_ts: str, ts: str) -> bool:
    """Whether somebody had asked us something in the thread before *ts*."""
    return bool(await tx.fetchval(SQL["is_ours"], channel, thread_ts, ts))


async def open_conversation(tx: Tx, question: Question, agent: str) -> int:
    """The thread's conversation; the agent that opened it stays."""
    place = question.place
    row = await tx.fetchrow(
        SQL["open_conversation"], place.channel, place.thread_ts, agent, place.person_id
    )
    assert row is not None
    return int(row["id"])


async def give_thread(tx: Tx, conversation: int, agent: str) -> None:
    """From now on another agent keeps it."""
    await tx.execute(SQL["give_thread"], conversation, agent)


async def open_turn(
    tx: Tx,
    turn_id: str,
    conversation: int,
    question: Question,
    agent: str,
    text: str,
    choice: str = "",
) -> Turn:
    """The turn of this message: made now, or the one an earlier try left. *choice* says in words
    why this agent has it."""
    key, person = question.event_key, question.place.person_id
    about = json.dumps(asdict(question.about)) if question.about else None
    row = await tx.fetchrow(
        SQL["open_turn"], turn_id, conversation, key, person, agent, text, choice, about
    )
    assert row is not None
    return _turn(row)


async def take_turn(tx: Tx, event_key: str) -> Turn | None:
    """The turn that an earlier try of the message has left; from now on it is the caller's alone."""
    row = await tx.fetchrow(SQL["take_turn"], event_key)
    return _turn(row) if row else None


async def hold_turn(tx: Tx, turn: Turn) -> None:
    """Nobody else takes the turn before this transaction ends. Raises Overtaken when somebody has,
    or when it is over."""
    if not await tx.fetchval(SQL["hold_turn"], turn.turn_id, turn.taken):
        raise Overtaken


async def lock_turn(tx: Tx, turn_id: str) -> None:
    """Nobody takes the turn before this transaction ends, nor writes anything of it."""
    await tx.fetchval(SQL["lock_turn"], turn_id)


async def find_last_question(tx: Tx, conversation: int) -> str:
    """What was asked last in a thread; empty when nothing was."""
    question: str | None = await tx.fetchval(SQL["find_last_question"], conversation)
    return question or ""


async def turn_state(tx: Tx, turn_id: str, taken: int | None = None) -> str | None:
    """Raises Overtaken when somebody took the turn up after the one who has the number *taken*."""
    row = await tx.fetchrow(SQL["turn_state"], turn_id)
    if row is None:
        return None
    if taken is not None and row["taken"] != taken:
        raise Overtaken
    return str(row["state"])


async def keep_answer(
    tx: Tx,
    turn_id: str,
    answer: str,
    sources: tuple[Source, ...],
    model: str,
    drew_on: DrewOn | None = None,
) -> bool:
    """False when the turn has its answer, or its end, already."""
    listed = json.dumps([asdict(source) for source in sources])
    noted = json.dumps(asdict(drew_on)) if drew_on else None
    return bool(await tx.fetchval(SQL["keep_answer"], turn_id, answer, listed, model, noted))


async def suspend_turn(tx: Tx, turn_id: str) -> None:
    """It waits for somebody's yes: no work for a worker."""
    await tx.execute(SQL["suspend_turn"], turn_id)


async def reopen_turn(tx: Tx, turn_id: str) -> None:
    await tx.execute(SQL["reopen_turn"], turn_id)


async def find_waiting_turn(tx: Tx, turn_id: str) -> tuple[str, str, str] | None:
    """The key of its event, its question, its agent."""
    row = await tx.fetchrow(SQL["find_waiting_turn"], turn_id)
    return (row["event_key"], row["question"], row["agent"]) if row else None


async def list_posts(tx: Tx, prefix: str) -> list[tuple[str, str, str | None, str | None]]:
    """(key, channel, thread, ts) of what was posted under keys that begin with *prefix*; no ts where it
    is not on record whether it was."""
    rows = await tx.fetch(SQL["list_posts"], prefix)
    return [(row["key"], row["channel"], row["thread_ts"], row["message_ts"]) for row in rows]


async def has_asked_in(tx: Tx, channel: str, person_id: str) -> bool:
    """Whether that person has asked us something in that channel."""
    return bool(await tx.fetchval(SQL["has_asked_in"], channel, person_id))


async def list_administrators(
    tx: Tx, tenant: TenantId, holder: str, limit: int, *, members_too: bool
) -> list[str]:
    """Owners and admins whom we know, and last whoever installed the app: they may be one of them.
    With *members_too* also where they are known to be a member."""
    rows = await tx.fetch(SQL["list_administrators"], tenant, holder, limit, members_too)
    return [row["person_id"] for row in rows]


async def list_people(tx: Tx, name: str, limit: int) -> list[tuple[str, str, str]]:
    """(id, name, standing) of the members whom we know, whose name has *name* in it."""
    rows = await tx.fetch(SQL["list_people"], name, limit)
    return [(row["person_id"], row["display_name"], row["standing"]) for row in rows]


async def close_turn(tx: Tx, turn_id: str, state: str) -> None:
    await tx.execute(SQL["close_turn"], turn_id, state)


async def abandon_turn(tx: Tx, event_key: str) -> str | None:
    """Close an open turn as failed; its id, if there was one."""
    turn_id: str | None = await tx.fetchval(SQL["abandon_turn"], event_key)
    return turn_id


async def list_lost_turns(tx: Tx, seconds: float, resuming: str, limit: int) -> list[str]:
    """Ids of turns that are older than that and under way, though no event waits that is theirs.
    *resuming* begins the ids of the tasks by which turns go on."""
    rows = await tx.fetch(SQL["list_lost_turns"], seconds, resuming, limit)
    return [row["turn_id"] for row in rows]


async def find_lost_turn(tx: Tx, turn_id: str) -> LostTurn | None:
    """None when it is over by now."""
    row = await tx.fetchrow(SQL["find_lost_turn"], turn_id)
    return LostTurn(**row) if row else None


async def request_stop(
    tx: Tx, channel: str, thread_ts: str, person_id: str, *, any_person: bool
) -> list[str]:
    """Mark the thread's open turns as stopping; returns their ids."""
    rows = await tx.fetch(SQL["request_stop"], channel, thread_ts, person_id, any_person)
    return [row["turn_id"] for row in rows]


async def put_outbox(tx: Tx, key: str, message: Outgoing) -> None:
    body = json.dumps(asdict(message))
    await tx.execute(
        SQL["put_outbox"], key, message.channel, message.thread_ts, message.only_for, body
    )


async def find_outbox(tx: Tx, key: str) -> OutboxRow | None:
    row = await tx.fetchrow(SQL["find_outbox"], key)
    return OutboxRow(**row) if row else None


async def find_outgoing(tx: Tx, key: str) -> Outgoing | None:
    """The message that was put under *key*, as it was to be said."""
    body = await tx.fetchval(SQL["find_body"], key)
    if body is None:
        return None
    given = json.loads(body)
    speaker = Speaker(**given["speaker"]) if given["speaker"] else None
    return Outgoing(**{**given, "blocks": tuple(given["blocks"]), "speaker": speaker})


async def mark_sending(tx: Tx, key: str) -> None:
    await tx.execute(SQL["mark_sending"], key)


async def mark_waiting(tx: Tx, key: str) -> None:
    await tx.execute(SQL["mark_waiting"], key)


async def mark_failed(tx: Tx, key: str, reason: str) -> None:
    await tx.execute(SQL["mark_failed"], key, reason)


async def mark_parts_failed(tx: Tx, prefix: str, reason: str) -> None:
    await tx.execute(SQL["mark_parts_failed"], prefix, reason)


async def mark_opened(tx: Tx, key: str, message_ts: str, *, streams: bool) -> None:
    await tx.execute(SQL["mark_opened"], key, message_ts, streams)


async def mark_sent(tx: Tx, key: str, message_ts: str | None = None) -> str | None:
    """The ts that is on record: another one, if somebody else has sent it meanwhile."""
    kept: str | None = await tx.fetchval(SQL["mark_sent"], key, message_ts)
    return kept


async def mark_parts_sent(tx: Tx, prefix: str) -> None:
    await tx.execute(SQL["mark_parts_sent"], prefix)


async def list_parts(tx: Tx, prefix: str) -> list[Part]:
    rows = await tx.fetch(SQL["list_parts"], prefix)
    return [Part(**row) for row in rows]


async def find_key_of_message(tx: Tx, channel: str, message_ts: str) -> str | None:
    """Under which key a message of ours is on record."""
    key: str | None = await tx.fetchval(SQL["find_key_of_message"], channel, message_ts)
    return key


async def count_waiting(tx: Tx, person_id: str) -> int:
    """How many calls of tools wait for a yes, in turns of this person."""
    return int(await tx.fetchval(SQL["count_waiting"], person_id))


def _turn(row: asyncpg.Record) -> Turn:
    sources = tuple(Source(**source) for source in json.loads(row["sources"]))
    about = About(**json.loads(row["about"])) if row["about"] else None
    return Turn(**{**row, "sources": sources, "about": about})
