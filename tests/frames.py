"""Amazon's event stream as its sender writes it: the opposite of what `upstream.eventstream` reads.

Rules for editing: nothing of `switchgeard` is imported here.
"""

import json
import struct
import zlib
from collections.abc import Mapping


def frame(payload: bytes, headers: Mapping[str, str | bytes | int]) -> bytes:
    """One message. A header's value is text, bytes, or a number of eight bytes."""
    head = b"".join(_header(name, value) for name, value in headers.items())
    prelude = struct.pack(">II", 16 + len(head) + len(payload), len(head))
    whole = prelude + struct.pack(">I", zlib.crc32(prelude)) + head + payload
    return whole + struct.pack(">I", zlib.crc32(whole))


def _header(name: str, value: str | bytes | int) -> bytes:
    named = bytes([len(name)]) + name.encode()
    if isinstance(value, int):
        return named + b"\x05" + struct.pack(">q", value)
    data = value.encode() if isinstance(value, str) else value
    return named + (b"\x07" if isinstance(value, str) else b"\x06") + struct.pack(">H", len(data)) + data


def event(name: str, payload: object) -> bytes:
    """One event with a JSON payload."""
    headers = {":event-type": name, ":content-type": "application/json", ":message-type": "event"}
    return frame(json.dumps(payload).encode(), headers)


def exception(name: str, message: str) -> bytes:
    """What ends a stream that went wrong."""
    headers = {":exception-type": name, ":content-type": "application/json", ":message-type": "exception"}
    return frame(json.dumps({"message": message}).encode(), headers)


def stream(lines: list[str]) -> bytes:
    """Lines of a recording, each `{"NAME": PAYLOAD}`, as they were on the wire."""
    return b"".join(event(name, payload) for line in lines for name, payload in json.loads(line).items())
