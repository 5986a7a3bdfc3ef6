"""Guests: the conversations of one server, each in a world of its own.

Rules for editing: a connection that fails, by its client's fault or by our bug, ends alone: only `Cancelled` passes
`host`. What a conversation does, and who gets one, is the server's business.
"""

import socket
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any, Generic, Protocol, TypeVar

import trio

from .hangups import Hangups
from .writer import PeerStalled


class Guest(Protocol):
    """One conversation. `busy`: a request of it runs; `leave`: its client is gone."""

    number: int

    @property
    def busy(self) -> bool: ...

    async def run(self) -> None: ...

    def leave(self) -> None: ...


G = TypeVar("G", bound=Guest)


class Guests(Generic[G]):
    """`log`: of the server. `half`: the end of what a client sends is its leaving (`hangups`)."""

    def __init__(self, log: Any, *, half: bool = False) -> None:
        self._log = log
        self._here: set[G] = set()
        self._hangups = Hangups(half=half)
        self._settled = trio.lowlevel.ParkingLot()

    def __len__(self) -> int:
        return len(self._here)

    def __iter__(self) -> Iterator[G]:
        """Whoever is here now; who leaves meanwhile changes nothing."""
        return iter(list(self._here))

    async def watch(self) -> None:
        """Tell those whose client has gone. Runs until cancelled."""
        await self._hangups.run()

    def close(self) -> None:
        """Nobody is watched any more."""
        self._hangups.close()

    def settled(self) -> None:
        """A request has ended: let `quiet` look again."""
        self._settled.unpark_all()

    def welcome(self, nursery: trio.Nursery, guest: G, client: socket.socket) -> None:
        """Run one conversation in a task, from now on counted among those here."""
        self._here.add(guest)
        nursery.start_soon(self._host, guest, client)

    def forget(self, guest: G) -> None:
        """It is on its way out, and no longer counted."""
        self._here.discard(guest)

    async def quiet(self, seconds: float, stirring: Callable[[G], bool] = attrgetter("busy")) -> None:
        """Wait until no request runs, but not longer than so many seconds."""
        with trio.move_on_after(seconds):
            while any(stirring(guest) for guest in self._here):
                await self._settled.park()

    async def _host(self, guest: G, client: socket.socket) -> None:
        """Whatever goes wrong in it stays in it."""
        try:
            self._hangups.add(client, guest.leave)  # the kernel has room for so many
            await guest.run()
        except* OSError:
            pass  # the client is gone; its work was cancelled with it
        except* PeerStalled:
            self._log.warning("connection.dropped", reason="client reads nothing", connection=guest.number)
        except* Exception as bugs:  # noqa: BLE001 - one client's trouble must never reach another
            self._log.error("connection.bug", error=names(bugs), connection=guest.number)
        finally:
            self._hangups.remove(client)
            client.close()
            self.forget(guest)
            self.settled()


def names(group: BaseExceptionGroup[BaseException]) -> list[str]:
    """The types of everything in a group, for the log: without a word of their messages."""
    found: list[str] = []
    for member in group.exceptions:
        found += names(member) if isinstance(member, BaseExceptionGroup) else [type(member).__name__]
    return found
