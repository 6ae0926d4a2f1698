"""The chunks of a stream: text, tasks, a plan title, blocks."""

from typing import Any

from bot.sandbox.model.message import Stream
from bot.sandbox.webapi.blockkit import with_ids
from bot.sandbox.webapi.call import Json, SlackError
from bot.sandbox.webapi.methods.content import check_blocks

_TASK_KEYS = {"type", "id", "title", "status", "details", "output", "sources"}
_TASK_STATUSES = ("pending", "in_progress", "complete", "error")
_MAX_CHUNK_BLOCKS = 50


def check_chunks(stream: Stream, chunks: list[Any]) -> None:
    """Refuse wrong chunks before any is applied.

    Raises:
        SlackError: `invalid_chunks`, `invalid_blocks`, `msg_blocks_too_many`.
    """
    for chunk in chunks:
        _check(chunk)
    blocks = sum(len(chunk["blocks"]) for chunk in chunks if chunk["type"] == "blocks")
    if len(stream.final_blocks) + blocks > _MAX_CHUNK_BLOCKS:
        raise SlackError("msg_blocks_too_many")


def text_length(chunks: list[Json]) -> int:
    """How many characters of Markdown the chunks bring."""
    return sum(len(chunk["text"]) for chunk in chunks if chunk["type"] == "markdown_text")


def add_chunks(stream: Stream, chunks: list[Json]) -> str:
    """Apply checked chunks in order; the text a person newly reads."""
    return "".join(_add(stream, chunk) for chunk in chunks)


def _check(chunk: Any) -> None:
    if not isinstance(chunk, dict):
        raise SlackError("invalid_chunks", "a chunk must be an object")
    kind = chunk.get("type")
    if kind == "markdown_text":
        right = isinstance(chunk.get("text"), str) and set(chunk) == {"type", "text"}
    elif kind == "task_update":
        right = isinstance(chunk.get("id"), str) and not set(chunk) - _TASK_KEYS
        right = right and chunk.get("status", "pending") in _TASK_STATUSES
    elif kind == "plan_update":
        right = isinstance(chunk.get("title"), str) and set(chunk) == {"type", "title"}
    elif kind == "blocks":
        right = isinstance(chunk.get("blocks"), list) and set(chunk) == {"type", "blocks"}
    else:
        right = False
    if not right:
        raise SlackError("invalid_chunks", f"not a chunk Slack knows: type {kind!r}")
    if kind == "blocks":
        check_blocks(chunk["blocks"])


def _add(stream: Stream, chunk: Json) -> str:
    kind = chunk["type"]
    if kind == "markdown_text":
        stream.markdown += chunk["text"]
        return str(chunk["text"])
    if kind == "plan_update":
        stream.plan_title = chunk["title"]
        return str(chunk["title"])
    if kind == "task_update":
        return _update_task(stream, chunk)
    stream.final_blocks = stream.final_blocks + with_ids(chunk["blocks"])
    return ""


def _update_task(stream: Stream, chunk: Json) -> str:
    """Title and status replace what was there; details append (as measured on Slack)."""
    task = stream.tasks.setdefault(
        chunk["id"], {"type": "task_card", "task_id": chunk["id"], "title": "", "status": "pending"}
    )
    for name in ("title", "status", "sources"):
        if chunk.get(name):
            task[name] = chunk[name]
    for name in ("details", "output"):
        if chunk.get(name):
            elements = task.setdefault(name, {"type": "rich_text", "elements": []})["elements"]
            text = {"type": "text", "text": str(chunk[name])}
            elements.append({"type": "rich_text_section", "elements": [text]})
    return str(task["title"])
