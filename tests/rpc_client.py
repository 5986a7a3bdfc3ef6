"""A client for server tests that speaks plain JSON lines, and a daemon around any dispatch."""

import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import trio
from msgspec import Struct

from switchgear_protocol.events import Event, TextDelta
from switchgear_protocol.limits import DEFAULT, Limits
from switchgear_protocol.messages import ConfigState, Done, EventsSubscribe, Status, TokenCreated
from switchgeard.bus import Bus
from switchgeard.rpc_error import RpcError
from switchgeard.serving.caller import Caller, Id
from switchgeard.serving.listening import SocketFile, bind_socket
from switchgeard.serving.server import Server


class Client:
    """One connection. Every wait has a limit, so a test that is wrong fails instead of hanging."""

    patience = 60.0  # seconds for one message; inf under a virtual clock

    def __init__(self, sock: trio.socket.SocketType):
        self.sock = sock
        self._buffer = b""

    async def send(self, *messages: dict[str, Any]) -> None:
        data = b"".join(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n" for message in messages)
        await self.send_bytes(data)

    async def send_bytes(self, data: bytes) -> None:
        while data:
            data = data[await self.sock.send(data) :]

    async def ask(self, id: Id, behaviour: str = "answer") -> None:
        """A completion; its model name tells the fake dispatch how to behave."""
        params = {"model": behaviour, "messages": []}
        await self.send({"id": id, "method": "completion/create", "params": params})

    async def cancel(self, id: Id) -> None:
        await self.send({"method": "$/cancelRequest", "params": {"id": id}})

    async def hear(self) -> dict[str, Any]:
        """The next message; {} at EOF."""
        with trio.fail_after(self.patience):
            while b"\n" not in self._buffer:
                data = await self._receive()
                if not data:
                    return {}
                self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        heard: dict[str, Any] = json.loads(line)
        return heard

    async def _receive(self) -> bytes:
        try:
            return await self.sock.recv(65536)
        except ConnectionResetError:  # the daemon closed with bytes of ours unread
            return b""

    def half_close(self) -> None:
        self.sock.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self.sock.close()


class Methods:
    """A dispatch whose completions do what their model name says, and which remembers them all."""

    patience = 60.0  # seconds; inf under a virtual clock

    def __init__(self) -> None:
        self.callers: list[Caller] = []
        self.begun: list[Id] = []
        self.cancelled: list[Id] = []
        self.sent: dict[Id, int] = {}
        self.release = trio.Event()
        self.seen = trio.lowlevel.ParkingLot()

    async def __call__(self, caller: Caller, method: str, params: Struct, request_id: Id) -> Struct:
        self.callers.append(caller)
        self.begun.append(request_id)
        self.seen.unpark_all()
        if isinstance(params, EventsSubscribe):
            return caller.subscribe(params)
        try:
            return await self._behave(caller, getattr(params, "model", "answer"), request_id)
        except trio.Cancelled:
            self.cancelled.append(request_id)
            self.seen.unpark_all()
            raise

    async def _behave(self, caller: Caller, behaviour: str, id: Id) -> Struct:
        match behaviour.split(":"):
            case ["hang"]:
                await trio.sleep_forever()
            case ["wait"]:
                await self.release.wait()
            case ["refuse"]:
                raise RpcError.of("no_such_model", "no model 'x'", hint="switchgear models")
            case ["refuse-in-nursery"]:
                async with trio.open_nursery():
                    raise RpcError.of("no_such_model", "no model 'x'")
            case ["bug"]:
                raise KeyError("sk-canary-in-a-message")
            case ["unencodable"]:
                return Unencodable(object())
            case ["stream", many, size]:
                for _ in range(int(many)):
                    await caller.progress(TextDelta(str(id)[0] * int(size)))
                    self.sent[id] = self.sent.get(id, 0) + 1
            case ["large", size]:
                return TokenCreated("large", "x" * int(size))
        return Done()

    async def until(self, what: str, many: int = 1) -> None:
        """Wait until so many requests have begun, or were cancelled."""
        with trio.fail_after(self.patience):
            while len(getattr(self, what)) < many:
                await self.seen.park()


class Unencodable(Struct):
    value: object


class Daemon:
    """A server on a real socket, its bus, its methods."""

    def __init__(self, file: SocketFile, limits: Limits):
        self.file = file
        self.methods = Methods()
        self.clients: list[Client] = []
        self.seq = 0
        self.bus = Bus(self.snapshot, ring=4)
        self.server = Server(self.methods, self.bus, limits)

    def snapshot(self) -> Status:
        return Status("0", 1, 0.0, 0.0, self.seq, ConfigState("", 1, True))

    def publish(self, many: int = 1, type: str = "route", reason: str | None = None) -> None:
        for _ in range(many):
            self.seq += 1
            self.bus.publish([Event(self.seq, 0.0, type, reason=reason)])

    async def connect(self) -> Client:
        sock = trio.socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            await sock.connect(self.file.path)
        except OSError:
            sock.close()
            raise
        self.clients.append(Client(sock))
        return self.clients[-1]

    async def until_connections(self, many: int) -> None:
        """Wait until so many conversations are left."""
        with trio.fail_after(60):
            while self.server.connections != many:
                await trio.lowlevel.checkpoint()


@asynccontextmanager
async def serving(folder: Path, limits: Limits = DEFAULT) -> AsyncIterator[Daemon]:
    """A running daemon; cancelled at the end unless it was drained."""
    daemon = Daemon(bind_socket(str(folder / "run" / "s.sock")), limits)
    async with trio.open_nursery() as nursery:
        await nursery.start(daemon.server.serve, daemon.file.sock)
        try:
            yield daemon
        finally:
            for client in daemon.clients:
                client.close()
        nursery.cancel_scope.cancel()


def kind_of(message: dict[str, Any]) -> str:
    """The error kind a message carries."""
    return str(message["error"]["data"]["kind"])
