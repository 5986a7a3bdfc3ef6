"""Server-sent events: bytes in any pieces to whole events, bounded, in linear time.

Sans-I/O, after the WHATWG event stream format, with one leniency providers need: an event at the
end of the stream counts without its blank line. `id` and `retry` fields are ignored: nobody
resumes a completion. Bytes that are not UTF-8 become U+FFFD, as the format says; a dialect finds
out if that broke its JSON.

Rules for editing: no field names or formats of a dialect here, and nothing that looks at a byte
twice (a provider may send one byte at a time, or 8 MiB without a line end).
"""

from msgspec import Struct

from switchgeard.dialects.fault import Garbled

MEBIBYTE = 1024 * 1024
BOM = b"\xef\xbb\xbf"


class Event(Struct, frozen=True):
    """One event: `event` is its name if it has one, `data` its data lines joined by newlines."""

    event: str | None
    data: str


class Parser:
    """One stream. `feed` every chunk in order, then `end` once. Both raise Garbled on oversize."""

    __slots__ = ("_after_cr", "_data", "_first", "_held", "_line", "_name", "limit_event", "limit_line")

    def __init__(self, limit_line: int = 8 * MEBIBYTE, limit_event: int = 8 * MEBIBYTE) -> None:
        self.limit_line = limit_line  # bytes
        self.limit_event = limit_event  # bytes of data lines
        self._line = bytearray()  # a line that has not ended; grows in place
        self._after_cr = False  # the last chunk ended with CR: an LF now belongs to it
        self._first = True  # no line seen: a byte order mark may lead
        self._name: str | None = None
        self._data: list[bytes] = []
        self._held = 0  # bytes in _data

    def feed(self, chunk: bytes) -> list[Event]:
        """The events this chunk completes."""
        if not chunk:
            return []
        if self._after_cr:
            chunk = chunk.removeprefix(b"\n")
        lines = chunk.splitlines(keepends=True)
        tail = lines.pop() if lines and not lines[-1].endswith((b"\n", b"\r")) else b""
        self._after_cr = chunk.endswith(b"\r")
        events = self._take(lines)
        self._line += tail
        self._check(len(self._line))
        return events

    def end(self) -> list[Event]:
        """The event the stream ended in, if it had data."""
        events = self._take([b"\n"] if self._line else [])
        last = self._dispatch()
        return [*events, last] if last else events

    def _take(self, lines: list[bytes]) -> list[Event]:
        events: list[Event] = []
        for line in lines:
            if self._line:
                line = bytes(self._line + line)
                self._line.clear()
            text = line.rstrip(b"\r\n")
            self._check(len(text))
            if text:
                self._field(text)
            elif event := self._dispatch():
                events.append(event)
        return events

    def _check(self, length: int) -> None:
        if length > self.limit_line:
            raise Garbled(f"a line of the stream is longer than {self.limit_line} bytes")

    def _field(self, line: bytes) -> None:
        if self._first:
            self._first = False
            line = line.removeprefix(BOM)
        name, _, value = line.partition(b":")
        if name == b"data":
            self._keep(value.removeprefix(b" "))
        elif name == b"event":
            self._name = value.removeprefix(b" ").decode("utf-8", "replace") or None

    def _keep(self, value: bytes) -> None:
        self._held += len(value) + 1
        if self._held > self.limit_event:
            raise Garbled(f"an event of the stream is larger than {self.limit_event} bytes")
        self._data.append(value)

    def _dispatch(self) -> Event | None:
        self._first = False
        name, data = self._name, self._data
        self._name, self._data, self._held = None, [], 0
        return Event(name, b"\n".join(data).decode("utf-8", "replace")) if data else None
