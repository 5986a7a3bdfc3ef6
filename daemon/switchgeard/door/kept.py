"""Kept: the door's TCP sockets in the hands of a service manager, so that they listen while one daemon follows another.

HTTP clients cannot start a daemon and seldom wait for one: what they meet must never refuse them. So each socket the
door binds is given to the manager too, who hands it to the daemon after this one; who connects between the two waits
in its backlog. Rules for editing: a name in the environment is no proof. What is taken back is what the kernel says
listens at exactly the address wanted now; everything else stops listening here, whoever has a copy of it.
"""

import os
import socket
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from switchgeard.supervised.inherited import KEPT
from switchgeard.supervised.notify import NOBODY, Notify

Address = tuple[str, int]
FAMILIES = {socket.AF_INET: "ip4", socket.AF_INET6: "ip6"}

log = structlog.get_logger("switchgeard.door")


@dataclass(slots=True)
class Kept:
    """`notify`: the manager; nobody keeps anything without one."""

    notify: Notify = NOBODY
    _given: dict[Address, tuple[str, socket.socket]] = field(default_factory=dict)  # handed over, not yet taken

    def receive(self, found: Mapping[str, Iterable[int]]) -> None:
        """Descriptors handed over, by name. Those that are no listening TCP sockets are closed, with a word."""
        for name, numbers in found.items():
            for number in numbers:
                self._receive(name, number)

    def _receive(self, name: str, number: int) -> None:
        try:
            sock = listening(number)
        except OSError as error:
            log.warning("door.not_taken", name=name, why=error.strerror or str(error))
            self.notify.forget(name)
            return
        if self._given.setdefault(address_of(sock), (name, sock))[1] is not sock:
            sock.close()

    def take(self, wanted: Address) -> socket.socket | None:
        """The one that waits at this address; the manager has its copy already."""
        at = next((each for each in self._given if _is(each, wanted)), None)
        return None if at is None else self._given.pop(at)[1]

    def keep(self, sock: socket.socket) -> None:
        """The manager shall have it too."""
        self.notify.keep(name_of(sock), sock)

    def forget(self, sock: socket.socket) -> None:
        """The config does not name it any more: the manager shall have it no longer, and nobody connect meanwhile."""
        self.notify.forget(name_of(sock))
        silence(sock)

    def only(self, wanted: Collection[Address]) -> None:
        """What was handed over and is not wanted stops listening: its clients would wait for ever."""
        for at in [each for each in self._given if not any(_is(each, one) for one in wanted)]:
            name, sock = self._given.pop(at)
            self.notify.forget(name)
            with sock:
                silence(sock)


def silence(sock: socket.socket) -> None:
    """It listens no more, whoever has a copy of it."""
    with suppress(OSError):  # a Mac's cannot be shut down, and have no manager that keeps them
        sock.shutdown(socket.SHUT_RDWR)


def _is(address: Address, wanted: Address) -> bool:
    """Port 0 is any port."""
    return address[0] == wanted[0] and wanted[1] in (address[1], 0)


def listening(number: int) -> socket.socket:
    """A descriptor as the TCP socket that it is, non-blocking. OSError, and it is closed, when it is anything else."""
    try:
        sock = socket.socket(fileno=number)
    except OSError:
        os.close(number)
        raise
    listens = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    if sock.family not in FAMILIES or sock.type != socket.SOCK_STREAM or not listens:
        sock.close()
        raise OSError("it is no TCP socket that listens")
    sock.setblocking(False)
    return sock


def address_of(sock: socket.socket) -> Address:
    """Host and port it listens at."""
    host, port = sock.getsockname()[:2]
    return str(host), int(port)


def name_of(sock: socket.socket) -> str:
    """What the manager keeps it under: "http-ip4-8317"; its names have no colons."""
    return f"{KEPT}{FAMILIES[socket.AddressFamily(sock.family)]}-{address_of(sock)[1]}"
