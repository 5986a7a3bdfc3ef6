"""application/vnd.amazon.eventstream: bytes in any pieces to whole events, bounded, in linear time.

A frame is: length of all (u32), length of its headers (u32), CRC of those eight bytes, headers, payload, CRC of all
before it; big-endian. Sans-I/O, with the interface of `sse.Parser`, and its `Event`s: the name is the frame's
`:event-type`, the data its payload. An exception or error frame is an event named EXCEPTION whose data is a JSON
object with `code` and `message`. Unlike there, what stands unfinished at the end was cut off.

Rules for editing: pure; a length is checked before it is believed, a CRC before anything it covers is read.
"""

import struct
import zlib

import msgspec

from switchgeard.dialects.fault import Garbled

from .sse import MEBIBYTE, Event

CONTENT_TYPE = "application/vnd.amazon.eventstream"
EXCEPTION = ":exception"

PRELUDE = struct.Struct(">III")
CRC = struct.Struct(">I")
LEAST = PRELUDE.size + CRC.size  # bytes of a frame with nothing in it
LIMIT_HEADERS = 131_072  # bytes, as the format says
FIXED = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}
"""Header value type -> bytes of it; types 6 and 7 (bytes, text) say their length in a u16."""
SIZED, TEXT = (6, 7), 7


class Parser:
    """One stream. `feed` every chunk in order, then `end` once. Both raise Garbled."""

    __slots__ = ("_held", "_need", "limit")

    def __init__(self, limit: int = 8 * MEBIBYTE) -> None:
        self.limit = limit  # bytes of a frame
        self._held = bytearray()  # a frame that has not ended
        self._need = PRELUDE.size  # bytes of it before there is more to say

    def feed(self, chunk: bytes) -> list[Event]:
        """The events this chunk completes."""
        self._held += chunk
        if len(self._held) < self._need:
            return []
        events: list[Event] = []
        at = 0
        while (size := self._size(at)) is not None:
            if event := _event(bytes(self._held[at : at + size])):
                events.append(event)
            at += size
        del self._held[:at]
        return events

    def end(self) -> list[Event]:
        """Nothing; Garbled when a frame is unfinished."""
        if self._held:
            raise Garbled("the stream ended in the middle of a frame")
        return []

    def _size(self, at: int) -> int | None:
        """Bytes of the frame that begins here, None while it is not whole."""
        there = len(self._held) - at
        self._need = PRELUDE.size
        if there < PRELUDE.size:
            return None
        total, headers, crc = PRELUDE.unpack_from(self._held, at)
        if zlib.crc32(self._held[at : at + 8]) != crc:
            raise Garbled("a frame of the stream has a wrong checksum")
        if not LEAST + headers <= total <= self.limit or headers > LIMIT_HEADERS:
            raise Garbled(f"a frame of the stream has a wrong length, or is larger than {self.limit} bytes")
        self._need = total
        return total if there >= total else None


def _event(frame: bytes) -> Event | None:
    """What a whole frame says; None for one that says nothing."""
    if zlib.crc32(frame[: -CRC.size]) != CRC.unpack(frame[-CRC.size :])[0]:
        raise Garbled("a frame of the stream has a wrong checksum")
    end = PRELUDE.size + PRELUDE.unpack_from(frame)[1]
    headers, payload = _headers(frame[PRELUDE.size : end]), frame[end : -CRC.size]
    match headers.get(":message-type", "event"):
        case "event":
            return Event(headers.get(":event-type"), payload.decode("utf-8", "replace"))
        case "exception":
            return _exception(headers.get(":exception-type", ""), payload)
        case "error":
            return _told(headers.get(":error-code", ""), headers.get(":error-message", ""))
    return None


def _headers(data: bytes) -> dict[str, str]:
    """Name -> value of the headers that are text; the others are stepped over."""
    found: dict[str, str] = {}
    at = 0
    try:
        while at < len(data):
            name_end = at + 1 + data[at]
            kind, start = data[name_end], name_end + 1
            if kind in SIZED:
                start += 2
                size = int.from_bytes(data[start - 2 : start], "big")
            else:
                size = FIXED[kind]
            if start + size > len(data):
                raise IndexError
            if kind == TEXT:
                found[data[at + 1 : name_end].decode()] = data[start : start + size].decode()
            at = start + size
    except (IndexError, KeyError, UnicodeDecodeError):
        raise Garbled("a frame of the stream has headers that cannot be read") from None
    return found


def _exception(kind: str, payload: bytes) -> Event:
    try:
        body = msgspec.json.decode(payload)
    except (ValueError, RecursionError):
        body = payload.decode("utf-8", "replace")
    message = body.get("message") or body.get("Message") if isinstance(body, dict) else body
    return _told(kind, message if isinstance(message, str) else "")


def _told(code: str, message: str) -> Event:
    return Event(EXCEPTION, msgspec.json.encode({"code": code, "message": message}).decode())
