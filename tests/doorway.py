"""A door on real sockets with routes that behave as a test says, and a client that sends any bytes at all.

What the door answers is read by h11 in a client's role: it is the judge of what we write by hand.
"""

import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import h11
import trio

from switchgeard.config.settled import HTTPDoor
from switchgeard.door.exchange import Exchange
from switchgeard.door.limits import DEFAULT, Limits
from switchgeard.door.listeners import Listeners
from switchgeard.door.refusal import Refuse, neutral
from switchgeard.door.server import Door
from switchgeard.serving.intake import Intake

TOKEN = "sgw_canary-7f3a9b2c"
JSON = [("content-type", "application/json")]
PATIENCE = 60.0


@dataclass
class Reply:
    """What a client read. `whole`: its end was marked, so a client may believe it."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    whole: bool = False
    informed: list[int] = field(default_factory=list)  # 1xx before it
    chunked: bool = False


class Visitor:
    """A client connection."""

    def __init__(self, sock: trio.socket.SocketType, host: str):
        self.sock = sock
        self.host = host
        self.early = b""

    async def ask(
        self,
        path: str = "/echo",
        *,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str | None] | None = None,
        version: str = "1.1",
    ) -> None:
        """Send a request with a token; a header given as None is left out."""
        await self.send(self.request(path, method, body, headers or {}, version))

    def request(
        self, path: str, method: str, body: bytes | None, headers: Mapping[str, str | None], version: str = "1.1"
    ) -> bytes:
        lines: dict[str, str | None] = {"host": self.host, "authorization": f"Bearer {TOKEN}"}
        if body is not None:
            lines["content-length"] = str(len(body))
        lines |= headers
        told = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value is not None)
        return f"{method} {path} HTTP/{version}\r\n{told}\r\n".encode() + (body or b"")

    async def send(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[await self.sock.send(rest) :]

    async def hear(self, method: str = "GET") -> Reply:
        """The next answer; status 0 when the door hung up without one."""
        reply = Reply()
        wire = h11.Connection(h11.CLIENT)
        wire.send(h11.Request(method=method, target="/", headers=[("host", "x")]))
        wire.send(h11.EndOfMessage())
        wire.receive_data(self.early) if self.early else None
        with trio.fail_after(PATIENCE):
            while True:
                try:
                    event = wire.next_event()
                except h11.RemoteProtocolError:
                    return reply
                if event is h11.NEED_DATA:
                    wire.receive_data(await self.receive())
                elif isinstance(event, h11.InformationalResponse):
                    reply.informed.append(event.status_code)
                elif isinstance(event, h11.Response):
                    reply.status = event.status_code
                    reply.headers = {name.decode(): value.decode() for name, value in event.headers}
                    reply.chunked = "transfer-encoding" in reply.headers
                elif isinstance(event, h11.Data):
                    reply.body += event.data
                elif isinstance(event, h11.EndOfMessage):
                    self.early = wire.trailing_data[0]
                    reply.whole = True
                    return reply
                else:
                    return reply

    async def receive(self) -> bytes:
        """What comes next, raw; b"" when the door hung up, cleanly or not."""
        with trio.fail_after(PATIENCE):
            try:
                return await self.sock.recv(65536)
            except OSError:
                return b""

    async def rest(self) -> bytes:
        """Everything until the door hangs up."""
        data, self.early = self.early, b""
        while piece := await self.receive():
            data += piece
        return data

    def close(self) -> None:
        self.sock.close()


@dataclass
class Doorway:
    """A door that serves, what it served, and how to visit it."""

    door: Door
    listeners: Listeners
    served: list[Exchange]
    ended: list[str]  # paths of requests that were cancelled
    release: trio.Event
    sent: int = 0  # bytes of /flood
    changed: trio.lowlevel.ParkingLot = field(default_factory=trio.lowlevel.ParkingLot)
    visitors: list[Visitor] = field(default_factory=list)

    @property
    def port(self) -> int:
        assert self.listeners.url is not None
        return int(self.listeners.url.rpartition(":")[2])

    async def visit(self) -> Visitor:
        sock = trio.socket.socket()
        try:
            await sock.connect(("127.0.0.1", self.port))
        except OSError:
            sock.close()
            raise
        self.visitors.append(Visitor(sock, f"127.0.0.1:{self.port}"))
        return self.visitors[-1]

    async def visit_unix(self) -> Visitor:
        sock = trio.socket.socket(socket.AF_UNIX)
        await sock.connect(self.listeners.path)
        self.visitors.append(Visitor(sock, "localhost"))
        return self.visitors[-1]

    async def once(self, path: str = "/echo", **asked: object) -> Reply:
        """One request on a connection of its own."""
        visitor = await self.visit()
        await visitor.ask(path, **asked)  # type: ignore[arg-type]
        reply = await visitor.hear(str(asked.get("method", "GET")))
        visitor.close()
        return reply

    async def until_served(self, many: int) -> None:
        with trio.fail_after(PATIENCE):
            while len(self.served) < many:
                await self.changed.park()

    async def until_ended(self, many: int = 1, patience: float = PATIENCE) -> None:
        with trio.fail_after(patience):
            while len(self.ended) < many:
                await self.changed.park()

    async def until_connections(self, many: int) -> None:
        with trio.fail_after(PATIENCE):
            while self.door.connections != many:
                await trio.lowlevel.checkpoint()

    async def route(self, exchange: Exchange) -> None:
        """Every path is a behaviour."""
        self.served.append(exchange)
        self.changed.unpark_all()
        try:
            await self.behave(exchange)
        except trio.Cancelled:
            self.ended.append(exchange.head.path)
            self.changed.unpark_all()
            raise

    async def behave(self, exchange: Exchange) -> None:
        match exchange.head.path:
            case "/stream":
                await exchange.begin(200, [("content-type", "text/event-stream")])
                for piece in (b"one ", b"two "):
                    await exchange.send(piece)
                await exchange.end(b"three")
            case "/flood":
                await exchange.begin(200, [])
                while True:
                    await exchange.send(b"x" * 65536)
                    self.sent += 65536
            case "/wait":
                await self.release.wait()
                await exchange.answer(200, JSON, b"{}")
            case "/wait-late":
                await exchange.begin(200, [])
                await exchange.send(b"begun")
                await self.release.wait()
                await exchange.end()
            case "/bug":
                raise KeyError("sk-canary-in-a-message")
            case "/bug-in-a-nursery":
                async with trio.open_nursery():
                    raise KeyError("sk-canary-in-a-message")
            case "/bug-held":
                await exchange.begin(200, [])
                raise KeyError("nothing was said yet")
            case "/bug-late":
                await exchange.begin(200, [])
                await exchange.send(b"begun")
                raise KeyError("too late to say")
            case "/silent":
                pass
            case "/twice":
                await exchange.answer(200, JSON, b"{}")
                await exchange.answer(200, JSON, b"{}")
            case "/many":
                await exchange.answer(200, JSON, b"x" * 3_000_000)
            case _:
                await exchange.answer(200, JSON, exchange.body or b"{}")


@asynccontextmanager
async def doorway(
    folder: Path, limits: Limits = DEFAULT, *, refuse: Refuse = neutral, intake: Intake | None = None
) -> AsyncIterator[Doorway]:
    """A door on loopback and on a Unix socket in this folder; cancelled at the end unless it was drained."""
    door = Door(
        lambda exchange: way.route(exchange), lambda token: "me" if token == TOKEN else None, refuse, limits, intake
    )
    listeners = Listeners(door, str(folder / "run" / "http.sock"))
    way = Doorway(door, listeners, [], [], trio.Event())
    try:
        async with trio.open_nursery() as nursery:
            await nursery.start(door.serve)
            listeners.follow(HTTPDoor(("127.0.0.1", 0)))
            try:
                yield way
            finally:
                for visitor in way.visitors:
                    visitor.close()
            nursery.cancel_scope.cancel()
    finally:
        listeners.close()
