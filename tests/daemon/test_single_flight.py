"""What several want at a time, asked for once: one rule for all who use it."""

import pytest
import trio
import trio.testing

from switchgeard.single_flight import SingleFlight


class Source:
    """Somebody who is asked: each answer comes when the test lets it."""

    def __init__(self) -> None:
        self.asked = 0
        self.release = trio.Event()

    async def __call__(self) -> str:
        self.asked += 1
        said = f"answer {self.asked}"
        await self.release.wait()
        return said


async def test_who_comes_while_one_asks_gets_the_same_answer() -> None:
    """And is the source's only load: five ask, it hears one."""
    source, flights, got = Source(), SingleFlight[str, str](), list[str]()

    async def ask() -> None:
        got.append(await flights.once("a", source))

    async with trio.open_nursery() as nursery:
        for _ in range(5):
            nursery.start_soon(ask)
        await trio.testing.wait_all_tasks_blocked()
        assert (len(flights), "a" in flights) == (1, True)
        source.release.set()
    assert (source.asked, got, len(flights)) == (1, ["answer 1"] * 5, 0)


async def test_nothing_is_remembered_and_keys_do_not_meet() -> None:
    """Who comes after the landing asks anew; another key is another flight."""
    source, flights = Source(), SingleFlight[str, str]()
    source.release.set()
    assert [await flights.once(key, source) for key in "aab"] == ["answer 1", "answer 2", "answer 3"]


async def test_where_the_asker_leaves_one_of_those_who_wait_asks_anew() -> None:
    """One of them, not all: the others wait for his answer now."""
    source, flights, got = Source(), SingleFlight[str, str](), list[str]()
    leaving = trio.CancelScope()

    async def first() -> None:
        with leaving:
            await flights.once("a", source)

    async def ask() -> None:
        got.append(await flights.once("a", source))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(first)
        await trio.testing.wait_all_tasks_blocked()
        for _ in range(3):
            nursery.start_soon(ask)
        await trio.testing.wait_all_tasks_blocked()
        leaving.cancel()
        await trio.testing.wait_all_tasks_blocked()
        source.release.set()
    assert (source.asked, got) == (2, ["answer 2"] * 3)


async def test_a_fault_is_the_askers_own() -> None:
    """Those who wait do not inherit it: one of them asks anew."""
    flights, got = SingleFlight[str, str](), list[str]()
    waiting = trio.Event()

    async def failing() -> str:
        await waiting.wait()
        raise OSError("no")

    async def sound() -> str:
        return "yes"

    async def first() -> None:
        with pytest.raises(OSError, match="no"):
            await flights.once("a", failing)

    async def second() -> None:
        got.append(await flights.once("a", sound))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(first)
        await trio.testing.wait_all_tasks_blocked()
        nursery.start_soon(second)
        await trio.testing.wait_all_tasks_blocked()
        waiting.set()
    assert got == ["yes"]


async def test_what_was_disowned_is_told_and_not_kept() -> None:
    """Its waiters get it; who comes later asks anew, and only that one's answer is kept."""
    flights, kept, got = SingleFlight[str, str](), list[str](), dict[str, str]()
    old, new = Source(), Source()

    async def ask(name: str, source: Source) -> None:
        got[name] = await flights.once("a", source, kept.append)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(ask, "first", old)
        await trio.testing.wait_all_tasks_blocked()
        nursery.start_soon(ask, "waiting", old)
        await trio.testing.wait_all_tasks_blocked()
        flights.disown(lambda key: key == "a")
        new.asked = 10
        nursery.start_soon(ask, "late", new)
        await trio.testing.wait_all_tasks_blocked()
        old.release.set()
        await trio.testing.wait_all_tasks_blocked()
        assert "a" in flights  # the late one's: the old flight's end does not end it
        new.release.set()
    assert got == {"first": "answer 1", "waiting": "answer 1", "late": "answer 11"}
    assert kept == ["answer 11"]


async def test_what_flies_apart_outlives_whoever_wanted_it() -> None:
    """Its asker leaves; who comes meanwhile joins it, by either way; `idle` waits for its end."""
    source, flights, got = Source(), SingleFlight[str, str](), list[str]()
    with trio.CancelScope() as leaving:
        leaving.cancel()
        await flights.apart("a", source).arrival()
    assert leaving.cancelled_caught

    async def joining() -> None:
        got.append(await flights.once("a", source))

    async def after() -> None:
        await flights.idle("a")
        got.append("idle")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(joining)
        nursery.start_soon(after)
        again = flights.apart("a", source)
        await trio.testing.wait_all_tasks_blocked()
        assert got == []
        source.release.set()
    assert (await again.arrival(), sorted(got), source.asked) == ("answer 1", ["answer 1", "idle"], 1)
