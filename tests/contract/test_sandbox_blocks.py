"""What the sandbox's Block Kit accepts, Slack's own types and SDK accept too."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from slack_sdk.models.blocks import Block

from bot.sandbox.webapi.blockkit import problems_in
from bot.sandbox.webapi.blockkit.shapes import BLOCKS
from bot.sandbox.webapi.blockkit.views import problems_of_view
from tests.unit.sandbox.test_sandbox_blocks import RIGHT, WRONG
from tests.unit.sandbox.test_sandbox_dialogs import WRONG as MODALS
from tests.unit.sandbox.test_sandbox_dialogs import modal

# Rules the schema cannot say (lengths, counts, uniqueness): ours alone are stricter.
BEYOND_SCHEMA = {
    "empty section",
    "empty section text",
    "section too long",
    "eleven fields",
    "field too long",
    "header too long",
    "button label too long",
    "button value too long",
    "no elements",
    "26 buttons",
    "long block id",
    "same block id",
    "same action id",
    "51 blocks",
    "markdown too long",
    "markdown too long together",
    "two tables",
    "101 rows",
    "21 columns",
}


@pytest.fixture(scope="module")
def schema(shared: Path) -> jsonschema.Draft7Validator:
    text = (shared / "contracts" / "slack" / "blocks.schema.json").read_text()
    return jsonschema.Draft7Validator(json.loads(text))


@pytest.mark.parametrize("name", RIGHT)
def test_a_block_we_take_is_one_of_slacks(schema: jsonschema.Draft7Validator, name: str) -> None:
    assert problems_in([RIGHT[name]]) == []
    assert not [error.message for error in schema.iter_errors([RIGHT[name]])]
    parsed = Block.parse(RIGHT[name])
    assert parsed is not None
    parsed.to_dict()


@pytest.mark.parametrize("name", sorted(WRONG.keys() - BEYOND_SCHEMA))
def test_what_the_schema_refuses_we_refuse(schema: jsonschema.Draft7Validator, name: str) -> None:
    blocks: list[Any] = WRONG[name]

    assert list(schema.iter_errors(blocks))
    assert problems_in(blocks)


def test_a_modal_we_take_is_one_of_slacks(shared: Path) -> None:
    text = (shared / "contracts" / "slack" / "view.schema.json").read_text()
    slacks = jsonschema.Draft7Validator(json.loads(text))
    menu = {"type": "external_select", "action_id": "who", "min_query_length": 1}
    asked = {"type": "input", "label": {"type": "plain_text", "text": "Who"}, "element": menu}
    for view in (modal(), modal(blocks=[asked, {"type": "divider"}], notify_on_close=True)):
        assert problems_of_view(view) == []
        assert not [error.message for error in slacks.iter_errors(view)]
    assert problems_of_view(MODALS["unknown key"])
    assert list(slacks.iter_errors(MODALS["unknown key"]))


def test_every_kind_of_block_has_a_sample() -> None:
    assert {block["type"] for block in RIGHT.values()} == set(BLOCKS)
