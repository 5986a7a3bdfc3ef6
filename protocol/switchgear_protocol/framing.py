"""Bytes to frames and back; which of the three framings it is, the first byte says.

    0x00          4-byte big-endian length, then MessagePack       (Python and Lua clients)
    C c           Content-Length header block, then JSON           (Neovim, Emacs, VS Code)
    { or [        one JSON object a line                           (shells, ACP and MCP style clients)

Rules for editing: sans-I/O, linear in the bytes received, and a size is refused where it is
announced, before anything of that size is kept. Nothing here raises on input: what is wrong with
it is left in `Framer.failure`, after the frames that came before it.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from .errors import ProtocolError
from .limits import DEFAULT, Limits


class Framing(StrEnum):
    MSGPACK = "msgpack"
    CONTENT_LENGTH = "content-length"
    NDJSON = "ndjson"


class Foreign(NamedTuple):
    """A protocol that is recognised and not spoken."""

    name: str
    hint: str
    answer: str | None  # head of the readable answer in that protocol; None: nothing it could read


HTTP = Foreign(
    "HTTP",
    "HTTP tools use http.sock beside this socket, or the address of [http] listen in the config",
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n",
)
TLS = Foreign("TLS", "this socket is local and unencrypted: connect without TLS", None)
NVIM = Foreign("Neovim msgpack-RPC", "use vim.lsp.rpc.connect(path), which speaks Content-Length", "")
UNKNOWN = Foreign("an unknown protocol", "send one JSON object a line", "")

NATIVE: dict[int, Framing] = {
    0x00: Framing.MSGPACK,
    ord("C"): Framing.CONTENT_LENGTH,
    ord("c"): Framing.CONTENT_LENGTH,
    ord("{"): Framing.NDJSON,
    ord("["): Framing.NDJSON,  # a batch: refused as a message, in words the sender can read
}
FOREIGN: dict[int, Foreign] = {**dict.fromkeys(b"GPHDOT", HTTP), 0x16: TLS, 0x93: NVIM, 0x94: NVIM}

WHITESPACE = b" \t\r\n"
PREFIX = 4  # bytes of the length before a MessagePack payload


def encode(framing: Framing, payload: bytes) -> bytes:
    """`payload` as one frame."""
    if framing is Framing.MSGPACK:
        return len(payload).to_bytes(PREFIX, "big") + payload
    if framing is Framing.NDJSON:
        return payload + b"\n"
    return b"Content-Length: %d\r\n\r\n%b" % (len(payload), payload)


class Framer:
    """Cuts received bytes into payloads. `framing` is None until the first byte has come."""

    __slots__ = ("_buffer", "_limits", "_need", "_scanned", "failure", "foreign", "framing")

    def __init__(self, limits: Limits = DEFAULT) -> None:
        self.framing: Framing | None = None
        self.foreign: Foreign | None = None
        self.failure: ProtocolError | None = None
        self._limits = limits
        self._buffer = bytearray()
        self._scanned = 0  # bytes of the buffer already searched for a line or header end
        self._need = -1  # payload bytes announced by a header that is already consumed; -1: none

    def receive_data(self, data: bytes) -> list[bytes]:
        """The payloads completed by `data`. After a failure: nothing, ever."""
        if self.failure is not None:
            return []
        if self.framing is Framing.MSGPACK and self._is_one_frame(data):
            return [data[PREFIX:]]
        self._buffer += data
        frames: list[bytes] = []
        try:
            if self.framing is None and not self._sniff():
                return frames
            cut = CUTTERS[self.framing]  # type: ignore[index]  # _sniff has set it
            while self._buffer and (frame := cut(self)) is not None:
                if frame:
                    frames.append(frame)
        except ProtocolError as failure:
            self.failure = failure
            self._buffer.clear()
        return frames

    def receive_eof(self) -> list[bytes]:
        """The last line may lack its newline; any other unfinished frame is a failure."""
        rest, self._buffer = bytes(self._buffer).strip(WHITESPACE), bytearray()
        if self.failure is not None or (not rest and self._need < 0):
            return []
        if self.framing is Framing.NDJSON:
            return [rest]
        self.failure = ProtocolError("invalid_message", "the connection ended in the middle of a frame")
        return []

    @property
    def unfinished(self) -> bool:
        """Whether a frame has begun and not ended: its sender owes us the rest."""
        return bool(self._buffer) or self._need >= 0

    @property
    def waiting(self) -> int:
        """Bytes held of a frame that is not complete."""
        return len(self._buffer)

    def _is_one_frame(self, data: bytes) -> bool:
        """The usual case, nothing waiting and one whole frame received: no need to go through the buffer."""
        if self._buffer or self._need >= 0:
            return False
        return PREFIX < len(data) == PREFIX + int.from_bytes(data[:PREFIX], "big") <= PREFIX + self._limits.frame

    def _sniff(self) -> bool:
        """Sets `framing` from the first byte that is not white space; False while there is none."""
        head = self._buffer.lstrip(WHITESPACE)
        if not head:
            self._buffer.clear()
            return False
        self._buffer = head
        self.framing = NATIVE.get(head[0])
        if self.framing is None:
            self.foreign = FOREIGN.get(head[0], UNKNOWN)
            raise ProtocolError(
                "unsupported_framing", f"this socket does not speak {self.foreign.name}", hint=self.foreign.hint
            )
        return True

    def _cut_prefixed(self) -> bytes | None:
        if self._need < 0:
            if len(self._buffer) < PREFIX:
                return None
            self._need = self._checked_size(int.from_bytes(self._buffer[:PREFIX], "big"))
            del self._buffer[:PREFIX]
        return self._cut_body()

    def _cut_headed(self) -> bytes | None:
        if self._need < 0:
            end = self._buffer.find(b"\r\n\r\n", max(0, self._scanned - 3))
            block = bytes(self._buffer[:end]) if end >= 0 else bytes(self._buffer[: self._limits.header + 4])
            self._check_header(block, whole=end >= 0)
            if end < 0:
                self._scanned = len(self._buffer)
                return None
            self._need = self._checked_size(content_length(block))
            self._scanned = 0
            del self._buffer[: end + 4]
        return self._cut_body()

    def _cut_line(self) -> bytes | None:
        """A line without its end; b"" for a blank one."""
        end = self._buffer.find(b"\n", self._scanned)
        if (end if end >= 0 else len(self._buffer)) > self._limits.frame:
            raise self._too_large(f"a line may have {self._limits.frame} bytes")
        if end < 0:
            self._scanned = len(self._buffer)
            return None
        line = bytes(self._buffer[:end]).strip(WHITESPACE)
        self._scanned = 0
        del self._buffer[: end + 1]
        return line

    def _cut_body(self) -> bytes | None:
        size = self._need
        if len(self._buffer) < size:
            return None
        body = bytes(self._buffer[:size])
        del self._buffer[:size]
        self._need = -1
        return body

    def _checked_size(self, size: int) -> int:
        if size == 0:
            raise ProtocolError("invalid_message", "a frame of length 0 says nothing")
        if size > self._limits.frame:
            raise self._too_large(f"a frame of {size} bytes was announced, {self._limits.frame} are allowed")
        return size

    def _too_large(self, message: str) -> ProtocolError:
        return ProtocolError("too_large", message, hint="send fewer or smaller images and documents in one request")

    def _check_header(self, block: bytes, *, whole: bool) -> None:
        """Also of an unfinished block: one ended by bare LFs would wait for ever for its CR LF."""
        most = self._limits.header + 3  # what an unfinished block may have: of the next CR LF CR LF
        if b"\n" in block[:most].replace(b"\r\n", b""):  # first, so that it counts however the bytes were cut
            raise ProtocolError("invalid_message", "header lines end in CR LF", hint="or send one JSON object a line")
        if len(block) > (self._limits.header if whole else most):
            raise ProtocolError("too_large", f"a header block may have {self._limits.header} bytes")


CUTTERS: dict[Framing, Callable[[Framer], bytes | None]] = {
    Framing.MSGPACK: Framer._cut_prefixed,
    Framing.CONTENT_LENGTH: Framer._cut_headed,
    Framing.NDJSON: Framer._cut_line,
}


def content_length(block: bytes) -> int:
    """The size a header block announces. Raises ProtocolError for anything but one plain number."""
    sizes = []
    for line in block.split(b"\r\n"):
        name, colon, value = line.partition(b":")
        if not colon:
            raise ProtocolError("invalid_message", "a header line has no colon")
        if name.strip().lower() == b"content-length":
            sizes.append(value.strip())
    if len(sizes) != 1 or not sizes[0].isdigit() or len(sizes[0]) > 12:
        raise ProtocolError("invalid_message", "a header block needs exactly one Content-Length, a plain number")
    return int(sizes[0])


def refusal(framing: Framing | None, foreign: Foreign | None, payload: bytes, text: str) -> bytes:
    """The last bytes for a peer: `payload` (an error reply) as it can read it, or `text` for HTTP."""
    if foreign is None:
        return encode(framing or Framing.NDJSON, payload)
    if foreign.answer is None:
        return b""
    if not foreign.answer:
        return encode(Framing.NDJSON, payload)
    body = f"{text}\n".encode()
    return f"{foreign.answer}Content-Length: {len(body)}\r\n\r\n".encode() + body
