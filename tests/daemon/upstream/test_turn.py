"""Turns: one write at a time to one origin, and a last look before each."""

import gc

import pytest
import trio
import trio.testing

from standins.standin import StandIn
from switchgeard.demo.exchange import Answer, Asked, sized
from switchgeard.demo.wires import Said
from switchgeard.upstream.call import HTTPCall
from switchgeard.upstream.transport import Transport
from switchgeard.upstream.turn import BUNCH, PATIENCE, Turns, Withdrawn


def yes() -> bool:
    return True


class Lot:
    """A parking lot that counts."""

    def __init__(self) -> None:
        self.lot = trio.lowlevel.ParkingLot()
        self.slept = 0

    async def park(self) -> None:
        self.slept += 1
        await self.lot.park()

    def unpark(self, *, count: int) -> list[trio.lowlevel.Task]:
        return self.lot.unpark(count=count)


async def test_turns_are_taken_one_at_a_time_and_in_order() -> None:
    """Whoever came first writes first; nobody is skipped."""
    turns, order = Turns(), list[int]()

    async def one(number: int) -> None:
        turn = turns.at("http://a", yes)
        await turn.take()
        order.append(number)
        await trio.testing.wait_all_tasks_blocked()
        assert order[-1] == number
        turn.leave()

    async with trio.open_nursery() as nursery:
        for number in range(4):
            nursery.start_soon(one, number)
            await trio.testing.wait_all_tasks_blocked()
    assert order == [0, 1, 2, 3]


async def test_nobody_is_woken_in_vain() -> None:
    """Each of a crowd sleeps once, however many may write between two glances."""
    turns = Turns()
    keeping = turns.at("http://a", yes)  # the line is forgotten when nobody has a turn of it
    for _ in range(5):
        good = turns.at("http://a", yes)
        await good.take()
        good.leave(well=True)
    assert keeping._line.trust == BUNCH
    ahead = turns.at("http://a", yes)
    await ahead.take()
    ahead._line.queue = lot = Lot()  # type: ignore[assignment]

    async def one() -> None:
        turn = turns.at("http://a", yes)
        await turn.take()
        turn.leave(well=True)

    async with trio.open_nursery() as nursery:
        for _ in range(3 * BUNCH):
            nursery.start_soon(one)
        await trio.testing.wait_all_tasks_blocked()
        ahead.leave(well=True)
    assert lot.slept == 3 * BUNCH


async def test_origins_do_not_wait_for_each_other() -> None:
    """A turn at one is no turn at the other."""
    turns = Turns()
    with trio.fail_after(30):
        first, second = turns.at("http://a", yes), turns.at("http://b", yes)
        await first.take()
        await second.take()
    first.leave()
    second.leave()


async def test_one_no_longer_wanted_is_withdrawn_and_still_gives_its_turn_back() -> None:
    """What became known while it waited counts."""
    turns, wanted = Turns(), True
    ahead, behind = turns.at("http://a", yes), turns.at("http://a", lambda: wanted)
    await ahead.take()
    async with trio.open_nursery() as nursery:

        @nursery.start_soon
        async def waiting() -> None:
            with pytest.raises(Withdrawn):
                await behind.take()
            behind.leave()

        await trio.testing.wait_all_tasks_blocked()
        wanted = False
        ahead.leave()
    with trio.fail_after(30):
        await ahead.take()
    ahead.leave()


async def test_leaving_twice_or_without_a_turn_does_no_harm() -> None:
    """`leave` is in every way out."""
    turns = Turns()
    ahead, behind = turns.at("http://a", yes), turns.at("http://a", yes)
    await ahead.take()
    behind.leave()
    ahead.leave()
    ahead.leave()
    with trio.fail_after(30):
        await behind.take()
    behind.leave()


def test_a_line_nobody_waits_in_is_forgotten() -> None:
    """Origins come and go with the config; their lines with them."""
    turns = Turns()
    turn = turns.at("http://a", yes)
    assert len(turns._lines) == 1
    del turn
    gc.collect()
    assert not turns._lines


def call(standin: StandIn, path: str = "/v1/chat/completions") -> HTTPCall:
    return HTTPCall("POST", f"{standin.url}{path}", (("content-type", "application/json"),), b"{}")


async def test_a_withdrawn_request_never_reaches_the_provider() -> None:
    """Not a byte of it: no hit, and the transport works on as if nothing had been."""
    transport = Transport()
    async with StandIn().serving() as standin:
        for _ in range(2):  # on a new connection, then beside a kept one
            with pytest.raises(Withdrawn):
                async with transport.open(call(standin), connect=5, still_wanted=lambda: False):
                    pass
            async with transport.open(call(standin), connect=5) as reply:
                assert reply.status == 200
                async for _ in reply.chunks():
                    pass
        assert standin.hits == 2
    await transport.aclose()


async def test_an_answer_stops_the_crowd_behind_it() -> None:
    """Fifty at once, and the first answer says stop: a handful was in flight then, nobody else is written."""
    wanted, reached = True, list[bool]()

    def refuse(asked: Asked, said: Said) -> Answer:
        reached.append(wanted)
        return sized(429, b"{}")

    transport = Transport()
    async with StandIn(refuse).serving() as standin, trio.open_nursery() as nursery:

        async def one() -> None:
            nonlocal wanted
            try:
                async with transport.open(call(standin), connect=5, still_wanted=lambda: wanted):
                    wanted = False
            except Withdrawn:
                pass

        for _ in range(50):
            nursery.start_soon(one)
    assert len(reached) <= 12
    assert len(reached) < 25
    await transport.aclose()


async def test_a_stalled_write_holds_nobody_up_for_long(autojump_clock: trio.testing.MockClock) -> None:
    """After PATIENCE the next one goes without a turn, and giving back what it has not is harmless."""
    turns = Turns()
    stalled = turns.at("http://a", yes)
    await stalled.take()

    async def waiting() -> None:
        turn = turns.at("http://a", yes)
        await turn.take()
        assert trio.current_time() - began == pytest.approx(PATIENCE)
        turn.leave()

    began = trio.current_time()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(waiting)
    stalled.leave()


async def passes(turns: Turns, writes: int) -> int:
    """How often others had a turn of the event loop while so many requests were written, all still unanswered."""
    count = 0
    async with trio.open_nursery() as nursery:

        @nursery.start_soon
        async def others() -> None:
            nonlocal count
            while True:
                await trio.lowlevel.checkpoint()
                count += 1

        for _ in range(writes):
            turn = turns.at("http://a", yes)
            await turn.take()
            turn.written()
        nursery.cancel_scope.cancel()
    return count


async def answer(turns: Turns, *, well: bool) -> None:
    turn = turns.at("http://a", yes)
    await turn.take()
    turn.leave(well=well)


async def test_good_answers_earn_a_bunch_of_writes_for_each_glance() -> None:
    """A crowd on a healthy provider costs little; after one answer that is not good each write has its own again."""
    turns = Turns()
    line = turns.at("http://a", yes)
    assert await passes(turns, 2 * BUNCH) > BUNCH
    for _ in range(BUNCH):
        await answer(turns, well=True)
    assert await passes(turns, 2 * BUNCH) <= 3
    await answer(turns, well=False)
    assert await passes(turns, 2 * BUNCH) > BUNCH
    line.leave()


async def test_a_crowd_behind_a_stalled_write_is_let_through_by_bunches_and_nobody_is_forgotten() -> None:
    """Also one that is cancelled after it was woken gives its turn on."""
    turns, done = Turns(), list[int]()
    for _ in range(BUNCH):
        await answer(turns, well=True)
    stalled = turns.at("http://a", yes)
    await stalled.take()
    scopes = [trio.CancelScope() for _ in range(3 * BUNCH)]

    async def one(number: int) -> None:
        turn = turns.at("http://a", yes)
        with scopes[number]:
            try:
                await turn.take()
                done.append(number)
            finally:
                turn.leave(well=True)

    async with trio.open_nursery() as nursery:
        for number in range(3 * BUNCH):
            nursery.start_soon(one, number)
            await trio.testing.wait_all_tasks_blocked()
        stalled.leave(well=True)
        scopes[0].cancel()  # woken already
        scopes[1].cancel()
    assert set(done) >= set(range(2, 3 * BUNCH))
