"""Notify: tells systemd what the daemon is doing, by sd_notify(3)'s datagrams.

Rules for editing: telling never fails and never waits: a manager that does not listen is no trouble of
ours. Without NOTIFY_SOCKET nothing is opened, and without WATCHDOG_USEC nothing wakes up.
"""

import os
import re
import socket
from array import array
from collections.abc import MutableMapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

import trio

from switchgeard.clock import monotonic_us

VARIABLES = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")
SPAN = re.compile(r"0*[1-9][0-9]{0,17}")  # microseconds
BEATS = 2  # in the time after which systemd takes us for dead


@dataclass(slots=True, frozen=True)
class Notify:
    """`address`: where systemd listens, None for nobody. `patience`: seconds it bears without a beat, None for ever."""

    address: str | None = None
    patience: float | None = None

    @classmethod
    def take(cls, env: MutableMapping[str, str]) -> Self:
        """From the environment, which has it no longer afterwards."""
        said = {name: env.pop(name, "") for name in VARIABLES}
        address = said["NOTIFY_SOCKET"]
        if not address.startswith(("/", "@")):  # nor do we speak vsock
            return cls()
        ours = said["WATCHDOG_PID"] in ("", str(os.getpid()))
        usec = said["WATCHDOG_USEC"]
        return cls(address, int(usec) / 1e6 if ours and SPAN.fullmatch(usec) else None)

    def ready(self, status: str) -> None:
        """Clients are served, by the config as it now is."""
        self._tell("READY=1", _status(status))

    def status(self, text: str) -> None:
        """One line for `systemctl status`."""
        self._tell(_status(text))

    def reloading(self) -> None:
        """The config is being read again; `ready` ends it."""
        self._tell("RELOADING=1", f"MONOTONIC_USEC={monotonic_us()}", _status("reading the config again"))

    def starting(self, text: str, seconds: float) -> None:
        """Not ready yet, for a reason that may take so many seconds more."""
        self._tell(f"EXTEND_TIMEOUT_USEC={int(seconds * 1e6)}", _status(text))

    def stopping(self, seconds: float) -> None:
        """No new work; what runs gets so many seconds, in which systemd should not lose patience."""
        self._tell("STOPPING=1", f"EXTEND_TIMEOUT_USEC={int(seconds * 1e6)}", _status("finishing what runs"))

    def keep(self, name: str, sock: socket.socket) -> None:
        """Hold a copy of this socket, and hand it to the daemon after us under this name (ASCII, no colon)."""
        self._tell("FDSTORE=1", f"FDNAME={name}", holding=[sock.fileno()])

    def forget(self, name: str) -> None:
        """Hold nothing under this name any longer."""
        self._tell("FDSTOREREMOVE=1", f"FDNAME={name}")

    async def beat(self) -> None:
        """Tell the watchdog that the event loop turns, until cancelled; returns at once when there is none."""
        while self.patience is not None:
            self._tell("WATCHDOG=1")
            await trio.sleep(self.patience / BEATS)

    def _tell(self, *lines: str, holding: Sequence[int] = ()) -> None:
        if self.address is None:
            return
        where = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as wire:
            wire.setblocking(False)
            rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", holding))] if holding else []
            wire.sendmsg(["\n".join(lines).encode()], rights, 0, where)


NOBODY = Notify()
"""For a daemon that no manager runs."""


def _status(text: str) -> str:
    return f"STATUS={' '.join(text.split())}"
