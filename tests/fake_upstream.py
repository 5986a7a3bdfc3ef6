"""Providers in memory: an object with `Transport.open`, scripts of what they do, and what was done to them.

Time is trio's own, so everything here runs under the virtual clock. Scripts are data, so a seed replays.
"""

import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import msgspec
import trio

from switchgeard.core.failure import Failure, transport_failure
from switchgeard.demo.wires import OPENAI, Said, frame, stream, whole
from switchgeard.upstream.call import HTTPCall
from switchgeard.upstream.transport import TransportFault
from switchgeard.upstream.turn import Withdrawn

SECRET = "correct-horse-battery-staple-CANARY"  # no pattern would know it for a key
ASKED = re.compile(rb"req-\d+")
FOR_EVER = 1e7  # seconds

Step = bytes | float | Failure  # bytes of the body, seconds of silence, or a break


@dataclass(frozen=True)
class Fault:
    """What one provider does with one request. `when`: before, after (commit), request, or never (it answers)."""

    name: str
    when: str
    steps: Callable[[str], list[Step]] = lambda said: []
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    opening: float | Failure | None = None  # before any reply: silence, or a break

    def __repr__(self) -> str:
        return self.name


def _events(said: str, **more: object) -> list[bytes]:
    words = said.split(" ")
    text = (words[0], *(f" {word}" for word in words[1:]))
    return [frame(p, OPENAI) for p in stream(Said(text=text, **more), OPENAI, "m-1")]  # type: ignore[arg-type]


def _complete(said: str) -> list[Step]:
    return [*_events(said)]


def _error(message: str = "no", **fields: object) -> Callable[[str], list[Step]]:
    body = msgspec.json.encode({"error": {"message": message, **fields}})
    return lambda said: [body]


def _until(count: int, *then: Step) -> Callable[[str], list[Step]]:
    """The first events of an answer, then something else."""
    return lambda said: [*_events(said)[:count], *then]


CUT = transport_failure("read", "connection reset", sent=True)
ERROR_EVENT = b'data: {"error": {"message": "overloaded", "type": "server_error"}}\n\n'
BAD_KEY = f"Incorrect API key provided: {SECRET} is none"
QUOTING = f"Incorrect request by {SECRET}: you asked 'PROMPT-CANARY'"
OK = Fault("ok", "never", _complete)
SLOW = Fault("slow", "never", lambda said: [s for event in _events(said) for s in (1.0, event)])
WHOLE = Fault(
    "whole body",
    "never",
    lambda said: [whole(Said(text=(said,)), OPENAI, "m-1")],
    headers={"content-type": "application/json"},
)
FAULTS = [
    Fault("refused", "before", opening=transport_failure("connect", "connection refused", refused=True)),
    Fault(
        "connect timeout", "before", opening=transport_failure("connect", "no connection within 5 s", timed_out=True)
    ),
    Fault("bad certificate", "before", opening=transport_failure("tls", "certificate not trusted")),
    Fault("reset before reply", "before", opening=CUT),
    Fault("no reply ever", "before", opening=FOR_EVER),
    Fault("429", "before", _error("slow down", code="rate_limit_exceeded"), 429, {"retry-after": "30"}),
    Fault("429 soon", "before", _error("slow down", code="rate_limit_exceeded"), 429, {"retry-after": "2"}),
    Fault("429 without hint", "before", _error("slow down"), 429),
    Fault("429 opaque", "before", status=429),
    Fault("429 quota", "before", _error("quota", code="insufficient_quota"), 429),
    Fault("402", "before", _error("pay first"), 402),
    Fault("500", "before", _error("boom"), 500),
    Fault("503", "before", _error("busy"), 503, {"retry-after": "5"}),
    Fault("529", "before", _error("overloaded"), 529),
    Fault("401", "before", _error(BAD_KEY, code="invalid_api_key"), 401),
    Fault("403", "before", _error("not for you"), 403),
    Fault("404 model", "before", _error("no such model", code="model_not_found"), 404),
    Fault("redirect", "before", status=307, headers={"location": "https://evil.example/"}),
    Fault("html", "before", lambda said: [b"<html>log in to the wifi</html>"], headers={"content-type": "text/html"}),
    Fault("empty 200", "before"),
    Fault("end before content", "before", _until(1)),
    Fault("reset before content", "before", _until(1, CUT)),
    Fault("error before content", "before", _until(1, ERROR_EVENT)),
    Fault("garbage before content", "before", lambda said: [b"data: {nonsense\n\n"]),
    Fault("pings for ever", "before", lambda said: [s for _ in range(40) for s in (b": ping\n\n", 5.0)]),
    Fault("silence before content", "before", _until(1, FOR_EVER)),
    Fault("cut in half a body", "before", lambda said: [b'{"choices": [', CUT]),
    Fault("end in the middle", "after", _until(3)),
    Fault("reset in the middle", "after", _until(3, CUT)),
    Fault("error in the middle", "after", _until(3, ERROR_EVENT)),
    Fault("garbage in the middle", "after", _until(3, b"data: {nonsense\n\n")),
    Fault("silence in the middle", "after", _until(3, FOR_EVER)),
    Fault("cut in a tool call", "after", lambda said: [*_events(said, tool="look")[:-4], CUT]),
    Fault("end in a tool call", "after", lambda said: [*_events(said, tool="look")[:-4]]),
    Fault("invalid", "request", _error(QUOTING, code="invalid_value"), 400),
    Fault("context", "request", _error("too long", code="context_length_exceeded"), 400),
    Fault("policy", "request", _error("not allowed", code="content_policy_violation"), 400),
]
BEFORE = [fault for fault in FAULTS if fault.when == "before"]
AFTER = [fault for fault in FAULTS if fault.when == "after"]
REQUEST = [fault for fault in FAULTS if fault.when == "request"]
HEALTHY = [OK, SLOW, WHOLE]


@dataclass
class Hit:
    """One request that arrived at a provider."""

    number: int
    host: str
    request: str  # "req-3", from its prompt
    began: float
    fault: Fault
    ended: float | None = None

    @property
    def said(self) -> str:
        """The whole text it answers with: no other hit says the same words."""
        return f"w{self.number}.0 w{self.number}.1 w{self.number}.2 w{self.number}.3"


class _Reply:
    def __init__(self, hit: Hit) -> None:
        self.status, self.headers = hit.fault.status, hit.fault.headers
        self._steps = iter(hit.fault.steps(hit.said))

    def chunks(self) -> "_Reply":
        return self

    def __aiter__(self) -> "_Reply":
        return self

    async def __anext__(self) -> bytes:
        for step in self._steps:
            if isinstance(step, bytes):
                await trio.lowlevel.checkpoint()
                return step
            if isinstance(step, Failure):
                raise TransportFault(step)
            await trio.sleep(step)
        await trio.lowlevel.checkpoint()
        raise StopAsyncIteration

    async def head(self, limit: int) -> bytes:
        return b"".join([chunk async for chunk in self])[:limit]


@dataclass
class Upstream:
    """All providers. `behave` says what comes next at a host."""

    behave: dict[str, Iterator[Fault]]
    latency: float = 0.02  # seconds from request to reply
    hits: list[Hit] = field(default_factory=list)
    open_now: int = 0

    @asynccontextmanager
    async def open(
        self, call: HTTPCall, *, connect: float, still_wanted: Callable[[], bool] = lambda: True
    ) -> AsyncIterator[_Reply]:
        if not still_wanted():
            raise Withdrawn
        host = call.url.split("/")[2]
        asked = ASKED.search(call.body)
        assert asked is not None, "every prompt names its request"
        hit = Hit(len(self.hits), host, asked[0].decode(), trio.current_time(), next(self.behave[host]))
        self.hits.append(hit)
        self.open_now += 1
        try:
            await self._opening(hit.fault.opening)
            yield _Reply(hit)
        finally:
            self.open_now -= 1
            hit.ended = trio.current_time()

    async def _opening(self, opening: float | Failure | None) -> None:
        await trio.sleep(opening if isinstance(opening, float) else self.latency)
        if isinstance(opening, Failure):
            raise TransportFault(opening)
