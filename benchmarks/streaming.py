"""Streams of 200 chunks through the daemon, against the same read straight from the stand-in. Reported only.

The reader of both is a plain thread per stream that counts chunks; the stand-in writes each chunk by
itself, and is the slowest of the three, so the ratio says how near the daemon comes to invisible.

    python benchmarks/streaming.py [--quick]
"""

import json
import socket
import statistics
import sys
import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from figures import Row, options, report
from stage import CHUNKS, Home, cast, home
from switchgear import Client, TextDelta

KINDS = {"anthropic": ("/v1/messages", b'"text_delta"'), "openai-compatible": ("/v1/chat/completions", b'"content":" ')}


def straight(url: str, kind: str) -> int:
    """Chunks of one stream read from the stand-in itself."""
    parts, (path, mark) = urlsplit(url), KINDS[kind]
    body = json.dumps({"model": "x", "stream": True, "messages": [{"role": "user", "content": "hello"}]}).encode()
    head = f"POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {len(body)}\r\n\r\n".encode()
    heard = bytearray()
    with socket.create_connection((parts.hostname or "", parts.port or 80)) as sock:
        sock.sendall(head + body)
        while not heard.endswith(b"0\r\n\r\n"):
            heard += sock.recv(65536)
    return heard.count(mark)


def through(door: str) -> int:
    """Chunks of one stream as a client of the daemon gets them."""
    with Client(door) as client, client.stream("m", "hello") as stream:
        return sum(isinstance(event, TextDelta) for event in stream)


def cpu(pid: int) -> float:
    """Seconds of processor the process has used."""
    with open(f"/proc/{pid}/schedstat") as file:
        return int(file.read().split()[0]) / 1e9


def at_once(read: Callable[[], int], streams: int) -> float:
    """Seconds until so many streams were read, each whole."""
    counts: list[int] = []
    threads = [threading.Thread(target=lambda: counts.append(read())) for _ in range(streams)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - started
    assert counts == [len(CHUNKS.text)] * streams, counts
    return took


def measure(here: Home, url: str, kind: str, streams: int, rounds: int) -> Row:
    direct, ours, used = [], [], 0.0
    at_once(lambda: through(here.door), streams)
    for _ in range(rounds):
        direct.append(at_once(lambda: straight(url, kind), streams))
        before = cpu(here.pid)
        ours.append(at_once(lambda: through(here.door), streams))
        used += cpu(here.pid) - before
    chunks = streams * len(CHUNKS.text)
    rate, own = chunks / statistics.median(direct), chunks / statistics.median(ours)
    spent = used / rounds / chunks * 1e6
    detail = f"{own:,.0f} of {rate:,.0f} chunks/s, ratio {own / rate:.2f}, daemon {spent:.0f} us of CPU per chunk"
    return Row(f"{kind}, {streams} at once", detail)


def main() -> int:
    asked = options(__doc__).parse_args()
    rows = []
    for kind in KINDS:
        with cast({"only": "chunks"}) as players, home() as here:
            here.configure(players.urls, kind=kind)
            here.start()
            for streams, rounds in ((1, 5), (16, 3), (64, 1)) if asked.quick else ((1, 50), (16, 10), (64, 5)):
                rows.append(measure(here, players.urls["only"], kind, streams, rounds))
    return report(f"Streams of {len(CHUNKS.text)} chunks", rows, quick=asked.quick)


if __name__ == "__main__":
    sys.exit(main())
