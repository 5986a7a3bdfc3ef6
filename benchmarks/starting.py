"""Starting: the command against a bare interpreter, and the daemon from nothing to its first answer.

`switchgear status` is compared with `python -c pass` of the same interpreter, turn by turn, against a
running daemon. A cold start is timed from the spawn to a whole answer of a stand-in: once by a raw
client that polls for the socket, once as a user meets it, by `switchgear ask` that starts the daemon, and
behind a socket that systemd listens on: from the first client's connect, which starts the daemon, to its answer.

    python benchmarks/starting.py [--quick]
"""

import json
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from figures import Row, at_most, options, report
from stage import Home, cast, home

TIMES_PYTHON = 3.0
COLD = 0.6  # seconds
ACTIVATED = 0.8  # seconds
ACTIVATE = shutil.which("systemd-socket-activate")
SOCKET = "daemon, behind systemd's socket"
SCRIPT = Path(sys.executable).with_name("switchgear")


def timed(argv: Sequence[str], here: Home) -> float:
    started = time.perf_counter()
    subprocess.run(argv, env=here.env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - started


def commands() -> dict[str, list[str]]:
    """Ways to run the command; the installed script only where there is one."""
    ways = {"python -m switchgear.cli": [sys.executable, "-m", "switchgear.cli"]}
    return ways | ({"switchgear": [str(SCRIPT)]} if SCRIPT.exists() else {})


def status(urls: dict[str, str], rounds: int) -> list[Row]:
    taken: dict[str, list[float]] = {name: [] for name in ("pass", *commands())}
    with home() as here:
        here.configure(urls)
        here.start()
        for _ in range(rounds):
            taken["pass"].append(timed([sys.executable, "-c", "pass"], here))
            for name, argv in commands().items():
                taken[name].append(timed([*argv, "status"], here))
    middle = {name: statistics.median(values) for name, values in taken.items()}
    bare = middle.pop("pass")
    rows = [
        at_most(f"{name} status / python -c pass", seconds / bare, TIMES_PYTHON, detail=f"{seconds * 1e3:.0f} ms")
        for name, seconds in middle.items()
    ]
    return [Row("python -c pass", f"{bare * 1e3:.0f} ms"), *rows]


def cold_raw(urls: dict[str, str]) -> float:
    """Seconds from the spawn to the whole answer, asked as soon as the socket takes a connection."""
    with home() as here:
        here.configure(urls)
        started = time.perf_counter()
        here.spawn()
        answer(here)
        took = time.perf_counter() - started
        here.stop(signal.SIGKILL)
    return took


def cold_activated(urls: dict[str, str]) -> float:
    """Seconds from the connect that starts the daemon to the whole answer."""
    assert ACTIVATE is not None
    with home() as here:
        here.configure(urls)
        Path(here.door).parent.mkdir(mode=0o700)
        settings = [word for name, value in here.env.items() for word in ("-E", f"{name}={value}")]
        argv = [ACTIVATE, "-l", here.door, "--fdname=switchgear", *settings, here.python, *here.program]
        here.process = subprocess.Popen(argv, stderr=subprocess.DEVNULL, env=here.env)
        while not Path(here.door).exists():
            time.sleep(0.001)
        started = time.perf_counter()
        answer(here)
        took = time.perf_counter() - started
        here.stop(signal.SIGKILL)
    return took


def answer(here: Home) -> None:
    """Ask, as soon as there is a connection, and hear the whole answer."""
    ask = {"model": "m", "messages": [{"role": "user", "content": "hello"}], "stream": False}
    line = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "completion/create", "params": ask}).encode() + b"\n"
    with here.dial() as sock, sock.makefile("rb") as heard:
        sock.sendall(line)
        reply = json.loads(heard.readline())
    assert reply["result"]["finish"] == "stop", reply


def cold_command(urls: dict[str, str], argv: Sequence[str]) -> float:
    """The same through `switchgear ask`, which finds no daemon and starts one."""
    with home() as here:
        here.configure(urls)
        took = timed([*argv, "ask", "m", "hello"], here)
        subprocess.run([*argv, "stop"], env=here.env, check=True, stdout=subprocess.DEVNULL)
    return took


def cold(urls: dict[str, str], rounds: int) -> list[Row]:
    ways: dict[str, Callable[[], float]] = {"daemon, raw client": partial(cold_raw, urls)}
    for name, argv in commands().items():
        ways[f"{name} ask (starts the daemon)"] = partial(cold_command, urls, argv)
    if ACTIVATE is not None:
        ways[SOCKET] = partial(cold_activated, urls)
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, start in ways.items():
            taken[name].append(start())
    return [_cold_row(name, seconds) for name, seconds in taken.items()]


def _cold_row(name: str, seconds: Sequence[float]) -> Row:
    most = ACTIVATED if name == SOCKET else COLD
    detail = f"worst {max(seconds):.2f} s"
    return at_most(f"{name}: to the first answer", statistics.median(seconds), most, " s", detail=detail)


def main() -> int:
    asked = options(__doc__).parse_args()
    with cast({"only": "ok"}) as players:
        rows = [*status(players.urls, 7 if asked.quick else 40), *cold(players.urls, 2 if asked.quick else 15)]
    if not SCRIPT.exists():
        rows.append(Row("the installed script", f"not measured: no {SCRIPT}"))
    if ACTIVATE is None:
        rows.append(Row(SOCKET, "not measured: no systemd-socket-activate"))
    return report("Starting", rows, quick=asked.quick)


if __name__ == "__main__":
    sys.exit(main())
