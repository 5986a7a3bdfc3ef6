"""The browser on another machine: its last address, pasted here, is brought to the daemon that waits for it.

A login ends with the browser sent to a port of 127.0.0.1. Over ssh that is the wrong machine's, and the page there says
that nothing answers; but its address holds all that was to be said. Rules for editing: only the address this login was
told to come back to is called, and only on this machine; no word of what was pasted is repeated.
"""

from __future__ import annotations

import os
import socket
import sys
from contextlib import contextmanager
from select import select
from threading import Event, Thread
from urllib.parse import parse_qs, urlsplit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LINE = 65536  # bytes of one paste
LOOK = 0.25  # seconds until the reader sees that it is over
PATIENCE = 5.0  # seconds for the daemon's answer
HERE = ("127.0.0.1", "localhost")


@contextmanager
def pasted(page: str, say: Callable[[str], None]) -> Iterator[None]:
    """While the block runs, what is pasted into the terminal is taken to be the address. `page`: where the login began;
    `say`: tells of a paste that is none."""
    over = Event()
    reader = Thread(target=_read, args=(page, say, over), daemon=True)
    if sys.stdin.isatty():
        reader.start()
    try:
        yield
    finally:
        over.set()
        if reader.ident is not None:
            reader.join()  # the next question is somebody else's to read


def _read(page: str, say: Callable[[str], None], over: Event) -> None:
    while not over.is_set():
        try:
            if not select([0], [], [], LOOK)[0]:
                continue
            if _in_the_background():  # what is typed is another program's
                over.wait(LOOK)
                continue
            typed = os.read(0, LINE)
        except OSError:  # the terminal is gone
            return
        if not typed:
            return
        if (text := typed.decode(errors="replace").strip()) and not brought(page, text):
            say("that is not the address this login ends at; copy it whole from the browser's address bar")


def _in_the_background() -> bool:
    """Of a terminal that is not our own nobody says, and nothing stops who reads it."""
    try:
        return os.tcgetpgrp(0) != os.getpgrp()
    except OSError:
        return False


def brought(page: str, text: str) -> bool:
    """Whether the pasted address is the one the login waits at, and was heard there."""
    waiting, given = _redirect(page), _parts(text)
    if waiting is None or given is None or (given[0], given[1]) != waiting:
        return False
    try:
        return _heard(waiting[0], f"{given[1]}?{given[2]}")
    except OSError:
        return False


def _redirect(page: str) -> tuple[int, str] | None:
    """Port and path that the page was asked to come back to."""
    said = parse_qs(urlsplit(page).query).get("redirect_uri", [""])[0]
    parts = _parts(said)
    return None if parts is None else parts[:2]


def _parts(address: str) -> tuple[int, str, str] | None:
    """Port, path and query of an address of this machine; None for any other text."""
    if not address.isascii() or not address.isprintable() or " " in address:
        return None
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme != "http" or parts.hostname not in HERE or port is None:
        return None
    return port, parts.path, parts.query


def _heard(port: int, target: str) -> bool:
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as stream:
        stream.sendall(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
        return stream.recv(LINE).startswith(b"HTTP/1.1 200")
