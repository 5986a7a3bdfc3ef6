"""One exchange with a stand-in: what was asked, and the answer as steps over raw bytes.

Rules for editing: pure. Answers are bytes, not HTTP objects, because faults must be exact: a wrong
length, half a header, a reset between two chunks.
"""

import re
from collections.abc import Iterable
from email.utils import formatdate
from functools import cached_property
from http import HTTPStatus
from typing import Any, Literal
from urllib.parse import unquote

import msgspec
from msgspec import Struct

Header = tuple[str, str]

GOOGLE = re.compile(r"/models/(?P<model>[^/]+):(?P<manner>streamGenerateContent|generateContent)$")
WIRES = {"messages": "anthropic.messages", "responses": "openai.responses"}
"""How a completion's path ends -> the dialect spoken there; anything else is openai.chat."""


class Asked(Struct, frozen=True, dict=True):
    """One request to a stand-in, whole. `repr` shows no header: they carry credentials."""

    number: int  # how many completions were asked before it
    method: str
    path: str
    headers: tuple[Header, ...]  # lower-case names, as they came
    body: bytes
    wall: float  # epoch seconds of arrival

    def __repr__(self) -> str:
        return f"<Asked #{self.number} {self.method} {self.path} {self.model}>"

    @property
    def wire(self) -> str:
        """The dialect spoken, told by the path."""
        if self._google is not None:
            return "google.generate"
        return WIRES.get(self.path.partition("?")[0].rpartition("/")[2], "openai.chat")

    @cached_property
    def _google(self) -> re.Match[str] | None:
        """A path of google.generate says what other bodies say."""
        return GOOGLE.search(self.path.partition("?")[0])

    @cached_property
    def json(self) -> dict[str, Any]:
        """The body; {} when it is no JSON object."""
        try:
            value = msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return {}
        return value if isinstance(value, dict) else {}

    @property
    def stream(self) -> bool:
        if self._google is not None:
            return self._google["manner"] == "streamGenerateContent"
        return bool(self.json.get("stream"))

    @property
    def model(self) -> str:
        return unquote(self._google["model"]) if self._google is not None else str(self.json.get("model", ""))

    def header(self, name: str) -> str | None:
        """The first value of a header, None when it is absent."""
        return next((value for key, value in self.headers if key == name), None)


class Send(Struct, frozen=True):
    data: bytes
    times: int = 1  # a flood is one piece many times


class Pause(Struct, frozen=True):
    seconds: float


class Hang(Struct, frozen=True):
    """Say nothing until the stand-in is released or the client leaves."""


Step = Send | Pause | Hang
End = Literal["keep", "fin", "reset"]


class Answer(Struct, frozen=True):
    """Steps in order, then what becomes of the connection."""

    steps: tuple[Step, ...]
    end: End = "keep"


def head(status: int, headers: Iterable[Header] = ()) -> bytes:
    """Status line and headers, with the blank line."""
    phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Overloaded"
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def date(wall: float) -> Header:
    return ("date", formatdate(wall, usegmt=True))


def sized(status: int, body: bytes, headers: Iterable[Header] = (), content_type: str = "application/json") -> Answer:
    """A whole body with its length."""
    framing = (("content-type", content_type), ("content-length", str(len(body))))
    return Answer((Send(head(status, (*headers, *framing)) + body),))


def chunk(piece: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(piece), piece)


LAST_CHUNK = b"0\r\n\r\n"
EVENT_STREAM = "text/event-stream; charset=utf-8"


def chunked(
    pieces: Iterable[bytes | Step],
    headers: Iterable[Header] = (),
    *,
    status: int = 200,
    content_type: str = EVENT_STREAM,
    whole: bool = True,
    end: End = "keep",
) -> Answer:
    """A chunked body, each piece its own chunk and write. `whole` False: the framing is cut too."""
    framing = (("content-type", content_type), ("cache-control", "no-cache"), ("transfer-encoding", "chunked"))
    steps: list[Step] = [Send(head(status, (*headers, *framing)))]
    steps += [Send(chunk(piece)) if isinstance(piece, bytes) else piece for piece in pieces]
    return Answer((*steps, Send(LAST_CHUNK)) if whole else tuple(steps), end)
