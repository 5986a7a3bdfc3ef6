"""A daemon for the client's tests: a real Unix socket, a thread, our Connection in the server role.

`on(method, answer)` scripts a method; an answer is a result, an ErrorObject, or a callable that
gets (the connection, the request) and yields bytes to send. `DROP` closes the connection instead.
"""

import os
import select
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Struct

from switchgear_protocol.connection import CancelReceived, Connection, Refused, RequestReceived, Role
from switchgear_protocol.content import Message, Usage
from switchgear_protocol.errors import ErrorObject, error
from switchgear_protocol.events import Event, Finished, Routing, Start, TextDelta
from switchgear_protocol.messages import (
    EVENT,
    Answer,
    ClientInfo,
    CompletionCreate,
    ConfigState,
    EventNote,
    Initialized,
    Models,
    ModelView,
    ServedBy,
    Status,
    Subscribed,
    VersionRange,
)
from switchgear_protocol.words import Finish

Script = Callable[[Connection, RequestReceived], Iterator[bytes]]
DROP = b""
LABEL = "Opus 4.6 (via Claude Pro)"
MODEL = ModelView("opus-4.6", "Opus 4.6", [], serving=LABEL)
STATUS = Status("1", 1, 0.0, 0.0, 4, ConfigState("/c.toml", 1, True), models=[MODEL])
ANSWER = Answer(Message("assistant", "Hello!"), Finish.STOP, Usage(3, 2), ServedBy("pro", "opus", LABEL), [], "r1")
VALUES = (Routing("chosen", "pro", "opus", LABEL), Start(), TextDelta("Hel"), TextDelta("lo!"), Finished(Finish.STOP))


def completion(connection: Connection, request: RequestReceived) -> Iterator[bytes]:
    assert isinstance(request.params, CompletionCreate)
    if request.params.stream:
        for value in VALUES:
            yield connection.send_progress(request.id, value)
    yield connection.send_result(request.id, ANSWER)


def subscription(connection: Connection, request: RequestReceived) -> Iterator[bytes]:
    yield connection.send_result(request.id, Subscribed("s1", STATUS))
    event = Event(5, 1.0, "failover", provider="github_copilot")
    yield connection.send_notification(EVENT, EventNote("s1", event))


class FakeSwitchgear:
    """Use as a context manager; `requests` lists what was asked, `cancelled` what was stopped."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        self.requests: list[RequestReceived] = []
        self.cancelled: list[int | str] = []
        self.connections = 0
        self.left = threading.Semaphore(0)  # released once for each connection that ended
        self._scripts: dict[str, list[Script | Struct | bytes]] = {}
        self._stop_read, self._stop_write = os.pipe()
        self._listener = socket.socket(socket.AF_UNIX)
        self._thread = threading.Thread(target=self._serve)
        self.on("initialize", Initialized(1, VersionRange(1, 1), ClientInfo("fake", "1")))
        self.on("status", STATUS)
        self.on("models/list", Models([MODEL]))
        self.on("completion/create", completion)
        self.on("events/subscribe", subscription)

    def on(self, method: str, *answers: Script | Struct | bytes) -> None:
        """One answer for each time it is asked; the last one stays."""
        self._scripts[method] = list(answers)

    def asked(self, method: str) -> list[RequestReceived]:
        return [request for request in self.requests if request.method == method]

    def __enter__(self) -> "FakeSwitchgear":
        Path(self.path).unlink(missing_ok=True)
        self._listener.bind(self.path)
        self._listener.listen(8)
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        os.write(self._stop_write, b"x")
        self._thread.join(30)
        self._listener.close()
        os.close(self._stop_read)
        os.close(self._stop_write)
        assert not self._thread.is_alive()

    def _serve(self) -> None:
        lines: dict[socket.socket, Connection] = {}
        while True:
            waiting: list[int | socket.socket] = [self._stop_read, self._listener, *lines]
            ready = select.select(waiting, [], [])[0]
            if self._stop_read in ready:
                break
            for sock in ready:
                assert isinstance(sock, socket.socket)
                if sock is self._listener:
                    lines[sock.accept()[0]] = Connection(Role.SERVER)
                    self.connections += 1
                elif not self._read(sock, lines[sock]):
                    self._leave(sock, lines)
        for sock in list(lines):
            self._leave(sock, lines)

    def _leave(self, sock: socket.socket, lines: dict[socket.socket, Connection]) -> None:
        del lines[sock]
        sock.close()
        self.left.release()

    def _read(self, sock: socket.socket, connection: Connection) -> bool:
        try:
            data = sock.recv(65536)
            return bool(data) and all(self._arrival(sock, connection, one) for one in connection.receive_data(data))
        except OSError:
            return False

    def _arrival(self, sock: socket.socket, connection: Connection, arrival: object) -> bool:
        match arrival:
            case RequestReceived() as request:
                self.requests.append(request)
                return self._answer(sock, connection, request)
            case CancelReceived(id):
                self.cancelled.append(id)
            case Refused(_, reply):
                sock.sendall(reply)
        return True

    def _answer(self, sock: socket.socket, connection: Connection, request: RequestReceived) -> bool:
        answers = self._scripts.get(request.method, [error("not_found", "not scripted")])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, bytes):
            return False
        if isinstance(answer, ErrorObject):
            sock.sendall(connection.send_error(request.id, answer))
        elif isinstance(answer, Struct):
            sock.sendall(connection.send_result(request.id, answer))
        else:
            for data in answer(connection, request):
                if data == DROP:
                    return False
                sock.sendall(data)
        return True
