"""The daemon as its own process, in a home of its own: for what only a process can show (signals, kill -9)."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PYTHONPATH = os.pathsep.join(str(ROOT / folder) for folder in ("protocol", "client", "daemon"))
START_LIMIT = 60.0  # seconds; a machine may be very busy


@dataclass
class Home:
    """Directories, environment and the daemon's process."""

    path: Path
    process: "subprocess.Popen[bytes] | None" = None
    env: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        for name in ("run", "state"):
            (self.path / name).mkdir(mode=0o700, exist_ok=True)
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.path),
            "XDG_RUNTIME_DIR": str(self.path / "run"),
            "XDG_STATE_HOME": str(self.path / "state"),
            "SWITCHGEAR_CONFIG": str(self.path / "config.toml"),
            "PYTHONPATH": PYTHONPATH,
            "CANARY": "sk-CANARY-7f3a9b2c1d4e5f60718293a4b5c6d7e8",
        }

    @property
    def socket(self) -> Path:
        return self.path / "run" / "switchgear" / "switchgear.sock"

    def configure(self, text: str) -> None:
        path = self.path / "config.toml"
        path.write_text(text)
        path.chmod(0o600)

    def start(self) -> None:
        """Start the daemon and wait until it answers."""
        log = (self.path / "daemon.log").open("ab")
        with log:
            self.process = subprocess.Popen([sys.executable, "-m", "switchgeard"], env=self.env, stderr=log)
        self.wait_answering()

    def wait_answering(self) -> None:
        limit = time.monotonic() + START_LIMIT
        while time.monotonic() < limit:
            try:
                self.call("status")
            except (OSError, EOFError):
                self._breathe()
            else:
                return
        raise AssertionError("the daemon did not answer: " + self.log())

    def _breathe(self) -> None:
        """Lets the daemon have the processor for a moment. AssertionError when it has ended."""
        assert self.process is not None
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(0.01)
            raise AssertionError("the daemon ended: " + self.log())

    def log(self) -> str:
        return (self.path / "daemon.log").read_text()

    def call(self, method: str, **params: Any) -> Any:
        """One request as a shell would send it; the result, or the whole reply when it is an error."""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(START_LIMIT)
            client.connect(str(self.socket))
            client.sendall(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode() + b"\n")
            for line in client.makefile("rb"):
                reply = json.loads(line)
                if reply.get("id") == 1:
                    return reply.get("result", reply)
        raise EOFError("the daemon hung up")

    def ask(self, **params: Any) -> Any:
        asked = {"model": "m", "messages": [{"role": "user", "content": "hello"}], "stream": False} | params
        return self.call("completion/create", **asked)

    def command(self, *words: str, **kwargs: Any) -> "subprocess.CompletedProcess[str]":
        """The `switchgear` command in this home."""
        argv = [sys.executable, "-m", "switchgear.cli", *words]
        return subprocess.run(argv, env=self.env, capture_output=True, text=True, timeout=60, check=False, **kwargs)

    def kill(self) -> None:
        """kill -9: nothing gets to say goodbye."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


@contextmanager
def home(path: Path) -> Iterator[Home]:
    """A home whose daemon is gone when the block ends."""
    made = Home(path)
    try:
        yield made
    finally:
        if made.process is not None and made.process.poll() is None:
            made.kill()
