"""The command's end of the socket: JSON-RPC 2.0, one line per message, stdlib only.

Rules for editing: dicts in, dicts out; no msgspec (it costs three times the start-up). One
request is in flight at a time; notifications that arrive meanwhile wait in a bounded queue.
"""

from __future__ import annotations

import json
from collections import deque

from .failed import UNREACHABLE, CommandError, refused, usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from socket import socket
    from typing import Any

    Json = dict[str, Any]

CALL_TIMEOUT = 70.0  # a keyring may ask for its password meanwhile; the daemon waits a minute for that
CANCEL_TIMEOUT = 1.0
QUIET = 10.0  # without a byte; then it is looked at whether the daemon still listens to anybody
LONGEST_LINE = 16 * 1024 * 1024
HELD_EVENTS = 1000


class Gone(CommandError):
    """The daemon closed the connection: another one may take its place."""


class Silent(CommandError):
    """There is a daemon, and it does not answer."""


class Wire:
    """One conversation with the daemon."""

    def __init__(self, connection: socket) -> None:
        self._socket = connection
        self._buffer = bytearray()
        self._searched = 0
        self._last_id = 0
        self._events: deque[Json] = deque(maxlen=HELD_EVENTS)

    def close(self) -> None:
        self._socket.close()

    def fileno(self) -> int:
        """For `select`."""
        return self._socket.fileno()

    def call(self, method: str, params: Json | None = None, timeout: float | None = CALL_TIMEOUT) -> Json:
        """The result of one request. CommandError when the daemon refuses, leaves or stays silent."""
        for kind, value in self.stream(method, params, timeout):
            if kind == "result":
                return value
        raise AssertionError("a stream ends with its result")

    def stream(
        self, method: str, params: Json | None = None, timeout: float | None = None
    ) -> Generator[tuple[str, Json], None, None]:
        """("progress", value) as it happens, last ("result", result).

        Ctrl-C, and `close()` before the result, cancel the request.
        """
        self._last_id += 1
        identity, kind = self._last_id, ""
        try:  # around the sending too: Ctrl-C may come right behind the last byte
            self._write({"jsonrpc": "2.0", "id": identity, "method": method, "params": params or {}})
            for kind, value in self._replies(identity, timeout):
                yield kind, value
        except (KeyboardInterrupt, GeneratorExit):
            if kind != "result":
                self._cancel(identity)
            raise

    def next_event(self, timeout: float | None = None) -> Json | None:
        """The next `events/event` params of a subscription; None when `timeout` seconds pass first."""
        while not self._events:
            try:
                self._keep(self._read(timeout))
            except TimeoutError:
                return None
        return self._events.popleft()

    def _replies(self, identity: int, timeout: float | None) -> Generator[tuple[str, Json], None, None]:
        while True:
            message = self._awaited(timeout)
            if message.get("method") == "$/progress" and message["params"].get("token") == identity:
                yield "progress", message["params"]["value"]
            elif "method" in message:
                self._keep(message)
            elif message.get("id") in (identity, None):  # null: our line itself was not understood
                yield "result", _result(message)
                return

    def _awaited(self, timeout: float | None) -> Json:
        """The next message, however long it takes a daemon that listens. Silent: it does not, or `timeout` is over."""
        left = timeout
        while True:
            pause = QUIET if left is None else min(QUIET, left)
            try:
                return self._read(pause)
            except TimeoutError:
                left = None if left is None else left - pause
            if left is not None and left <= 0:
                raise _silent(f"no answer within {timeout:g} seconds", "switchgear doctor")
            self._check_pulse()

    def _check_pulse(self) -> None:
        from .pulse import listens

        try:
            path = str(self._socket.getpeername())
        except OSError:  # it has just left
            return
        if path and not listens(path):
            raise hung(path)

    def _keep(self, message: Json) -> None:
        if message.get("method") == "events/event":
            self._events.append(message["params"])

    def _write(self, message: Json, timeout: float = CALL_TIMEOUT) -> None:
        self._socket.settimeout(timeout)
        line = _encode(message)
        if len(line) > LONGEST_LINE - 1:
            why = f"it has {-(-len(line) // 2**20)} MiB as JSON, of at most {LONGEST_LINE // 2**20}"
            raise usage("the request is too large", "send less", why)
        try:
            self._socket.sendall(line + b"\n")
        except OSError as error:
            raise _lost(str(error.strerror or error), Gone) from None

    def _read(self, timeout: float | None) -> Json:
        """The next message. TimeoutError after `timeout` seconds without a byte."""
        while (end := self._buffer.find(b"\n", self._searched)) < 0:
            self._searched = len(self._buffer)
            self._fill(timeout)
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        self._searched = 0
        return _decode(line)

    def _fill(self, timeout: float | None) -> None:
        if len(self._buffer) > LONGEST_LINE:
            raise _lost("it sent a line longer than 16 MiB")
        self._socket.settimeout(timeout)
        try:
            data = self._socket.recv(65536)
        except (TimeoutError, BlockingIOError):
            raise TimeoutError from None
        except OSError as error:
            raise _lost(str(error.strerror or error), Gone) from None
        if not data:
            raise _lost("it closed the connection; it may be restarting", Gone)
        self._buffer += data

    def _cancel(self, identity: int) -> None:
        """Best effort: the daemon also cancels when we close."""
        try:
            self._write({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": identity}}, CANCEL_TIMEOUT)
            for _ in self._replies(identity, CANCEL_TIMEOUT):
                pass
        except CommandError:
            pass


def _encode(message: Json) -> bytes:
    """One line. Letters stay as they are, which is shorter; what is none in UTF-8 is escaped."""
    try:
        return json.dumps(message, separators=(",", ":"), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(message, separators=(",", ":")).encode()


def _decode(line: bytes) -> Json:
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        raise _lost("it sent something that is not JSON") from None
    if not isinstance(message, dict):
        raise _lost("it sent something that is not a JSON-RPC message")
    return message


def _result(message: Json) -> Json:
    if "error" in message:
        raise refused(message["error"])
    result = message.get("result")
    return result if isinstance(result, dict) else {"result": result}


def _lost(why: str, error: type[CommandError] = CommandError) -> CommandError:
    return error("lost the daemon", why, "switchgear status", exit=UNREACHABLE, kind="unreachable")


def _silent(why: str, hint: str) -> CommandError:
    return Silent("the daemon does not answer", why, hint, exit=UNREACHABLE, kind="unreachable")


def hung(path: str) -> CommandError:
    """Of a daemon that is there, and listens to nobody."""
    from .lock import running

    pid = running(path)
    who = f"it (pid {pid})" if pid else "it"
    return _silent(f"{who} is there, and says nothing to anybody", f"kill -9 {pid}" if pid else f"fuser {path}")
