"""The message on which a shortcut was used, as words that can be quoted."""

from collections.abc import Iterator
from typing import Any

from handlers.blocks.answers.asking import Quoted, quotable
from handlers.hearing import LONGEST_QUESTION, plain

Json = dict[str, Any]
LONGEST_MESSAGE = 40_000  # characters, as many as Slack takes
LONGEST_NAME = 80  # characters of the name of whoever wrote it


def quote(body: Json, bot_user_id: str) -> Quoted:
    """docs.slack.dev, "message_action payload". An app's message may have its words elsewhere than in
    its text, and a file without a word has its name."""
    message = _object(body.get("message"))
    thread_ts = message.get("thread_ts")
    by = message.get("user") or message.get("username") or message.get("bot_id") or ""
    return Quoted(
        channel=str(_object(body.get("channel")).get("id") or ""),
        ts=str(body.get("message_ts") or message.get("ts") or ""),
        thread_ts=str(thread_ts) if thread_ts else None,
        text=quotable(_first_said(_words(message), bot_user_id)),
        by=plain(str(by), "")[:LONGEST_NAME],
        domain=str(_object(body.get("team")).get("domain") or "")[:LONGEST_NAME],
    )


def said_in(body: Json, bot_user_id: str) -> str:
    """All of its words; those of its files are not among them."""
    return _first_said(_own_words(_object(body.get("message"))), bot_user_id, LONGEST_MESSAGE)


def _first_said(each: Iterator[str], bot_user_id: str, longest: int = LONGEST_QUESTION) -> str:
    said = (plain(words, bot_user_id) for words in each)
    return next((words[:longest] for words in said if words), "")


def _own_words(message: Json) -> Iterator[str]:
    yield _text(message.get("text"))
    attached = [_object(one) for one in _list(message.get("attachments"))]
    yield "\n".join(_text(one.get("text")) or _text(one.get("fallback")) for one in attached)


def _words(message: Json) -> Iterator[str]:
    yield from _own_words(message)
    files = [_object(one) for one in _list(message.get("files"))]
    named = (_text(one.get("name")) or _unnamed(one) for one in files)
    yield "\n".join(f"[file] {name}" for name in named if name)


def _unnamed(file: Json) -> str:
    """docs.slack.dev, "Slack Connect: files": there an event tells no more of it than its id."""
    is_shared = file.get("file_access") == "check_file_info"
    return "of a channel that organizations share" if is_shared else ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
