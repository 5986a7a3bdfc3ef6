"""StandIn: a provider on loopback that answers what its script says, and remembers what it was asked.

Rules for editing: requests are parsed by h11, replies are raw bytes. Nothing here waits for time to
pass: a hang ends when the client leaves or `release` is set, and tests wait with `until`.
"""

import socket
import ssl
import struct
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Self

import h11
import trio

from switchgeard.clock import Clock, now

from . import wires
from .answers import ANSWERS, Behaviour
from .exchange import Answer, Asked, Hang, Header, Pause, Send, Step, head, sized
from .wires import Said

Line = str | Behaviour
"""One entry of a script: a name of its `answers`, or a function of what was asked."""
Script = Line | Sequence[Line]

REMEMBERED = 10_000
HEAD_LIMIT = 64 * 1024
NO_LINGER = struct.pack("ii", 1, 0)


class Gone(Exception):
    """The client left."""


@dataclass(slots=True, repr=False)
class StandIn:
    """One stand-in provider.

    `script`: one line for every request, or a sequence whose last line repeats. `headers` go on
    every answer that has a status line (quota headers of a healthy account). `tls`: serve https.
    """

    script: Script = "ok"
    said: Said = field(default_factory=Said)
    headers: Callable[[float], Sequence[Header]] = lambda wall: ()
    models: tuple[str, ...] = ("gpt-5.5", "claude-opus-4-6")
    tls: ssl.SSLContext | None = None
    clock: Clock = now
    answers: Mapping[str, Behaviour] = field(default_factory=lambda: ANSWERS)
    beside: Callable[[Asked], Answer | None] = lambda asked: None  # answers what is no completion; None: the usual

    url: str = ""  # known once it serves
    release: trio.Event = field(default_factory=trio.Event)  # ends every hang
    asked: deque[Asked] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    hits: int = 0  # completions asked for
    disconnects: int = 0  # clients that left before their answer was whole
    connections: int = 0  # ever accepted
    open: int = 0  # connections now
    _changed: trio.lowlevel.ParkingLot = field(default_factory=trio.lowlevel.ParkingLot)

    def __repr__(self) -> str:
        return f"<StandIn {self.url} {self.hits} hits, {self.open} open>"

    @asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator[Self]:
        """Serve while the block runs; `url` is set."""
        async with trio.open_nursery() as nursery:
            await nursery.start(self.serve, port)
            try:
                yield self
            finally:
                nursery.cancel_scope.cancel()

    async def serve(self, port: int = 0, *, task_status: trio.TaskStatus[str] = trio.TASK_STATUS_IGNORED) -> None:
        """Serve on 127.0.0.1 until cancelled; started with the URL. Port 0: any free one."""
        listeners = await trio.open_tcp_listeners(port, host="127.0.0.1")
        number = listeners[0].socket.getsockname()[1]
        self.url = f"{'https' if self.tls else 'http'}://127.0.0.1:{number}"
        task_status.started(self.url)
        await trio.serve_listeners(self._connection, listeners)

    async def until(self, condition: Callable[[Self], bool]) -> None:
        """Wait for something to have happened: `await standin.until(lambda s: s.hits == 2)`."""
        while not condition(self):
            await self._changed.park()

    async def _connection(self, raw: trio.SocketStream) -> None:
        stream = trio.SSLStream(raw, self.tls, server_side=True, https_compatible=True) if self.tls else raw
        self.connections += 1
        self.open += 1
        try:
            async with stream:
                await _Conversation(self, stream, raw).run()
        except (trio.BrokenResourceError, trio.ClosedResourceError, h11.RemoteProtocolError):
            pass  # the client is under test, and may do this
        finally:
            self.open -= 1
            self.told()

    def told(self) -> None:
        """Something changed: let `until` look again."""
        self._changed.unpark_all()

    def answer(self, asked: Asked) -> Answer:
        """What the script has for this request. Counts completions."""
        if (other := self.beside(asked)) is not None:
            return other
        if asked.method == "GET":
            return self._get(asked)
        self.hits += 1
        self.asked.append(asked)
        self.told()
        line = self._line(asked.number)
        answer = (self.answers[line] if isinstance(line, str) else line)(asked, self.said)
        return _with_headers(answer, self.headers(asked.wall))

    def _line(self, number: int) -> Line:
        if isinstance(self.script, str) or not isinstance(self.script, Sequence):
            return self.script
        return self.script[min(number, len(self.script) - 1)]

    def _get(self, asked: Asked) -> Answer:
        if not asked.path.partition("?")[0].endswith("/models"):
            return sized(404, b'{"error":{"message":"not found","type":"invalid_request_error"}}')
        wire = wires.OPENAI if asked.header("anthropic-version") is None else wires.ANTHROPIC
        wire = wires.GOOGLE if asked.header("x-goog-api-key") is not None else wire
        return sized(200, wires.models(self.models, wire))


class _Conversation:
    """One client connection: request, answer, request, ... until somebody ends it."""

    def __init__(self, owner: StandIn, stream: trio.abc.Stream, raw: trio.SocketStream) -> None:
        self._owner = owner
        self._stream = stream
        self._raw = raw
        self._early = b""  # received before it was its turn

    async def run(self) -> None:
        while (asked := await self._receive()) is not None:
            answer = self._owner.answer(asked)
            await self._give(answer)
            if answer.end == "reset":
                self._raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
                self._raw.socket.close()
            if answer.end != "keep":
                return

    async def _receive(self) -> Asked | None:
        """The next whole request; None when the client is done."""
        parser = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_LIMIT)
        if self._early:
            parser.receive_data(self._early)
        request, body = None, bytearray()
        while True:
            event = parser.next_event()
            if event is h11.NEED_DATA:
                if await self._starved(parser):
                    return None
            elif isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                break
            else:
                return None
        assert request is not None
        self._early = parser.trailing_data[0]
        return self._asked(request, bytes(body))

    async def _starved(self, parser: h11.Connection) -> bool:
        """Feed the parser; True at the end of what the client sends."""
        data = await self._stream.receive_some(65_536)
        if data:
            parser.receive_data(bytes(data))
        return not data

    def _asked(self, request: h11.Request, body: bytes) -> Asked:
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers)
        method, path = request.method.decode(), request.target.decode("latin-1")
        return Asked(self._owner.hits, method, path, headers, body, self._owner.clock().wall)

    async def _give(self, answer: Answer) -> None:
        """Take the steps while listening for the client to leave."""
        left = False
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._listen)
                for step in answer.steps:
                    await self._take(step)
                nursery.cancel_scope.cancel()
        except* (Gone, trio.BrokenResourceError):
            left = True
        if left:
            self._owner.disconnects += 1
            raise trio.BrokenResourceError("the client left")

    async def _take(self, step: Step) -> None:
        match step:
            case Send(data, times):
                for _ in range(times):
                    await self._stream.send_all(data)
            case Pause(seconds):
                await trio.sleep(seconds)
            case Hang():
                await self._owner.release.wait()

    async def _listen(self) -> None:
        while data := await self._stream.receive_some(65_536):
            self._early += data
        raise Gone


def _with_headers(answer: Answer, headers: Sequence[Header]) -> Answer:
    """The answer with more headers, put behind its status line."""
    if not headers or not answer.steps or not isinstance(first := answer.steps[0], Send):
        return answer
    status_line, separator, rest = first.data.partition(b"\r\n")
    if not status_line.startswith(b"HTTP/"):
        return answer
    lines = head(200, headers).partition(b"\r\n")[2].removesuffix(b"\r\n")
    return Answer((Send(status_line + separator + lines + rest, first.times), *answer.steps[1:]), answer.end)
