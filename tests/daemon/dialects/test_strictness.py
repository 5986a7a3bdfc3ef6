"""The part of JSON Schema that each provider can hold an answer to."""

from typing import Any

import pytest

from switchgeard.dialects.strictness import closed, complete

CLOSED = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}


@pytest.mark.parametrize(
    ("schema", "strict"),
    [
        (CLOSED, True),
        ({"type": "string"}, True),
        ({**CLOSED, "properties": {"a": CLOSED}}, True),
        ({**CLOSED, "required": []}, False),
        ({**CLOSED, "additionalProperties": True}, False),
        ({"type": "object", "properties": {}}, False),
        ({"type": "array", "items": {"type": "object"}}, False),
        ({"anyOf": [CLOSED, {"type": "object"}]}, False),
        ({"$ref": "#/$defs/x", "$defs": {"x": {"type": "object"}}}, False),
    ],
)
def test_strict_mode_wants_everything_closed_and_required(schema: dict[str, Any], strict: bool) -> None:
    """However deep."""
    assert complete(schema) is strict


def test_a_schema_that_is_taken_stays_as_it_is() -> None:
    """Also its members' order, which the prompt cache goes by."""
    assert closed(CLOSED) == CLOSED
    assert list(closed(CLOSED)) == list(CLOSED)


def test_objects_are_closed_wherever_they_are() -> None:
    """In members, items, alternatives and definitions."""
    thing: dict[str, Any] = {"type": "object", "properties": {}}
    within = {"type": "array", "items": thing, "anyOf": [thing], "$defs": {"x": thing}, "properties": {"y": thing}}
    shut = {**thing, "additionalProperties": False}
    assert closed(within) == {
        **within,
        "items": shut,
        "anyOf": [shut],
        "$defs": {"x": shut},
        "properties": {"y": shut},
        "additionalProperties": False,
    }


def test_what_is_not_taken_is_said_in_the_description() -> None:
    """Behind the one there is; a map's values too."""
    assert closed({"type": "integer", "minimum": 1, "description": "Age."}) == {
        "type": "integer",
        "description": 'Age.\n\n{"minimum":1}',
    }
    assert closed({"type": "array", "minItems": 3, "items": {"type": "string", "maxLength": 2}}) == {
        "type": "array",
        "items": {"type": "string", "description": '{"maxLength":2}'},
        "description": '{"minItems":3}',
    }
    assert closed({"type": "object", "additionalProperties": {"type": "number"}}) == {
        "type": "object",
        "additionalProperties": False,
        "description": '{"additionalProperties":{"type":"number"}}',
    }
    assert closed({"type": "array", "minItems": 1}) == {"type": "array", "minItems": 1}


def test_a_member_may_have_any_name() -> None:
    """Also one that means something to a schema."""
    odd = {**CLOSED, "properties": {"minimum": {"type": "string"}, "items": {"type": "string"}}}
    assert closed(odd) == odd
