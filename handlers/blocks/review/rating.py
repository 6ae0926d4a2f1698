"""The buttons by which an answer is judged: below it, and in the window that explains it."""

from typing import Any

from handlers.blocks.rendered import Block

RATE, WHY = "answer.rate", "answer.why"
GOOD, BAD = "good", "bad"


def rating_buttons(turn_id: str, channel: str) -> Block:
    """*channel* is where the answer was looked at from: a button in a window knows no place."""
    elements = [
        _button("Good answer", GOOD, f"{GOOD}:{turn_id}:{channel}"),
        _button("Bad answer", BAD, f"{BAD}:{turn_id}:{channel}"),
    ]
    return {"type": "actions", "elements": elements}


def feedback_block() -> Block:
    """Below an answer. docs.slack.dev, feedback buttons element: Slack says in which message they
    stand."""
    buttons = {
        "type": "feedback_buttons",
        "action_id": f"{RATE}.below",
        "positive_button": _choice("Good answer", GOOD),
        "negative_button": _choice("Bad answer", BAD),
    }
    return {"type": "context_actions", "elements": [buttons]}


def _choice(words: str, value: str) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": words}, "value": value}


def _button(words: str, which: str, value: str) -> Block:
    text = {"type": "plain_text", "text": words}
    return {"type": "button", "action_id": f"{RATE}.{which}", "text": text, "value": value}
