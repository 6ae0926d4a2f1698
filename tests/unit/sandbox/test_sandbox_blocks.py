"""Block Kit, as strict as Slack or stricter."""

from typing import Any

import pytest

from bot.sandbox.webapi.blockkit import problems_in, with_ids

PLAIN = {"type": "plain_text", "text": "Fine"}
MRKDWN = {"type": "mrkdwn", "text": "*Fine*"}
BUTTON = {"type": "button", "text": PLAIN, "action_id": "go", "value": "1"}
FEEDBACK = {
    "type": "feedback_buttons",
    "action_id": "rate",
    "positive_button": {"text": PLAIN, "value": "up"},
    "negative_button": {"text": PLAIN, "value": "down"},
}
CELL = {"type": "raw_text", "text": "1"}
RICH = {
    "type": "rich_text",
    "elements": [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "a"}]},
        {
            "type": "rich_text_list",
            "style": "bullet",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [{"type": "link", "url": "https://a.example"}],
                }
            ],
        },
    ],
}
RIGHT = {
    "section": {"type": "section", "text": MRKDWN, "accessory": BUTTON},
    "fields": {"type": "section", "fields": [MRKDWN, PLAIN]},
    "markdown": {"type": "markdown", "text": "**Fine**"},
    "header": {"type": "header", "text": PLAIN},
    "divider": {"type": "divider", "block_id": "line"},
    "context": {"type": "context", "elements": [MRKDWN]},
    "actions": {"type": "actions", "elements": [BUTTON]},
    "feedback": {"type": "context_actions", "elements": [FEEDBACK]},
    "rich_text": RICH,
    "table": {"type": "table", "rows": [[CELL, CELL]]},
    "image": {"type": "image", "image_url": "https://a.example/a.png", "alt_text": "a"},
    "task": {"type": "task_card", "task_id": "1", "title": "Look", "status": "complete"},
    "plan": {
        "type": "plan",
        "title": "Plan",
        "tasks": [{"type": "task_card", "task_id": "1", "title": "Look", "status": "error"}],
    },
}


@pytest.mark.parametrize("block", RIGHT.values(), ids=RIGHT)
def test_a_right_block_is_taken(block: dict[str, Any]) -> None:
    assert problems_in([block]) == []


WRONG: dict[str, list[Any]] = {
    "no object": ["text"],
    "unknown type": [{"type": "marquee"}],
    "no type": [{"text": PLAIN}],
    "unknown key": [{"type": "divider", "colour": "red"}],
    "empty section": [{"type": "section"}],
    "empty section text": [{"type": "section", "text": {"type": "mrkdwn", "text": ""}}],
    "section too long": [{"type": "section", "text": MRKDWN | {"text": "a" * 3001}}],
    "string for a text object": [{"type": "section", "text": "hello"}],
    "eleven fields": [{"type": "section", "fields": [MRKDWN] * 11}],
    "field too long": [{"type": "section", "fields": [MRKDWN | {"text": "a" * 2001}]}],
    "markup in a header": [{"type": "header", "text": MRKDWN}],
    "header too long": [{"type": "header", "text": PLAIN | {"text": "a" * 151}}],
    "unknown text key": [{"type": "section", "text": MRKDWN | {"emoji": True}}],
    "button without text": [{"type": "actions", "elements": [{"type": "button"}]}],
    "button label too long": [
        {"type": "actions", "elements": [BUTTON | {"text": PLAIN | {"text": "a" * 76}}]}
    ],
    "button value too long": [{"type": "actions", "elements": [BUTTON | {"value": "a" * 2001}]}],
    "button value a number": [{"type": "actions", "elements": [BUTTON | {"value": 1}]}],
    "button style": [{"type": "actions", "elements": [BUTTON | {"style": "loud"}]}],
    "no elements": [{"type": "actions", "elements": []}],
    "26 buttons": [{"type": "actions", "elements": [{"type": "button", "text": PLAIN}] * 26}],
    "feedback in actions": [{"type": "actions", "elements": [FEEDBACK]}],
    "half a feedback": [
        {"type": "context_actions", "elements": [{"type": "feedback_buttons", "action_id": "a"}]}
    ],
    "long block id": [{"type": "divider", "block_id": "a" * 256}],
    "same block id": [{"type": "divider", "block_id": "a"}, {"type": "divider", "block_id": "a"}],
    "same action id": [{"type": "actions", "elements": [BUTTON, BUTTON]}],
    "51 blocks": [{"type": "divider"}] * 51,
    "markdown too long": [{"type": "markdown", "text": "a" * 12_001}],
    "markdown too long together": [{"type": "markdown", "text": "a" * 6_001}] * 2,
    "two tables": [{"type": "table", "rows": [[CELL]]}] * 2,
    "101 rows": [{"type": "table", "rows": [[CELL]] * 101}],
    "21 columns": [{"type": "table", "rows": [[CELL] * 21]}],
    "list style": [
        {"type": "rich_text", "elements": [RICH["elements"][1] | {"style": "roman"}]}  # type: ignore[operator]
    ],
}


@pytest.mark.parametrize("blocks", WRONG.values(), ids=WRONG)
def test_a_wrong_block_is_refused_with_its_place(blocks: list[Any]) -> None:
    problems = problems_in(blocks)

    assert problems
    assert all(isinstance(problem, str) for problem in problems)


def test_blocks_and_buttons_get_ids_as_slack_gives_them() -> None:
    blocks = [{"type": "divider"}, {"type": "actions", "elements": [{"type": "button"}]}]

    named = with_ids(blocks)

    assert named[0]["block_id"] != named[1]["block_id"]
    assert named[1]["elements"][0]["action_id"]
    assert "block_id" not in blocks[0]
