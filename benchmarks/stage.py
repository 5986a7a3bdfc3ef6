"""The stage of every benchmark: stand-ins in one process, the real daemon in another, a home of its own.

The measuring process itself runs neither, so that what it times is the way through the daemon and not
its own other work. Run as a program this file is the stand-ins' process: it plays the parts named on
its command line and prints their URLs.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROOTS = [str(ROOT / folder) for folder in ("protocol", "client", "daemon")]
sys.path[:0] = [*ROOTS, str(ROOT / "tests")]

import trio  # noqa: E402

from standins.standin import StandIn  # noqa: E402
from switchgeard.demo.wires import Said  # noqa: E402

START_LIMIT = 20.0  # seconds for the daemon to answer
CHUNKS = Said(text=tuple(f" word number {n} of a streamed answer" for n in range(200)), output_tokens=1000)


def _standin(play: str) -> StandIn:
    """`chunks`: a stream of 200. Else a name of FAULTS."""
    return StandIn("ok", CHUNKS) if play == "chunks" else StandIn(play)


async def _play(plays: Sequence[str]) -> None:
    standins = {name: _standin(play) for name, _, play in (given.partition("=") for given in plays)}
    async with trio.open_nursery() as nursery:
        for standin in standins.values():
            await nursery.start(standin.serve)
        print(json.dumps({name: standin.url for name, standin in standins.items()}), flush=True)


@dataclass
class Cast:
    """The stand-ins' process, seen from outside."""

    process: "subprocess.Popen[str]"
    urls: dict[str, str]


@contextmanager
def cast(plays: Mapping[str, str]) -> Iterator[Cast]:
    """Stand-ins, by name, each playing its part while the block runs."""
    argv = [sys.executable, __file__, *(f"{name}={play}" for name, play in plays.items())]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Cast(process, json.loads(process.stdout.readline()))
        finally:
            process.kill()


@dataclass
class Home:
    """Directories and environment of one daemon, and its process."""

    path: Path
    python: str = sys.executable
    process: "subprocess.Popen[bytes] | None" = None
    program: tuple[str, ...] = ("-P", "-m", "switchgeard")
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
            "PYTHONPATH": os.pathsep.join(ROOTS),
            "BENCH_KEY": "sk-bench",
        }

    @property
    def door(self) -> str:
        return str(self.path / "run" / "switchgear" / "switchgear.sock")

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def ledger(self) -> Path:
        return self.path / "state" / "switchgear" / "state.db"

    def configure(self, urls: Mapping[str, str], *, kind: str = "anthropic") -> None:
        """One provider per URL, in order, and merged model `m` over all of them; `NAME/x` asks one alone."""
        path = self.path / "config.toml"
        path.write_text(_config(urls, kind))
        path.chmod(0o600)

    def spawn(self) -> None:
        with (self.path / "daemon.log").open("ab") as log:
            argv = [self.python, *self.program]
            self.process = subprocess.Popen(argv, env=self.env, stdout=log, stderr=log, cwd="/")

    def start(self) -> None:
        """Start the daemon and wait until it answers."""
        self.spawn()
        self.dial().close()

    def dial(self) -> socket.socket:
        """A connection, as soon as there is one."""
        limit = time.monotonic() + START_LIMIT
        while time.monotonic() < limit:
            sock = socket.socket(socket.AF_UNIX)
            try:
                sock.connect(self.door)
            except OSError:
                sock.close()
                assert self.process is None or self.process.poll() is None, self.log()
                time.sleep(0.001)
                continue
            return sock
        raise AssertionError("the daemon did not answer: " + self.log())

    def stop(self, number: int = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait()
            self.process = None

    def log(self) -> str:
        return (self.path / "daemon.log").read_text()


@contextmanager
def home() -> Iterator[Home]:
    """A home that goes away with whatever runs in it."""
    with tempfile.TemporaryDirectory(prefix="switchgear-bench-") as folder:
        found = Home(Path(folder))
        try:
            yield found
        finally:
            found.stop(signal.SIGKILL)


def _config(urls: Mapping[str, str], kind: str) -> str:
    path = "" if kind == "anthropic" else "/v1"
    key = 'credential = {env = "BENCH_KEY"}'
    providers = "".join(
        f'[[providers]]\nid = "{name}"\nkind = "{kind}"\nbase_url = "{url}{path}"\n{key}\n\n'
        for name, url in urls.items()
    )
    group = ", ".join(f'{{provider = "{name}", model = "x"}}' for name in urls)
    return f'{providers}[[models]]\nalias = "m"\ngroup = [{group}]\n'


def free_port() -> int:
    """A port of loopback where nobody listens (a moment ago nobody did)."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


if __name__ == "__main__":
    trio.run(_play, sys.argv[1:])
