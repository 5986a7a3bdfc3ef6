"""One answer as openai.responses streams it: canonical events to server-sent events, numbered in order."""

from typing import Any

import msgspec

from switchgear_protocol.content import Usage
from switchgear_protocol.errors import ErrorObject
from switchgear_protocol.events import StreamEvent
from switchgear_protocol.words import Finish
from switchgeard.core.issuer import Issuer
from switchgeard.dialects.dialect import Told
from switchgeard.upstream.sse import Event

from . import refuse, response
from .output import Output


class Writer:
    """See `dialect.Writing`. The stream ends with its last event: this dialect has no [DONE]."""

    __slots__ = ("_number", "_output", "_told")

    def __init__(self, told: Told) -> None:
        self._told = told
        self._output = Output(told)
        self._number = 0

    def begin(self, issuer: Issuer) -> None:
        self._output.begin(issuer)

    def feed(self, event: StreamEvent) -> list[Event]:
        return self._events(self._output.feed(event))

    def finish(self, finish: Finish, usage: Usage) -> list[Event]:
        payloads = self._output.close()
        whole = response.ended(self._told, self._output.items, finish, usage)
        return self._events([*payloads, {"type": f"response.{whole['status']}", "response": whole}])

    def fail(self, error: ErrorObject) -> list[Event]:
        """One event, also when nothing was fed: then what the client holds was passed on, and has begun there."""
        self._output.abandon()
        cut = response.failed(self._told, self._output.items, refuse.failed(error))
        return [self._event({"type": "response.failed", "response": cut})]

    def _events(self, payloads: list[dict[str, Any]]) -> list[Event]:
        if self._number == 0:
            opening = response.under_way(self._told)
            starts = [{"type": f"response.{kind}", "response": opening} for kind in ("created", "in_progress")]
            payloads = starts + payloads
        return [self._event(payload) for payload in payloads]

    def _event(self, payload: dict[str, Any]) -> Event:
        kind = payload["type"]
        numbered = {"type": kind, "sequence_number": self._number, **payload}
        self._number += 1
        return Event(kind, msgspec.json.encode(numbered).decode())
