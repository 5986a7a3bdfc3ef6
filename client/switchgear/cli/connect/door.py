"""Where the door is: `[http] listen` of our own config, a free port when there is none, and whether it answers.

Rules for editing: only this machine is ever dialled. A look has a limit, and what went wrong is said
in words.
"""

from __future__ import annotations

import socket
import time
from typing import NamedTuple

from switchgear.cli.failed import CommandError

from . import toml_text
from .piece import Unreadable

HOST = "127.0.0.1"
PORT = 8317
PORTS = 32  # how many are tried from there
PATIENCE = 8.0  # seconds until a door that does not answer is told as trouble
LOOK = 2.0  # seconds for one look
PAUSE = 0.1


class Look(NamedTuple):
    """Whether the door answered; if not, why."""

    answers: bool
    why: str = ""


def listen_of(path: str, text: str) -> str | None:
    """`[http] listen` of the config. CommandError when the config is broken."""
    try:
        found = toml_text.value_at(text, ("http", "listen"))
    except Unreadable as error:
        raise CommandError(f"cannot edit {path}", error.why, "switchgear config check") from None
    return found if isinstance(found, str) and found else None


def url_of(listen: str) -> str:
    """ "127.0.0.1:8317" as an address to call. CommandError when it names no fixed port."""
    host, _, port = listen.rpartition(":")
    if not host or not port.isdecimal() or port == "0":
        why = f"it says listen = {listen!r}; tools need a port that stays"
        raise CommandError("the door has no fixed address", why, "switchgear config edit")
    return f"http://{listen}"


def free_listen() -> str:
    """The usual address, or the next one with a free port. CommandError when there is none."""
    for port in range(PORT, PORT + PORTS):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
        return f"{HOST}:{port}"
    raise CommandError(
        "no free port for the door", f"{PORT} to {PORT + PORTS - 1} are all taken", "switchgear config edit"
    )


def trouble(told: str | None, url: str) -> str:
    """Why the daemon, by its own word (`status`), does not listen there; "" when it does not say so.

    Whoever else holds that port must not be shown a token.
    """
    port = url.rpartition(":")[2]
    for part in (told or "").split("; "):
        where, _, why = part.removeprefix("not at ").partition(": ")
        if part.startswith("not at ") and where.endswith(f":{port}"):
            return why or "the daemon cannot listen there"
    return ""


def wait(url: str, token: str | None) -> Look:
    """Asks until the door answers or patience ends; a door that refuses the token is not waited for."""
    end = time.monotonic() + PATIENCE
    while True:
        look = _look(url, token)
        if look.answers or look.why.startswith("it refuses") or time.monotonic() >= end:
            return look
        time.sleep(PAUSE)


def _look(url: str, token: str | None) -> Look:
    from http.client import HTTPConnection, HTTPException

    connection = HTTPConnection(url.removeprefix("http://"), timeout=LOOK)
    try:
        connection.request("HEAD", "/", headers={"Authorization": f"Bearer {token}"} if token else {})
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        return Look(False, f"{getattr(error, 'strerror', None) or error or type(error).__name__}")
    finally:
        connection.close()
    if status in (401, 403) and token:
        return Look(False, f"it refuses the token (HTTP {status})")
    return Look(status < 500, "" if status < 500 else f"HTTP {status}")
