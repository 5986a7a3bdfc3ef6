"""What a command printed with --json, held against docs/cli.schema.json."""

import json
from pathlib import Path
from typing import Any

import msgspec

from json_schema import faults

DOCS = Path(__file__).resolve().parent.parent / "docs"
SCHEMA: dict[str, Any] = json.loads((DOCS / "cli.schema.json").read_text())


def documented(printed: str, key: str) -> Any:
    """Each line is an object of the shape that the document has under `key`; the last of them."""
    lines = [msgspec.json.decode(line) for line in printed.splitlines()]
    assert lines
    for value in lines:
        assert value["v"] == 1
        found = list(faults(value, SCHEMA["commands"][key], SCHEMA["$defs"]))
        assert found == []
    return lines[-1]
