"""Arguments of a call on wires that want a JSON object, where the model wrote text."""

from typing import Any

import msgspec


def as_object(arguments: str) -> msgspec.Raw | dict[str, Any]:
    """The arguments as the model wrote them; wrapped when they are no JSON object."""
    try:
        value = msgspec.json.decode(arguments or "{}")
    except (ValueError, RecursionError):
        value = None
    return msgspec.Raw((arguments or "{}").encode()) if isinstance(value, dict) else {"arguments": arguments}
