"""Arguments of a call: text that a model wrote, where wires want a JSON object, or tools free text.

A tool that takes free text is to other wires a function of one text, `input`, so what comes back is taken out.
"""

from typing import Any

import msgspec

INPUT = "input"
BEGINS, ENDS = f'{{"{INPUT}":"', '"}'
"""What stands around free text that comes in pieces, each of them `escaped`."""


def as_object(arguments: str) -> msgspec.Raw | dict[str, Any]:
    """The arguments as the model wrote them; wrapped when they are no JSON object."""
    found = read(arguments)
    return {"arguments": arguments} if found is None else msgspec.Raw((arguments or "{}").encode())


def of_free_text(text: str) -> str:
    """The arguments that say this text."""
    return BEGINS + escaped(text) + ENDS


def escaped(text: str) -> str:
    """As it stands between the quotes of a JSON string."""
    return msgspec.json.encode(text).decode()[1:-1]


def free_text(arguments: str) -> str:
    """What a tool that takes free text is given: the `input`, else the arguments as they are."""
    text = (read(arguments) or {}).get(INPUT)
    return text if isinstance(text, str) else arguments


def read(arguments: str) -> dict[str, Any] | None:
    """The JSON object they are, {} when there are none; None for anything else."""
    try:
        value = msgspec.json.decode(arguments or "{}")
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
