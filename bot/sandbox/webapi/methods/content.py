"""What a message may hold: text, Markdown, blocks, metadata; shared by the chat methods."""

from typing import Any

from bot.sandbox.webapi.blockkit import problems_in, with_ids
from bot.sandbox.webapi.call import Call, Json, SlackError

MARKDOWN_LIMIT = 12_000
POST_LIMIT = 40_000
UPDATE_LIMIT = 4_000
METADATA_LIMIT = 16_000


def read_content(call: Call) -> tuple[str, list[Json]]:
    """The text and blocks of a message; Markdown becomes a `markdown` block.

    Raises:
        SlackError: `markdown_text_conflict`, `no_text`, `invalid_blocks`, and `msg_too_long`
            when the Markdown has more than 12,000 characters.
    """
    text, markdown = call.text("text"), call.text("markdown_text")
    blocks = call.arguments.get("blocks") or []
    if markdown and (text or blocks):
        raise SlackError("markdown_text_conflict")
    if markdown:
        if len(markdown) > MARKDOWN_LIMIT:
            raise SlackError("msg_too_long")
        return markdown, with_ids([{"type": "markdown", "text": markdown}])
    if not (text.strip() or blocks or call.arguments.get("attachments")):
        raise SlackError("no_text")
    return text, check_blocks(blocks)


def check_blocks(blocks: list[Any]) -> list[Json]:
    """The same blocks with their ids, if they are right.

    Raises:
        SlackError: `invalid_blocks`, with what is wrong.
    """
    if wrong := problems_in(blocks):
        raise SlackError("invalid_blocks", *wrong)
    return with_ids(blocks)


def read_metadata(call: Call) -> Json | None:
    """Message metadata, if given and if this Slack is new enough to keep it.

    Raises:
        SlackError: `invalid_metadata_format`, `metadata_too_large`.
    """
    metadata: Json | None = call.arguments.get("metadata")
    if metadata is None:
        return None
    payload = metadata.get("event_payload")
    if not isinstance(metadata.get("event_type"), str) or not isinstance(payload, dict):
        raise SlackError("invalid_metadata_format")
    if set(metadata) - {"event_type", "event_payload"}:
        raise SlackError("invalid_metadata_format")
    if len(str(payload)) > METADATA_LIMIT:
        raise SlackError("metadata_too_large")
    return metadata if call.world.keeps_metadata else None


def read_guise(call: Call) -> Json:
    """The name and icon the message goes by, which need a scope of their own."""
    names = ("username", "icon_emoji", "icon_url")
    guise = {name: call.arguments[name] for name in names if call.arguments.get(name)}
    if guise:
        call.require_scope("chat:write.customize")
    return guise
