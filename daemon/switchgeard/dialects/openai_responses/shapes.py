"""Tools whose call has a shape of its own in openai.responses, though the client runs them.

Towards other wires each is a function whose arguments are what stands in `field` of the call.
A result has the type of its call with _output behind it, but for the search, which has no _call in it.

Rules for editing: a row here is all there is to know of a shape; the prefix is what the API's ids begin with.
"""

from typing import Any

from msgspec import Struct

from switchgeard.dialects.wire import Wire


class Shape(Struct, frozen=True):
    """`tool`: its type, and the name it goes by. `item`: the type of its call."""

    tool: str
    item: str
    field: str
    prefix: str
    words: str = ""
    parameters: Wire = {}  # empty: those the client declared
    begins: Wire = {}  # what `field` holds at least
    beside: Wire = {}  # further members of the call


def _object(required: list[str], **properties: Any) -> Wire:
    return {"type": "object", "properties": properties, "required": required}


TEXT: Wire = {"type": "string"}
TEXTS: Wire = {"type": "array", "items": TEXT}
COUNT: Wire = {"type": "integer"}
CHANGES: Wire = {"type": "string", "enum": ["create_file", "update_file", "delete_file"]}

SHAPES = (
    Shape(
        "local_shell",
        "local_shell_call",
        "action",
        "lsh",
        "Runs a command (the program and its arguments) on the user's machine and returns its output.",
        _object(["command"], command=TEXTS, timeout_ms=COUNT, working_directory=TEXT),
        {"type": "exec", "command": [], "env": {}},
    ),
    Shape(
        "shell",
        "shell_call",
        "action",
        "sh",
        "Runs shell commands on the user's machine and returns what they print.",
        _object(["commands"], commands=TEXTS, timeout_ms=COUNT, max_output_length=COUNT),
        {"commands": [], "timeout_ms": None, "max_output_length": None},
        {"environment": {"type": "local"}},
    ),
    Shape(
        "apply_patch",
        "apply_patch_call",
        "operation",
        "apc",
        "Creates, updates or deletes a file. `diff` is the file's change in V4A diff format, without a header.",
        _object(["type", "path"], type=CHANGES, path=TEXT, diff=TEXT),
        {"type": "update_file", "path": "", "diff": ""},
    ),
    Shape("tool_search", "tool_search_call", "arguments", "tsc", beside={"execution": "client"}),
)

BY_TOOL = {shape.tool: shape for shape in SHAPES}
BY_ITEM = {shape.item: shape for shape in SHAPES}
RESULTS = frozenset(f"{shape.item}_output".replace("search_call", "search") for shape in SHAPES)
