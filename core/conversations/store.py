"""The statements of conversations and of the outbox, one function each."""

import json
from dataclasses import asdict

from core.conversations.model import OutboxRow, Outgoing, Part, Question, Source, Turn
from core.db import sql
from core.db.transaction import Tx

SQL = sql.load("core.conversations")


async def find_agent(tx: Tx, channel: str, thread_ts: str) -> str | None:
    """The agent that keeps a thread, if the thread is a conversation of ours."""
    row = await tx.fetchrow(SQL["find_conversation"], channel, thread_ts)
    return row["agent"] if row else None


async def open_conversation(tx: Tx, question: Question, agent: str) -> int:
    """The thread's conversation; the agent that opened it stays."""
    place = question.place
    row = await tx.fetchrow(
        SQL["open_conversation"], place.channel, place.thread_ts, agent, place.person_id
    )
    assert row is not None
    return int(row["id"])


async def open_turn(
    tx: Tx, turn_id: str, conversation: int, question: Question, agent: str, text: str
) -> Turn:
    """The turn of this message: made now, or the one an earlier try left."""
    key, person = question.event_key, question.place.person_id
    await tx.execute(SQL["open_turn"], turn_id, conversation, key, person, agent, text)
    row = await tx.fetchrow(SQL["find_turn"], key)
    assert row is not None
    sources = tuple(Source(**source) for source in json.loads(row["sources"]))
    return Turn(**{**row, "sources": sources})


async def list_earlier(tx: Tx, turn: Turn, limit: int) -> list[tuple[str, str]]:
    """(question, answer) of the thread's turns before this one, oldest first."""
    rows = await tx.fetch(SQL["list_earlier"], turn.conversation_id, turn.turn_id, limit)
    return [(row["question"], row["answer"]) for row in rows]


async def turn_state(tx: Tx, turn_id: str) -> str | None:
    state: str | None = await tx.fetchval(SQL["turn_state"], turn_id)
    return state


async def keep_answer(
    tx: Tx, turn_id: str, answer: str, sources: tuple[Source, ...], model: str
) -> bool:
    """False when the turn has its answer, or its end, already."""
    listed = json.dumps([asdict(source) for source in sources])
    return bool(await tx.fetchval(SQL["keep_answer"], turn_id, answer, listed, model))


async def close_turn(tx: Tx, turn_id: str, state: str) -> None:
    await tx.execute(SQL["close_turn"], turn_id, state)


async def abandon_turn(tx: Tx, event_key: str) -> str | None:
    """Close an open turn as failed; its id, if there was one."""
    turn_id: str | None = await tx.fetchval(SQL["abandon_turn"], event_key)
    return turn_id


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


async def mark_sending(tx: Tx, key: str) -> None:
    await tx.execute(SQL["mark_sending"], key)


async def mark_waiting(tx: Tx, key: str) -> None:
    await tx.execute(SQL["mark_waiting"], key)


async def mark_failed(tx: Tx, key: str, reason: str) -> None:
    await tx.execute(SQL["mark_failed"], key, reason)


async def mark_parts_failed(tx: Tx, prefix: str, reason: str) -> None:
    await tx.execute(SQL["mark_parts_failed"], prefix, reason)


async def mark_streaming(tx: Tx, key: str, message_ts: str) -> None:
    await tx.execute(SQL["mark_streaming"], key, message_ts)


async def mark_sent(tx: Tx, key: str, message_ts: str | None = None) -> None:
    await tx.execute(SQL["mark_sent"], key, message_ts)


async def mark_parts_sent(tx: Tx, prefix: str) -> None:
    await tx.execute(SQL["mark_parts_sent"], prefix)


async def list_parts(tx: Tx, prefix: str) -> list[Part]:
    rows = await tx.fetch(SQL["list_parts"], prefix)
    return [Part(row["key"], row["message_ts"]) for row in rows]


async def is_known_message(tx: Tx, channel: str, message_ts: str) -> bool:
    return bool(await tx.fetchval(SQL["is_known_message"], channel, message_ts))
