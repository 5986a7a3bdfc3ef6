"""Idle: last in, first out, bounded, and nothing dead is handed out."""

from dataclasses import dataclass
from typing import cast

import trio
import trio.testing

from switchgeard.upstream.connection import Connection
from switchgeard.upstream.idle import KEEPALIVE, Idle


@dataclass
class Fake:
    """A connection of which only its being put aside matters."""

    name: str = ""
    dead: bool = False
    closed: bool = False
    since: float = 0.0

    def stirred(self) -> bool:
        return self.dead

    def close(self) -> None:
        self.closed = True


def put(idle: Idle, origin: str, *fakes: Fake) -> None:
    for fake in fakes:
        idle.put(origin, cast("Connection", fake))


def take(idle: Idle, origin: str) -> Fake | None:
    return cast("Fake | None", idle.take(origin))


async def test_the_one_used_last_is_taken_first() -> None:
    """So that few stay warm."""
    idle, old, new = Idle(), Fake("old"), Fake("new")
    put(idle, "a", old, new)
    assert [take(idle, "a"), take(idle, "a"), take(idle, "a")] == [new, old, None]
    assert not old.closed
    assert len(idle) == 0


async def test_one_origins_connections_are_not_anothers() -> None:
    """However much one is needed."""
    idle = Idle()
    put(idle, "a", Fake())
    assert idle.take("b") is None
    assert len(idle) == 1


async def test_a_connection_on_which_something_came_is_closed() -> None:
    """The far end's goodbye, most likely."""
    idle, alive, dead = Idle(), Fake(), Fake(dead=True)
    put(idle, "a", alive, dead)
    assert take(idle, "a") is alive
    assert dead.closed


async def test_an_old_connection_is_not_used(autojump_clock: trio.testing.MockClock) -> None:
    """Its provider has forgotten it."""
    idle, old, young = Idle(), Fake("old"), Fake("young")
    put(idle, "a", old)
    await trio.sleep(KEEPALIVE - 1)
    put(idle, "a", young)
    await trio.sleep(2)
    assert take(idle, "a") is young
    assert take(idle, "a") is None
    assert (old.closed, young.closed) == (True, False)


async def test_the_oldest_makes_room() -> None:
    """Of its own origin when that is full, of the fullest when all are."""
    idle, a, b = Idle(per_origin=2, total=3), [Fake(), Fake(), Fake()], [Fake(), Fake()]
    put(idle, "a", *a)
    assert [fake.closed for fake in a] == [True, False, False]
    put(idle, "b", *b)
    assert [fake.closed for fake in a + b] == [True, True, False, False, False]
    assert len(idle) == 3


async def test_closing_closes_all() -> None:
    """Before sleep and at the end."""
    idle, a, b = Idle(), Fake(), Fake()
    put(idle, "a", a)
    put(idle, "b", b)
    idle.close()
    assert (a.closed, b.closed, len(idle)) == (True, True, 0)
