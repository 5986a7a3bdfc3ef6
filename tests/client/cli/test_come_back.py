"""The address a browser ended at on another machine, brought to who waits for it on this one."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from urllib.parse import urlencode

import pytest

from switchgear.cli.come_back import brought


class Waiting:
    """What a login waits with: one request is heard, and answered with this status."""

    def __init__(self, status: str) -> None:
        self.status, self.heard = status, b""
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.redirect = f"http://127.0.0.1:{self.port}/auth/callback"
        self.page = f"https://issuer.example/authorize?{urlencode({'state': 's', 'redirect_uri': self.redirect})}"

    def answer(self) -> None:
        client, _ = self.listener.accept()
        with client:
            self.heard = client.recv(65536)
            client.sendall(f"HTTP/1.1 {self.status}\r\ncontent-length: 0\r\n\r\n".encode())


@contextmanager
def waiting(status: str = "200 OK") -> Iterator[Waiting]:
    made = Waiting(status)
    thread = Thread(target=made.answer)
    thread.start()
    try:
        yield made
    finally:
        socket.create_connection(("127.0.0.1", made.port)).close()  # whoever was not called is not waited for
        thread.join()
        made.listener.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_address_is_brought_with_all_it_says(host: str) -> None:
    """As the browser would have come, had it been here."""
    with waiting() as login:
        assert brought(login.page, f"http://{host}:{login.port}/auth/callback?code=c0de&state=s%2B1")
        head = login.heard.decode().split("\r\n")
    assert head[0] == "GET /auth/callback?code=c0de&state=s%2B1 HTTP/1.1"
    assert f"Host: 127.0.0.1:{login.port}" in head


def test_what_the_login_does_not_take_is_not_brought() -> None:
    """Another login's state, say."""
    with waiting("404 Not Found") as login:
        assert not brought(login.page, f"{login.redirect}?code=c&state=other")
        assert login.heard


@pytest.mark.parametrize(
    "text",
    [
        "c0de", "", "https://127.0.0.1:{port}/auth/callback?code=c", "http://127.0.0.1:{port}/admin?code=c",
        "http://127.0.0.1:1/auth/callback?code=c", "http://evil.example:{port}/auth/callback?code=c",
        "http://127.0.0.1/auth/callback?code=c", "http://127.0.0.1:x/auth/callback", "http://[/auth/callback",
        "http://127.0.0.1:{port}/auth/callback?code=c HTTP/1.1\r\nX: y", "http://127.0.0.1:{port}/auth/callback?c=\u00e9",
    ],
)  # fmt: skip
def test_nothing_but_the_address_it_waits_at_is_called(text: str) -> None:
    """Whatever is pasted, nobody else on this machine or any other hears of it."""
    with waiting() as login:
        assert not brought(login.page, text.replace("{port}", str(login.port)))
        assert login.heard == b""


def test_a_login_that_has_ended_is_not_waited_for() -> None:
    """Nothing listens there any more; and a page that names no way back has none."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    address = f"http://127.0.0.1:{port}/auth/callback"
    assert not brought(f"https://x.example/?{urlencode({'redirect_uri': address})}", f"{address}?code=c")
    assert not brought("https://x.example/", f"{address}?code=c")
