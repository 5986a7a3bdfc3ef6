"""A headless Neovim with the package in its path, driven over its own RPC. It waits for itself: no test sleeps."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

PACKAGE = Path(__file__).parents[2] / "client" / "editors" / "nvim"
PATIENCE = 30_000  # milliseconds
PRESENT = shutil.which("nvim") is not None


class LuaFailed(AssertionError):
    """The editor raised an error."""


class Neovim:
    def __init__(self, process: "subprocess.Popen[bytes]", connection: socket.socket) -> None:
        self.process = process
        self._socket = connection
        self._buffer = b""
        self._last = 0

    def lua(self, code: str, *args: object) -> Any:
        """What a chunk of Lua returns."""
        return self.call("nvim_exec_lua", code, list(args))

    def call(self, method: str, *params: object) -> Any:
        self._last += 1
        self._socket.sendall(msgspec.msgpack.encode([0, self._last, method, list(params)]))
        while True:
            kind, *rest = self._message()
            if kind == 1 and rest[0] == self._last:
                if rest[1] is not None:
                    raise LuaFailed(rest[1])
                return rest[2]

    def wait(self, condition: str, within: int = PATIENCE) -> bool:
        """Whether a Lua expression becomes true; the editor goes on with its work meanwhile."""
        return bool(self.lua(f"return (vim.wait({within}, function() return {condition} end, 5))"))

    def command(self, text: str) -> None:
        self.call("nvim_command", text)

    def keys(self, text: str) -> None:
        """As if typed."""
        self.call("nvim_input", text)

    def lines(self, bufnr: int = 0) -> list[str]:
        return list(self.call("nvim_buf_get_lines", bufnr, 0, -1, False))

    def said(self) -> str:
        """`:messages`."""
        return str(self.lua("return vim.fn.execute('messages')"))

    def _message(self) -> list[Any]:
        while True:
            try:
                decoder = msgspec.msgpack.Decoder()
                found = decoder.decode(self._buffer)
                self._buffer = b""
                return list(found)
            except msgspec.DecodeError as trouble:
                if "trailing" in str(trouble):
                    return self._first()
            self._more()

    def _first(self) -> list[Any]:
        """The first of several messages in the buffer."""
        for end in range(1, len(self._buffer) + 1):
            try:
                found = msgspec.msgpack.decode(self._buffer[:end])
            except msgspec.DecodeError:
                continue
            self._buffer = self._buffer[end:]
            return list(found)
        raise AssertionError("no message")

    def _more(self) -> None:
        piece = self._socket.recv(65_536)
        if not piece:
            raise EOFError("the editor is gone")
        self._buffer += piece


@contextmanager
def neovim(home: Path, env: dict[str, str]) -> Iterator[Neovim]:
    """One in a home of its own. `env`: what tells it where the daemon is."""
    ours, theirs = socket.socketpair()
    place = home / "nvim"
    place.mkdir(exist_ok=True)
    kept = {"PATH": os.environ["PATH"], "HOME": str(place), "LANG": "C.UTF-8", "TERM": "xterm"}
    argv = ["nvim", "--clean", "--embed", "--headless", "--cmd", f"set rtp^={PACKAGE}"]
    wire = theirs.fileno()
    with subprocess.Popen(argv, stdin=wire, stdout=wire, stderr=subprocess.DEVNULL, env=kept | env) as process:
        theirs.close()
        ours.settimeout(PATIENCE / 1000 + 10)
        try:
            yield Neovim(process, ours)
        finally:
            process.kill()
            ours.close()
