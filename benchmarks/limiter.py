"""The quickest 429 in town: a provider that does nothing but limit, and writes down when it was reached.

A stand-in that takes a millisecond per request cannot tell who came before its first answer and who
after: its own queue is in the way. This one answers in microseconds. Run as a program it prints its
port, and answers every line it reads with what it has seen since the last one.
"""

import json
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

BODY = b'{"type":"error","error":{"type":"rate_limit_error","message":"This request would exceed your rate limit."}}'
STATUS = b"HTTP/1.1 429 Too Many Requests\r\ncontent-type: application/json\r\nretry-after: 60\r\n"
REFUSAL = STATUS + b"content-length: %d\r\n\r\n" % len(BODY) + BODY


@dataclass(slots=True)
class Limiter:
    """`hold`: seconds between a request's last byte and its refusal."""

    hold: float
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0), backlog=512))
    asked: list[float] = field(default_factory=list)
    first: float | None = None  # when the first refusal was sent
    due: list[tuple[float, socket.socket]] = field(default_factory=list)
    heard: dict[socket.socket, bytes] = field(default_factory=dict)
    ready: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def run(self) -> None:
        """Until the reader of our output closes our input."""
        self.listener.setblocking(False)
        self.ready.register(self.listener, selectors.EVENT_READ, self._accept)
        self.ready.register(sys.stdin, selectors.EVENT_READ, None)
        while True:
            if not self._take_in(self._patience()):
                return
            self._refuse_due()

    def _take_in(self, patience: float | None) -> int:
        """Whatever has come; 0 at the end of our input. With patience 0 and nothing to take in: -1."""
        ready = self.ready.select(patience)
        for key, _ in ready:
            if key.data is not None:
                key.data()
            elif sys.stdin.readline():
                self._tell()
            else:
                return 0
        return len(ready) or -1

    def _patience(self) -> float | None:
        return max(self.due[0][0] - time.perf_counter(), 0) if self.due else None

    def _accept(self) -> None:
        sock, _ = self.listener.accept()
        sock.setblocking(False)
        self.heard[sock] = b""
        self.ready.register(sock, selectors.EVENT_READ, lambda: self._hear(sock))

    def _hear(self, sock: socket.socket) -> None:
        try:
            data = sock.recv(65536)
        except OSError:
            data = b""
        if not data:
            self.ready.unregister(sock)
            del self.heard[sock]
            sock.close()
            return
        self.heard[sock] += data
        if _whole(self.heard[sock]):
            self.heard[sock] = b""
            self.asked.append(time.perf_counter())
            self.due.append((self.asked[-1] + self.hold, sock))

    def _refuse_due(self) -> None:
        while self.due and self.due[0][0] <= time.perf_counter():
            _, sock = self.due.pop(0)
            while self.first is None and self._take_in(0.0) > 0:
                pass  # what is here already came before the first refusal, however late we are to look
            if sock in self.heard:
                sock.send(REFUSAL)
            self.first = self.first or time.perf_counter()

    def _tell(self) -> None:
        late = sum(self.first is not None and asked > self.first for asked in self.asked)
        print(json.dumps({"hits": len(self.asked), "after_first": late}), flush=True)
        self.asked.clear()
        self.first = None


def _whole(heard: bytes) -> bool:
    head, end, body = heard.partition(b"\r\n\r\n")
    lengths = [line.partition(b":")[2] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return bool(end) and len(body) >= int(lengths[0] if lengths else 0)


@dataclass(slots=True)
class Seen:
    """The limiter's process, seen from outside."""

    process: "subprocess.Popen[str]"
    url: str

    def since(self) -> dict[str, int]:
        """Requests since the last look, and how many of them came after the first refusal was sent."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        found: dict[str, int] = json.loads(self.process.stdout.readline())
        return found


@contextmanager
def limiter(hold: float) -> Iterator[Seen]:
    argv = [sys.executable, __file__, str(hold)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Seen(process, f"http://127.0.0.1:{int(process.stdout.readline())}")
        finally:
            process.kill()


if __name__ == "__main__":
    limit = Limiter(float(sys.argv[1]))
    print(limit.listener.getsockname()[1], flush=True)
    limit.run()
