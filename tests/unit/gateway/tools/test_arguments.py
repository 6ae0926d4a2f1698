"""What a model writes as arguments is read strictly, and shown to people as it is (A91, A99)."""

from typing import Any

import pytest

from core.gateway.tools.arguments import canonical, read_arguments
from core.gateway.tools.model import Tool
from core.gateway.tools.showing import shown, visible
from core.kernel.errors import Invalid

SCHEMA = {
    "type": "object",
    "properties": {"body": {"type": "string"}, "count": {"type": "number"}},
    "required": ["body"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    "text",
    [
        '{"body": "a"',
        "[]",
        "null",
        "body",
        '{"body": "a", "body": "b"}',
        '{"body": "a", "count": NaN}',
        '{"body": "a", "count": Infinity}',
        '{"body": "a", "count": 1e999}',
        '{"body": "a", "count": ' + "9" * 5_000 + "}",
        '{"body": 7}',
        "{}",
        '{"body": "a", "more": 1}',
        '{"body": "\\u0000"}',
        '{"body": "\\ud800"}',
        '{"body": "\ud800"}',
        '{"body": "' + "a" * 2**20 + '"}',
        '{"body": ' + "[" * 5_000 + "]" * 5_000 + "}",
        '{"body": ' + "[" * 100 + "]" * 100 + "}",
    ],
    ids=range(18),
)
def test_a99_what_is_not_the_tools_own_json_is_refused_in_a_few_words(text):
    with pytest.raises(Invalid) as refusal:
        read_arguments(text, SCHEMA)

    assert len(str(refusal.value)) < 400


def test_the_same_arguments_have_one_form():
    one = read_arguments('{"count": 1, "body": "ä"}', SCHEMA)
    other = read_arguments(' {"body":"\\u00e4","count":1}', SCHEMA)

    assert canonical(one) == canonical(other) == '{"body":"ä","count":1}'


@pytest.mark.parametrize(
    "schema", [{"type": "nonsense"}, {"$ref": "http://127.0.0.1:9/x"}, {"properties": 3}]
)
def test_a_schema_that_is_none_or_points_elsewhere_is_a_plain_error(schema):
    with pytest.raises(Invalid):
        read_arguments('{"body": "a"}', schema)


def test_a91_a_card_shows_what_cannot_be_seen():
    hidden = "pay\U000e0041 Ben\u202e\u200b\u200d\x1b[31m"

    assert visible(hidden) == "pay[U+E0041] Ben[U+202E][U+200B][U+200D][U+001B][31m"
    assert visible("Grüße 🚲\n") == "Grüße 🚲\n"


async def run(context: Any, caller: Any, arguments: Any) -> str:
    return ""


def test_a_card_shows_all_of_it_or_is_not_shown():
    tool = Tool("act", "", SCHEMA, "writes", run)

    assert shown(tool, {"body": "a", "count": 2}) == "Use the tool act\nbody: a\ncount: 2"
    with pytest.raises(Invalid, match="too long"):
        shown(tool, {"body": "a" * 10_000})
