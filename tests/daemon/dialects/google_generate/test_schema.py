"""Google's own form of a schema, as JSON Schema."""

from switchgeard.dialects.google_generate.schema import json_schema


def test_types_counts_and_nullable_are_said_as_json_schema_says_them() -> None:
    """At any depth; a property may be called like a keyword."""
    given = {
        "type": "OBJECT",
        "properties": {
            "type": {"type": "STRING", "nullable": True, "enum": ["A"], "max_length": "3"},
            "list": {"type": "ARRAY", "items": {"type": "INTEGER", "format": "int32"}, "minItems": "1"},
            "either": {"any_of": [{"type": "STRING"}, {"type": "NUMBER"}], "nullable": True},
        },
        "required": ["type"],
        "propertyOrdering": ["type"],
    }
    assert json_schema(given) == {
        "type": "object",
        "properties": {
            "type": {"type": ["string", "null"], "enum": ["A", None], "maxLength": 3},
            "list": {"type": "array", "items": {"type": "integer", "format": "int32"}, "minItems": 1},
            "either": {"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "null"}]},
        },
        "required": ["type"],
    }


def test_json_schema_stays_as_it_is() -> None:
    """Many clients send it there too."""
    given = {"type": "object", "properties": {"a": {"type": ["string", "null"], "$ref": "#/$defs/x"}}, "default": {}}
    assert json_schema(given) == given
