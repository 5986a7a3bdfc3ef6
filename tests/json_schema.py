"""A check against the JSON Schema that docs/cli.schema.json is, stricter than the standard: no field is undocumented.

Only the keywords that file uses; another one is an error here, so that none is passed over in silence.
"""

from collections.abc import Iterator
from typing import Any

TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
    "array": (list,),
    "object": (dict,),
}
KNOWN = {"$ref", "anyOf", "enum", "type", "properties", "required", "items", "additionalProperties"}
REMARKS = {"title", "description", "default", "discriminator"}


def faults(value: Any, schema: dict[str, Any], defs: dict[str, Any], at: str = "$") -> Iterator[str]:
    """Each place where the value is not what the schema says, as "$.models[0].alias: ..."."""
    assert schema.keys() <= KNOWN | REMARKS, schema.keys()
    if "$ref" in schema:
        yield from faults(value, defs[schema["$ref"].rpartition("/")[2]], defs, at)
    elif "anyOf" in schema:
        tried = [[*faults(value, each, defs, at)] for each in schema["anyOf"]]
        yield from min(tried, key=len)
    elif "enum" in schema:
        yield from [] if value in schema["enum"] else [f"{at}: {value!r} is none of {schema['enum']}"]
    elif "type" in schema:
        yield from _typed(value, schema, defs, at)


def _typed(value: Any, schema: dict[str, Any], defs: dict[str, Any], at: str) -> Iterator[str]:
    kind = schema["type"]
    right: bool = isinstance(value, TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))
    if not right:
        yield f"{at}: {value!r} is no {kind}"
    elif kind == "array":
        for number, each in enumerate(value):
            yield from faults(each, schema.get("items", {}), defs, f"{at}[{number}]")
    elif kind == "object":
        yield from _fields(value, schema, defs, at)


def _fields(value: dict[str, Any], schema: dict[str, Any], defs: dict[str, Any], at: str) -> Iterator[str]:
    known, rest = schema.get("properties", {}), schema.get("additionalProperties")
    yield from (f"{at}.{name} is missing" for name in schema.get("required", ()) if name not in value)
    for name, each in value.items():
        if name in known:
            yield from faults(each, known[name], defs, f"{at}.{name}")
        elif isinstance(rest, dict):
            yield from faults(each, rest, defs, f"{at}.{name}")
        elif known:
            yield f"{at}.{name} is not documented"
