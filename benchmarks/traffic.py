"""Traffic: an upstream that answers at once and clients that measure, both in C, so that neither is what is measured.

`wire/upstream.c` and `wire/load.c` are compiled when first needed, with whatever `cc` there is. Both run on
the first core and what is between them on the second (`on_core`), so that a request costs every gateway
the same two changes of core; with one core all share it, and the title says so.
"""

import http.client
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from stage import free_port

SOURCES = Path(__file__).parent / "wire"
PATHS = {"chat": "/v1/chat/completions", "messages": "/v1/messages"}
LOAD_LIMIT = 180.0  # seconds for one run of the clients


class Figures(msgspec.Struct, frozen=True):
    """What the clients saw. Microseconds; 0: nothing to measure. `age`: of a text, from its birth to its arrival."""

    answers: int
    errors: int
    last_error: int
    reconnects: int
    seconds: float
    rps: float
    took_p50: float = 0
    took_p99: float = 0
    age_p50: float = 0
    age_p99: float = 0


@dataclass(frozen=True, slots=True)
class Target:
    """Where to send requests. `pid` None: not a process of ours to weigh (the upstream itself)."""

    name: str
    port: int
    dialect: str = "chat"
    model: str = "x"
    headers: tuple[str, ...] = ()
    pid: int | None = None


@dataclass(frozen=True, slots=True)
class Demand:
    """One run of the clients: so many `clients`, for `seconds` or (None) `requests`; a body of `size` bytes."""

    clients: int = 1
    requests: int = 100
    seconds: float | None = None
    warm_up: int = 0
    stream: bool = False
    size: int = 400

    def arguments(self) -> list[str]:
        length = ["-n", str(self.requests)] if self.seconds is None else ["-t", str(self.seconds)]
        return ["-c", str(self.clients), "-w", str(self.warm_up), *length]


def missing() -> str | None:
    """Why there can be no traffic here."""
    if not hasattr(os, "sched_setaffinity"):
        return "this system is not Linux"
    return None if shutil.which("cc") else "there is no C compiler (cc)"


def cores() -> tuple[int, int]:
    """(upstream's and clients' core, gateways' core)."""
    found = sorted(os.sched_getaffinity(0))
    return found[0], found[-1]


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """Processes started within stay on that core: it is inherited, so no thread of theirs escapes."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def body(target: Target, demand: Demand) -> bytes:
    """A conversation as an agent sends it: many messages of code, a few KB each, `stream` at the end."""
    line = 'if (answer != "done") {\n\treturn "caf\u00e9";\n}\n'
    turn = line * max(1, min(demand.size, 4096) // len(json.dumps(line)))
    turns = max(1, demand.size // len(json.dumps(turn)) // 2 * 2 - 1)
    messages = [{"role": ("user", "assistant")[n % 2], "content": turn} for n in range(turns)]
    asked = {"model": target.model, "max_tokens": 512, "messages": messages}
    return json.dumps(asked | {"stream": True} if demand.stream else asked).encode()


@dataclass(frozen=True, slots=True)
class Traffic:
    """The upstream at `port`; the programs and request bodies in `folder`."""

    folder: Path
    port: int

    @property
    def direct(self) -> Target:
        return Target("direct", self.port)

    def play(self, **told: int) -> None:
        """Say how the upstream answers from now on (the words: see upstream.c)."""
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        asked.request("GET", "/set?" + "&".join(f"{name}={value}" for name, value in told.items()))
        assert asked.getresponse().read() == b"ok"
        asked.close()

    def send(self, target: Target, demand: Demand) -> Figures:
        """Run the clients. Raises RuntimeError with what they said when they could not."""
        file = self.folder / "body.json"
        file.write_bytes(body(target, demand))
        headers = [word for line in target.headers for word in ("-H", line)]
        argv = [str(self.folder / "load"), *demand.arguments(), *headers, "-b", str(file)]
        with on_core(cores()[0]):
            told = _run([*argv, str(target.port), PATHS[target.dialect]])
        return msgspec.json.decode(told, type=Figures)

    def reaches(self, target: Target) -> bool:
        """Whether an answer comes back."""
        try:
            return self.send(target, Demand(requests=1)).answers == 1
        except RuntimeError:
            return False


@contextmanager
def traffic(folder: Path) -> Iterator[Traffic]:
    """The upstream, running, and the clients, ready."""
    for name in ("upstream", "load"):
        subprocess.run(["cc", "-O2", "-o", str(folder / name), str(SOURCES / f"{name}.c")], check=True)
    port = free_port()
    with on_core(cores()[0]):
        upstream = subprocess.Popen([str(folder / "upstream"), str(port)])
    found = Traffic(folder, port)
    try:
        await_answer(found, found.direct, upstream)
        yield found
    finally:
        upstream.kill()
        upstream.wait()


def await_answer(through: Traffic, target: Target, process: "subprocess.Popen[bytes]", limit: float = 60.0) -> None:
    """Wait until the process answers. Raises RuntimeError when it ended or takes too long."""
    until = time.monotonic() + limit
    while not through.reaches(target):
        if process.poll() is not None:
            raise RuntimeError(f"ended with exit code {process.returncode}")
        if time.monotonic() > until:
            raise RuntimeError(f"no answer in {limit:g} s")
        time.sleep(0.02)


def _run(argv: Sequence[str]) -> bytes:
    done = subprocess.run(argv, capture_output=True, timeout=LOAD_LIMIT, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace").strip() or f"exit code {done.returncode}")
    return done.stdout
