"""The VS Code extension as compiled, in node, under a stand-in for VS Code (`vscode_host.cjs`). No test sleeps: the
host answers when what was waited for is so."""

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parents[2] / "client" / "editors" / "vscode"
HOST = Path(__file__).parent / "vscode_host.cjs"
TSC = PACKAGE / "node_modules" / "typescript" / "bin" / "tsc"
PRESENT = shutil.which("node") is not None and TSC.exists()
ABSENT = "needs node and the extension's packages: make editors"
PATIENCE = 30.0  # seconds


class Code:
    """One window of it."""

    def __init__(self, process: "subprocess.Popen[bytes]", ours: socket.socket) -> None:
        self.process = process
        self.socket = ours
        self._buffer = b""
        self._last = 0
        self.commands: list[str] = self._answer(0)

    def until(self, expression: str, within: float = PATIENCE) -> Any:
        """The value of a JavaScript expression over `seen` once it is truthy; None when that takes too long."""
        self.socket.settimeout(within)
        try:
            return self._call(until=expression)
        except TimeoutError:
            return None
        finally:
            self.socket.settimeout(PATIENCE)

    def seen(self) -> Any:
        return self._call(until="seen")

    def run(self, command: str, *answers: str | None) -> None:
        """A command of the palette, and what the user chooses or types on its way."""
        self._call(set={"answers": list(answers)})
        self._call(run=f"switchgear.{command}")

    def begin(self, command: str, *answers: str | None) -> None:
        """As `run`, not waiting for its end."""
        self._call(set={"answers": list(answers)})
        self._send(run=f"switchgear.{command}")

    def set_failover(self, how: str) -> None:
        """The one setting there is."""
        self._call(set={"failover": how})

    def select(self, text: str) -> None:
        self._call(set={"selection": text})

    def close(self, document: str) -> None:
        self._call(close=document)

    def _call(self, **asked: Any) -> Any:
        return self._answer(self._send(**asked))

    def _send(self, **asked: Any) -> int:
        self._last += 1
        self.socket.sendall(json.dumps({"id": self._last, **asked}).encode() + b"\n")
        return self._last

    def _answer(self, wanted: int) -> Any:
        while True:
            said = json.loads(self._line())
            assert "unhandled" not in said, said
            if said["id"] == wanted:
                assert "failed" not in said, said["failed"]
                return said["value"]

    def _line(self) -> bytes:
        while b"\n" not in self._buffer:
            piece = self.socket.recv(65_536)
            assert piece, "the editor is gone"
            self._buffer += piece
        line, self._buffer = self._buffer.split(b"\n", 1)
        return line


@contextmanager
def code(home: Path, env: dict[str, str]) -> Iterator[Code]:
    """One in a home of its own. `env`: what tells it where the daemon is."""
    ours, theirs = socket.socketpair()
    kept = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "TZ": "UTC"}
    argv = ["node", str(HOST), str(PACKAGE)]
    with subprocess.Popen(argv, stdin=theirs.fileno(), stdout=theirs.fileno(), env=kept | env) as process:
        theirs.close()
        ours.settimeout(PATIENCE)
        try:
            yield Code(process, ours)
        finally:
            process.kill()
            ours.close()
