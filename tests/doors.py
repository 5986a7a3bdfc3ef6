"""A door for the command's tests: an HTTP server that knows which tokens to let in, and who knocked."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class FakeDoor:
    """`opens` are the tokens it lets in; `knocks` the bearers it was shown."""

    port: int
    opens: set[str] = field(default_factory=set)
    knocks: list[str] = field(default_factory=list)

    @property
    def listen(self) -> str:
        return f"127.0.0.1:{self.port}"


@contextmanager
def fake_door() -> Iterator[FakeDoor]:
    """A door on a free port, shut when the block ends."""

    class Knock(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            door.knocks.append(token)
            self.send_response(200 if token in door.opens else 401)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Knock) as server:
        door = FakeDoor(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        try:
            yield door
        finally:
            server.shutdown()
            thread.join()
