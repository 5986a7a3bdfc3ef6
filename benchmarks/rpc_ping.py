"""What the daemon adds to a bare echo: `status`-like calls from the sync client against a trio echo server.

Both servers run as processes of their own and are asked turn by turn, so that whatever else the
machine does hits both. Prints medians in microseconds and their ratio; exits 1 above --most.

    python benchmarks/rpc_ping.py [--pings 5000] [--most 2.0]
"""

import argparse
import multiprocessing
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing.synchronize import Event
from pathlib import Path

import msgspec
import trio

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / folder) for folder in ("protocol", "client", "daemon")]

from msgspec import Struct  # noqa: E402

from switchgear_protocol.messages import (  # noqa: E402
    ClientInfo,
    ConfigState,
    Done,
    Initialize,
    Initialized,
    Status,
    VersionRange,
)
from switchgeard.bus import Bus  # noqa: E402
from switchgeard.caller import Caller, Id  # noqa: E402
from switchgeard.listening import bind_socket  # noqa: E402
from switchgeard.server import Server  # noqa: E402

WARM_UP = 500  # pings before any is counted


async def answer(_: Caller, __: str, params: Struct, ___: Id) -> Struct:
    if isinstance(params, Initialize):
        return Initialized(1, VersionRange(1, 1), ClientInfo("switchgeard"))
    return Done()


def serve_daemon(path: str, ready: Event) -> None:
    async def main() -> None:
        server = Server(answer, Bus(lambda: Status("", 0, 0.0, 0.0, 0, ConfigState("", 0, True))))
        async with trio.open_nursery() as nursery:
            await nursery.start(server.serve, bind_socket(path).sock)
            ready.set()

    trio.run(main)


def serve_echo(path: str, ready: Event) -> None:
    async def echo(stream: trio.SocketStream) -> None:
        async for data in stream:
            await stream.send_all(data)

    async def main() -> None:
        file = bind_socket(path)
        listener = trio.SocketListener(trio.socket.from_stdlib_socket(file.sock))
        async with trio.open_nursery() as nursery:
            await nursery.start(trio.serve_listeners, echo, [listener])
            ready.set()

    trio.run(main)


def frame(message: object) -> bytes:
    payload = msgspec.msgpack.encode(message)
    return len(payload).to_bytes(4, "big") + payload


PING = {"jsonrpc": "2.0", "id": 1, "method": "sessions/unpin", "params": {"model": "opus-4.6"}}


def dialled(path: str) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX)
    sock.connect(path)
    return sock


def pinger(path: str, *, introduce: bool) -> Callable[[], float]:
    """One round trip of a typed request and reply (the echo's reply is the request); seconds."""
    sock = dialled(path)
    if introduce:
        sock.sendall(frame({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {}}))
        sock.recv(65536)

    def ping() -> float:
        started = time.perf_counter()
        sock.sendall(frame(PING))
        reply = msgspec.msgpack.decode(sock.recv(65536)[4:])
        took = time.perf_counter() - started
        assert reply["id"] == 1
        return took

    return ping


def measure(folder: str, pings: int) -> tuple[list[float], list[float]]:
    """Round trips of echo and daemon, taken in turns of fifty (longer than a scheduler's whim)."""
    echo = pinger(f"{folder}/e/s", introduce=False)
    ours = pinger(f"{folder}/d/s", introduce=True)
    for _ in range(WARM_UP):
        echo()
        ours()
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(pings // 50):
        taken[0].extend(echo() for _ in range(50))
        taken[1].extend(ours() for _ in range(50))
    return taken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--pings", type=int, default=5000)
    parser.add_argument("--most", type=float, default=2.0, help="highest ratio of the medians that passes")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        servers = [(serve_echo, f"{folder}/e/s"), (serve_daemon, f"{folder}/d/s")]
        events = [multiprocessing.Event() for _ in servers]
        processes = [
            multiprocessing.Process(target=serve, args=(path, event), daemon=True)
            for (serve, path), event in zip(servers, events, strict=True)
        ]
        for process, event in zip(processes, events, strict=True):
            process.start()
            event.wait(20)
        echo, ours = measure(folder, args.pings)
        for process in processes:
            process.terminate()
            process.join()
    ratio = statistics.median(ours) / statistics.median(echo)
    for name, taken in (("bare trio echo", echo), ("switchgeard", ours)):
        cuts = statistics.quantiles(taken, n=100)
        print(f"{name:15} p50 {cuts[49] * 1e6:6.1f} us   p99 {cuts[98] * 1e6:6.1f} us")
    print(f"ratio of p50    {ratio:.2f}   (allowed {args.most})")
    return int(ratio > args.most)


if __name__ == "__main__":
    sys.exit(main())
