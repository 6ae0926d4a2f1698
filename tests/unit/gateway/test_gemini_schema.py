"""A JSON Schema, cut down to what Gemini's own can say."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.gateway.providers.gemini.schema import MOST_PARTS, gemini_schema

REFERENCES = {
    "type": "object",
    "properties": {"who": {"$ref": "#/$defs/person", "description": "whom"}},
    "$defs": {"person": {"type": "object", "properties": {"name": {"type": "string"}}}},
}


@pytest.mark.parametrize(
    ("schema", "reduced"),
    [
        ({}, {"type": "string"}),
        ({"type": ["string", "null"]}, {"type": "string", "nullable": True}),
        ({"type": ["null", "integer", "string"]}, {"type": "integer", "nullable": True}),
        ({"const": "a"}, {"type": "string", "enum": ["a"]}),
        ({"type": "integer", "enum": [1, 2]}, {"type": "integer"}),
        ({"enum": ["", "a"]}, {"type": "string", "enum": ["a"]}),
        ({"type": "string", "format": "email"}, {"type": "string"}),
        ({"type": "string", "format": "date-time"}, {"type": "string", "format": "date-time"}),
        ({"items": {}}, {"type": "array", "items": {"type": "string"}}),
        ({"type": "array"}, {"type": "array", "items": {"type": "string"}}),
        ({"type": "object", "additionalProperties": {}}, {"type": "object"}),
        ({"anyOf": [{"type": "number"}, {"type": "null"}]}, {"type": "number", "nullable": True}),
        (
            {"oneOf": [{"type": "number"}, {"type": "string"}], "title": "t"},
            {"title": "t", "anyOf": [{"type": "number"}, {"type": "string"}]},
        ),
        (
            {"properties": {"title": {"type": "string"}}, "required": ["title", "gone"]},
            {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]},
        ),
        (
            REFERENCES,
            {
                "type": "object",
                "properties": {
                    "who": {
                        "type": "object",
                        "description": "whom",
                        "properties": {"name": {"type": "string"}},
                    }
                },
            },
        ),
    ],
)
def test_what_can_be_said_is_said(schema, reduced):
    assert gemini_schema(schema) == reduced


def test_a_schema_that_refers_to_itself_has_an_end():
    branches = {name: {"$ref": "#"} for name in "abcdef"}

    reduced = gemini_schema({"type": "object", "properties": branches})

    assert str(reduced).count("'type'") < MOST_PARTS * 8


def test_a_reference_in_a_circle_has_an_end():
    assert gemini_schema({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}})


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["string", "null", "object", "array", "#/properties/a"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["type", "properties", "items", "anyOf", "enum", "required", "$ref", "format", "a"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(["type", "properties", "anyOf", "required", "enum"]), JSON))
def test_no_schema_makes_it_fail(schema):
    assert isinstance(gemini_schema(schema), dict)
