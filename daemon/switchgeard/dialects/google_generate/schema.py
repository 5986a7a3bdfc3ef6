"""Google's own form of a schema (`parameters`, `responseSchema`) as JSON Schema, which every other wire takes.

It is a part of OpenAPI's: types in capitals, `nullable` beside the type, numbers as text where they are counts.
JSON Schema passes through unchanged.
"""

from typing import Any

Schema = dict[str, Any]

COUNTS = frozenset({"minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"})
SPELLED = {"any_of": "anyOf", "property_ordering": "propertyOrdering"} | {
    "".join(f"_{c.lower()}" if c.isupper() else c for c in name): name for name in COUNTS
}
LEFT_OUT = frozenset({"nullable", "propertyOrdering", "example"})


def json_schema(given: Schema) -> Schema:
    """The schema, and those within it. The caller bounds how deep they are."""
    named = {SPELLED.get(name, name): value for name, value in given.items()}
    out = {name: _member(name, value) for name, value in named.items() if name not in LEFT_OUT}
    return _nullable(out) if named.get("nullable") is True else out


def _member(name: str, value: Any) -> Any:
    if name == "type" and isinstance(value, str):
        return value.lower()
    if name in COUNTS and isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    if name in ("properties", "$defs", "defs") and isinstance(value, dict):
        return {key: _inner(item) for key, item in value.items()}
    if name == "anyOf" and isinstance(value, list):
        return [_inner(item) for item in value]
    return _inner(value) if name in ("items", "additionalProperties") else value


def _inner(value: Any) -> Any:
    return json_schema(value) if isinstance(value, dict) else value


def _nullable(schema: Schema) -> Schema:
    kind = schema.get("type")
    if isinstance(kind, str):
        schema = {**schema, "type": [kind, "null"]}
        return {**schema, "enum": [*schema["enum"], None]} if isinstance(schema.get("enum"), list) else schema
    if isinstance(schema.get("anyOf"), list):
        return {**schema, "anyOf": [*schema["anyOf"], {"type": "null"}]}
    return schema
