"""Schemas as vendors take them."""

from core.gateway.providers.wire.schema import compilable, is_strict, tool_parameters

ROW = {"type": "object", "properties": {"minItems": {"type": "integer", "minimum": 1}}}


def test_a_tool_takes_an_object_and_nothing_else_at_its_top():
    given = {"$schema": "x", "anyOf": [{}], "properties": {"anyOf": {"anyOf": [{}]}}}

    assert tool_parameters(given) == {
        "type": "object",
        "properties": {"anyOf": {"anyOf": [{}]}},
    }
    assert tool_parameters({}) == {"type": "object", "properties": {}}


def test_a_compilable_schema_has_closed_objects_and_counts_nothing():
    schema = {"type": "array", "maxItems": 3, "items": {"anyOf": [ROW, {"$ref": "#/$defs/row"}]}}

    built = compilable(schema | {"$defs": {"row": ROW}})

    closed = {
        "type": "object",
        # A property may be called what a keyword is called.
        "properties": {"minItems": {"type": "integer"}},
        "additionalProperties": False,
    }
    assert built == {
        "type": "array",
        "items": {"anyOf": [closed, {"$ref": "#/$defs/row"}]},
        "$defs": {"row": closed},
    }
    assert schema["items"]["anyOf"][0] is ROW


def test_strict_is_what_leaves_nothing_open():
    inner = {"type": "object", "properties": {}, "additionalProperties": False}
    outer = inner | {"properties": {"a": inner}, "required": ["a"]}

    assert is_strict(outer)
    assert not is_strict(outer | {"required": []})
    assert not is_strict(outer | {"properties": {"a": {"type": "object"}}})


def test_a_schema_without_a_bottom_is_cut():
    schema: dict = {}
    schema["items"] = schema

    assert compilable(schema)["items"]["items"]
