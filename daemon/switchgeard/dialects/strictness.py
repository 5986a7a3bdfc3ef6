"""Strictness: the part of JSON Schema that providers can hold an answer to. Each takes another one, or answers 400.

OpenAI's strict mode wants every object closed and all its members required. Anthropic wants objects closed, and
takes no bounds: what it does not take is said in the description, where a model reads it. Source: what the two
official Python SDKs make of a schema before they send it. Rules for editing: a schema's own members keep their order.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from switchgear_protocol.content import Tool

Schema = dict[str, Any]

NAMED = ("properties", "$defs", "definitions")
LISTED = ("anyOf", "allOf", "oneOf", "prefixItems")
TAKEN = frozenset(
    """
    $schema $id $ref $defs definitions type title description default enum const properties required
    additionalProperties items anyOf allOf oneOf format minItems pattern
    """.split()  # noqa: SIM905 - a list of words
)
"""Members Anthropic takes; `minItems` of 0 and 1 only."""


def complete(schema: Schema) -> bool:
    """Whether OpenAI's strict mode takes it."""
    members, required = schema.get("properties"), schema.get("required") or []
    shut = not _is_object(schema) or schema.get("additionalProperties") is False
    whole = not isinstance(members, dict) or set(members) == set(required)
    return shut and whole and all(map(complete, _inner(schema)))


def closed(schema: Schema) -> Schema:
    """The schema as Anthropic takes it; the same when it does already. The caller bounds how deep it is."""
    out = {name: _member(name, value) for name, value in schema.items() if _taken(name, value)}
    if _is_object(schema):
        out["additionalProperties"] = False
    if told := {name: value for name, value in schema.items() if not _taken(name, value)}:
        words = msgspec.json.encode(told).decode()
        out["description"] = f"{schema['description']}\n\n{words}" if schema.get("description") else words
    return out


def holds(tool: Tool) -> bool:
    """Whether Anthropic's models are held to this tool's parameters: asked to be, and taken as they stand."""
    return tool.strict and closed(tool.parameters) == tool.parameters != {}


def _is_object(schema: Schema) -> bool:
    kind = schema.get("type")
    return "properties" in schema or kind == "object" or (isinstance(kind, list) and "object" in kind)


def _taken(name: str, value: Any) -> bool:
    if name == "additionalProperties":
        return value is False
    return name in TAKEN and (name != "minItems" or value in (0, 1))


def _member(name: str, value: Any) -> Any:
    if name in NAMED and isinstance(value, dict):
        return {key: closed(item) if isinstance(item, dict) else item for key, item in value.items()}
    if name in LISTED and isinstance(value, list):
        return [closed(item) if isinstance(item, dict) else item for item in value]
    return closed(value) if name == "items" and isinstance(value, dict) else value


def _inner(schema: Schema) -> Iterator[Schema]:
    for name, value in schema.items():
        if name in NAMED and isinstance(value, dict):
            yield from (item for item in value.values() if isinstance(item, dict))
        elif name in LISTED and isinstance(value, list):
            yield from (item for item in value if isinstance(item, dict))
        elif name == "items" and isinstance(value, dict):
            yield value
