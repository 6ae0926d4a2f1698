"""What a model was shown for an answer, as a window for admins."""

from collections.abc import Iterator, Sequence
from typing import Any

from core.gateway.usage.inspection.find_shown import ShownPrompt
from handlers.blocks.rendered import MOST_TEXT, Block

SHOWN = "answer.shown"
# Slack takes a window of 250 kB and 100 blocks; nobody reads even this much of it.
MOST_CHARACTERS = 60_000
TAKEN = "Its words were deleted: they are kept no longer than the conversation."


def shown_button(turn_id: str, channel: str) -> Block:
    """For whoever may administer. *channel* as in `rating_buttons`."""
    text = {"type": "plain_text", "text": "What did the model see?"}
    button = {
        "type": "button",
        "action_id": SHOWN,
        "text": text,
        "value": f"shown:{turn_id}:{channel}",
    }
    return {"type": "actions", "elements": [button]}


def shown_view(prompts: Sequence[ShownPrompt]) -> dict[str, Any]:
    """docs.slack.dev, views: a modal to read. All of it is plain text: nothing that a person, a
    document or a model has written becomes a link, a mention or a picture."""
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": "What the model saw"},
        "close": {"type": "plain_text", "text": "Back"},
        "blocks": [_plain(text) for text in _texts(prompts)],
    }


def _texts(prompts: Sequence[ShownPrompt]) -> Iterator[str]:
    left = MOST_CHARACTERS
    for number, prompt in enumerate(prompts, 1):
        yield (
            f"Call {number} of {len(prompts)}: {prompt.model}, {prompt.state}, "
            f"{prompt.input_tokens:,} tokens read, {prompt.output_tokens:,} written"
        )
        text = prompt.text or TAKEN
        for begin in range(0, min(len(text), left), MOST_TEXT):
            yield text[begin : begin + min(MOST_TEXT, left - begin)]
        if len(text) > left:
            yield f"… and {len(text) - left:,} more characters of this call, with what came after."
            return
        left -= len(text)


def _plain(text: str) -> Block:
    # Slack refuses a text without a character to see.
    shown = text if text.strip() else "(blank)"
    return {"type": "section", "text": {"type": "plain_text", "text": shown, "emoji": False}}
