"""An answer of any wire as google.generate streams it: chunks that are whole responses, the last with the reason.

A call goes out when it is whole, for this wire has no half ones. `say` tells what becomes of thoughts and of
signatures. The last chunk has an empty text, as Google's own have: client libraries keep no turn in a
conversation that has a chunk without content.
"""

import msgspec

from switchgear_protocol.content import Usage
from switchgear_protocol.errors import ErrorObject
from switchgear_protocol.events import (
    BlockEnd,
    OpaqueBlock,
    ReasoningDelta,
    ReasoningSignature,
    StreamEvent,
    TextDelta,
    ToolArgsDelta,
    ToolStart,
)
from switchgear_protocol.words import Finish
from switchgeard.core.issuer import Issuer
from switchgeard.dialects.dialect import Told
from switchgeard.dialects.wire import Wire
from switchgeard.upstream.sse import Event

from .parts import NAME
from .refuse import said
from .say import call, response, thought

NOBODY = Issuer("", NAME, "")


class _Call:
    """A call whose arguments are being written. `signature`: what the model signed it with."""

    __slots__ = ("name", "pieces", "signature")

    def __init__(self, name: str, signature: str) -> None:
        self.name = name
        self.signature = signature
        self.pieces: list[str] = []


class Writer:
    """One answer. See `dialect.Writing`."""

    __slots__ = ("_calls", "_held", "_issuer", "_told")

    def __init__(self, told: Told) -> None:
        self._told = told
        self._issuer = NOBODY
        self._held = ""  # this wire's own signature, for the part that comes next
        self._calls: dict[str, _Call] = {}

    def begin(self, issuer: Issuer) -> None:
        self._issuer = issuer
        self._calls = {}
        self._held = ""

    def feed(self, event: StreamEvent) -> list[Event]:
        match event:
            case TextDelta(text=text):
                return self._chunk(self._signed({"text": text})) if text else []
            case ReasoningDelta(text=text):
                return self._chunk(thought(text, "", self._issuer)) if text else []
            case ReasoningSignature(signature=signature, redacted=redacted):
                return self._signature(signature, redacted=redacted)
            case ToolStart(id=id, name=name):
                self._calls[id] = _Call(name, self._taken())
            case ToolArgsDelta(id=id, json=piece) if id in self._calls:
                self._calls[id].pieces.append(piece)
            case BlockEnd(id=str(id)):
                return self._called(id)
            case OpaqueBlock(dialect=dialect, data=data) if dialect == NAME:
                return [*self._trailing(), *self._chunk(dict(data))]
        return []

    def finish(self, finish: Finish, usage: Usage) -> list[Event]:
        calls = [event for key in list(self._calls) for event in self._called(key)]
        return [*calls, _event(response(self._told, [self._signed({"text": ""})], finish, usage))]

    def fail(self, error: ErrorObject) -> list[Event]:
        return [Event(None, said(error).decode())]

    def _signature(self, signature: str, *, redacted: bool) -> list[Event]:
        if self._issuer.wire != NAME:
            return self._chunk(thought("", signature, self._issuer, redacted=redacted))
        out = self._trailing()
        self._held = signature
        return out

    def _called(self, id: str) -> list[Event]:
        made = self._calls.pop(id, None)
        if made is None:
            return []
        return self._chunk(call(id, made.name, "".join(made.pieces), self._issuer, made.signature))

    def _trailing(self) -> list[Event]:
        """A signature that no part followed."""
        return self._chunk(self._signed({"text": ""})) if self._held else []

    def _signed(self, part: Wire) -> Wire:
        return {**part, "thoughtSignature": self._taken()} if self._held else part

    def _taken(self) -> str:
        held, self._held = self._held, ""
        return held

    def _chunk(self, part: Wire) -> list[Event]:
        return [_event(response(self._told, [part]))]


def _event(payload: Wire) -> Event:
    """On one line, whatever lines a model wrote its arguments in: Google's libraries read a stream line by line."""
    return Event(None, _ENCODER.encode(payload).decode().replace("\n", " ").replace("\r", " "))


_ENCODER = msgspec.json.Encoder()
