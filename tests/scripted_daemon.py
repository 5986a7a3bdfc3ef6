"""A scripted daemon for the command's tests: NDJSON over a Unix socket, answers from a dict.

`answers[method]` is a result (struct or dict), an ErrorObject, a callable of the params, or a list of
progress values ending with one of those. Every request is kept in `requests`.
"""

import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec
from msgspec import Struct

from switchgear_protocol.errors import ErrorObject, error
from switchgear_protocol.events import Event

Params = dict[str, Any]
Answer = Struct | dict[str, Any] | Callable[[Params], Any] | Sequence[Any]
HANG = object()  # in a list of values: no more is said until the request is cancelled
LEAVE = object()  # in a list of values: the daemon dies


class ScriptedDaemon:
    """Serves one socket from a thread; `with ScriptedDaemon(path, answers) as daemon`."""

    def __init__(self, path: Path, answers: Mapping[str, Answer]) -> None:
        self.path = path
        self.answers = answers
        self.requests: list[tuple[str, Params]] = []
        self.cancelled = threading.Event()
        self.left = threading.Event()  # a client closed its connection
        self._connections: list[tuple[socket.socket, threading.Thread]] = []
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> "ScriptedDaemon":
        self._listener.bind(str(self.path))
        self._listener.listen(64)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(30)  # a connection it is just accepting is in the list, or never comes
        self._listener.close()
        for connection, thread in self._connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            thread.join(30)
            connection.close()

    def asked(self, method: str) -> Params:
        """The params of the last request of this method."""
        return [params for name, params in self.requests if name == method][-1]

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                thread = threading.Thread(target=self._serve, args=[connection], daemon=True)
                self._connections.append((connection, thread))
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection.makefile("rb") as lines:
            for line in lines:
                self._answer(connection, msgspec.json.decode(line))
        self.left.set()

    def _answer(self, connection: socket.socket, message: dict[str, Any]) -> None:
        method, params = message["method"], message.get("params", {})
        if method == "$/cancelRequest":
            self.cancelled.set()
            _send(connection, id=params["id"], error=error("cancelled", "cancelled"))
            return
        self.requests.append((method, params))
        value = self.answers.get(method, error("method_not_found", f"no method {method!r}"))
        value = value(params) if callable(value) else value
        for part in value if isinstance(value, list | tuple) else [value]:
            if part is HANG:
                return
            if part is LEAVE:
                connection.shutdown(socket.SHUT_RDWR)
                return
            _say(connection, message["id"], part)


def _say(connection: socket.socket, identity: int, part: Any) -> None:
    if isinstance(part, ErrorObject):
        _send(connection, id=identity, error=part)
    elif isinstance(part, Event):
        _send(connection, method="events/event", params={"subscription": "s1", "event": part})
    elif isinstance(part, Struct) and part.__struct_config__.tag_field == "type":
        _send(connection, method="$/progress", params={"token": identity, "value": part})
    else:
        _send(connection, id=identity, result=part)


def _send(connection: socket.socket, **message: Any) -> None:
    connection.sendall(msgspec.json.encode({"jsonrpc": "2.0", **message}) + b"\n")
