"""Bodies of other dialects on the wire: JSON text inside us, the connection's own format outside.

`CompletionCreate.body` and `Native.data` are `Raw`. Everyone but this module may take them for
JSON text; on a MessagePack connection they travel as MessagePack and are converted here.
"""

from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct

from .errors import ProtocolError
from .events import Native
from .messages import CompletionCreate


def to_text(value: Any, *, binary: bool) -> Any:
    """A received struct with its Raw as JSON text. Raises ProtocolError when that is not an object."""
    if isinstance(value, CompletionCreate) and value.body is not UNSET:
        return msgspec.structs.replace(value, body=_text(value.body, binary=binary))
    if isinstance(value, Native):
        return Native(_text(value.data, binary=binary))
    return value


def to_wire(value: Struct, *, binary: bool) -> Struct:
    """A struct to send with its Raw in the connection's format."""
    if not binary:
        return value
    if isinstance(value, CompletionCreate) and value.body is not UNSET:
        return msgspec.structs.replace(value, body=_packed(value.body))
    if isinstance(value, Native):
        return Native(_packed(value.data))
    return value


def _packed(text: Raw) -> Raw:
    return Raw(msgspec.msgpack.encode(msgspec.json.decode(text)))


def _text(raw: Raw, *, binary: bool) -> Raw:
    """Decoded once here, so that no reader meets broken text inside (a Raw is only skipped over)."""
    try:
        decoded = msgspec.msgpack.decode(raw) if binary else msgspec.json.decode(raw)
        text = Raw(msgspec.json.encode(decoded)) if binary else raw.copy()
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise ProtocolError("invalid_params", f"the native body cannot be read: {error}") from None
    if not isinstance(decoded, dict):
        raise ProtocolError("invalid_params", "a native body is an object")
    return text
