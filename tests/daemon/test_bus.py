"""Tests for `switchgeard.bus`."""

import pytest
import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st

from switchgear_protocol.events import Event
from switchgear_protocol.messages import ConfigState, EventNote, EventsSubscribe, Status
from switchgeard.bus import Bus
from switchgeard.rpc_error import RpcError


def event(seq: int, type: str = "route", **fields: str) -> Event:
    return Event(seq, 1000.0 + seq, type, **fields)  # type: ignore[arg-type]


class World:
    """A state that counts how often it was asked and knows the last event."""

    def __init__(self) -> None:
        self.seq = 0
        self.asked = 0

    def snapshot(self) -> Status:
        self.asked += 1
        return Status("0", 1, 0.0, 0.0, self.seq, ConfigState("", 1, True))


def bus_at(seq: int = 0, **sizes: int) -> tuple[Bus, World]:
    """A bus that has already told `seq` events."""
    world = World()
    bus = Bus(world.snapshot, **sizes)
    tell(bus, world, seq)
    return bus, world


def tell(bus: Bus, world: World, many: int, type: str = "route", **fields: str) -> None:
    for _ in range(many):
        world.seq += 1
        bus.publish([event(world.seq, type, **fields)])


async def take(feed: object, many: int) -> list[EventNote]:
    return [await anext(feed) for _ in range(many)]  # type: ignore[call-overload]


async def test_the_snapshot_comes_first_and_events_follow_without_a_gap() -> None:
    """What is told after the snapshot starts exactly where the snapshot ends."""
    bus, world = bus_at(5)
    feed, opening = bus.subscribe(EventsSubscribe())
    tell(bus, world, 2)
    notes = await take(feed, 2)
    assert opening.snapshot.seq == 5
    assert opening.replayed == []
    assert [note.event.seq for note in notes] == [6, 7]
    assert {note.subscription for note in notes} == {opening.subscription}


async def test_a_waiting_subscriber_wakes_up_for_an_event() -> None:
    """The feed parks until something happens."""
    bus, world = bus_at()
    feed, _ = bus.subscribe(EventsSubscribe())
    seen: list[int] = []

    async def read() -> None:
        seen.append((await anext(feed)).event.seq)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(read)
        await trio.testing.wait_all_tasks_blocked()
        assert seen == []
        tell(bus, world, 1)
    assert seen == [1]


async def test_a_slow_subscriber_is_told_how_much_it_missed_and_gets_a_fresh_snapshot() -> None:
    """The oldest events go; the marker stands where they were; the newest are still told."""
    bus, world = bus_at(ring=3)
    feed, _ = bus.subscribe(EventsSubscribe())
    tell(bus, world, 10)
    notes = await take(feed, 4)
    assert notes[0].event.type == "lagged"
    assert notes[0].event.dropped == 7
    assert notes[0].snapshot is not None
    assert notes[0].snapshot.seq == 10
    assert [note.event.seq for note in notes] == [7, 8, 9, 10]


async def test_one_marker_tells_of_one_lag() -> None:
    """After the confession the count starts again."""
    bus, world = bus_at(ring=1)
    feed, _ = bus.subscribe(EventsSubscribe())
    tell(bus, world, 3)
    assert [note.event.dropped for note in await take(feed, 2)] == [2, None]
    tell(bus, world, 2)
    assert [note.event.dropped for note in await take(feed, 2)] == [1, None]


async def test_a_slow_subscriber_does_not_hold_up_a_quick_one() -> None:
    """Each has its own ring."""
    bus, world = bus_at(ring=2)
    slow, _ = bus.subscribe(EventsSubscribe())
    quick, _ = bus.subscribe(EventsSubscribe())
    for seq in range(1, 6):
        tell(bus, world, 1)
        assert (await anext(quick)).event.seq == seq
    assert (await anext(slow)).event.dropped == 3


async def test_of_the_quota_readings_of_a_window_only_the_last_waits() -> None:
    """A burst of readings costs one place in the ring, and nothing counts as dropped."""
    bus, world = bus_at(ring=3)
    feed, _ = bus.subscribe(EventsSubscribe())
    tell(bus, world, 5, "quota", provider="pro", window="5h")
    tell(bus, world, 5, "quota", provider="pro", window="7d")
    tell(bus, world, 1)
    tell(bus, world, 1, "quota", provider="pro", window="5h")
    notes = await take(feed, 3)
    assert [note.event.seq for note in notes] == [10, 11, 12]


async def test_only_the_asked_for_types_are_told() -> None:
    """A filter holds for the feed and for what is replayed."""
    bus, world = bus_at()
    tell(bus, world, 1)
    tell(bus, world, 1, "pin")
    feed, opening = bus.subscribe(EventsSubscribe(since=0, types=["pin"]))
    tell(bus, world, 1)
    tell(bus, world, 1, "pin")
    assert [event.seq for event in opening.replayed] == [2]
    assert (await anext(feed)).event.seq == 4


def test_a_misspelt_type_is_refused_with_the_nearest() -> None:
    """A typo must not be silent."""
    bus, _ = bus_at()
    with pytest.raises(RpcError, match="quotas") as caught:
        bus.subscribe(EventsSubscribe(types=["quotas"]))
    assert caught.value.answer.data is not None
    assert caught.value.answer.data.kind == "invalid_params"
    assert (caught.value.answer.data.hint, caught.value.answer.data.meant) == ("switchgear events", "quota")
    assert "<Bus: 0 subscribers" in repr(bus)


def test_a_cursor_gets_what_happened_since() -> None:
    """A client that reconnects misses nothing that is still kept."""
    bus, _ = bus_at(5)
    _, opening = bus.subscribe(EventsSubscribe(since=3))
    assert [event.seq for event in opening.replayed] == [4, 5]


def test_a_cursor_older_than_memory_is_told_of_the_gap() -> None:
    """Replay begins with a marker that counts what is gone."""
    bus, _ = bus_at(10, replay=4)
    _, opening = bus.subscribe(EventsSubscribe(since=2))
    assert [event.seq for event in opening.replayed] == [6, 7, 8, 9, 10]
    assert opening.replayed[0].type == "lagged"
    assert opening.replayed[0].dropped == 4


def test_a_cursor_from_an_earlier_life_gets_everything_kept() -> None:
    """The daemon restarted and counts from one again: all of it is news to that client."""
    bus, _ = bus_at(2)
    _, opening = bus.subscribe(EventsSubscribe(since=900))
    assert [event.seq for event in opening.replayed] == [1, 2]


def test_a_cursor_of_the_life_before_is_told_that_words_may_be_missing_and_no_number() -> None:
    """The next daemon counts on from a number further on: how many there were nobody knows."""
    bus = Bus(World().snapshot)
    bus.publish([Event(501, 0.0, "daemon"), Event(502, 0.0, "pin")])
    _, opening = bus.subscribe(EventsSubscribe(since=17))
    told = [(event.seq, event.type, event.dropped) for event in opening.replayed]
    assert told == [(500, "lagged", None), (501, "daemon", None), (502, "pin", None)]
    assert "restarted" in (opening.replayed[0].reason or "")


def test_who_left_is_forgotten() -> None:
    """Closing twice is fine, and nothing is kept for the dead."""
    bus, world = bus_at()
    feed, _ = bus.subscribe(EventsSubscribe())
    feed.close()
    feed.close()
    tell(bus, world, 1)
    assert repr(feed) == "<Subscriber sub-1: 0 waiting, 0 dropped>"
    assert repr(bus) == "<Bus: 0 subscribers, 1 kept>"


@given(st.integers(1, 8), st.lists(st.one_of(st.just("read"), st.integers(1, 12)), max_size=40))
def test_every_event_is_told_or_counted_as_dropped(ring: int, steps: list[object]) -> None:
    """Told + dropped = published, in rising order, whatever the reader's pace."""

    async def play() -> None:
        bus, world = bus_at(ring=ring)
        feed, _ = bus.subscribe(EventsSubscribe())
        notes = []
        for step in [*steps, "drain"]:
            if isinstance(step, int):
                tell(bus, world, step)
            while step != "read" and not isinstance(step, int) and "0 waiting" not in repr(feed):
                notes.append(await anext(feed))
            if step == "read" and "0 waiting" not in repr(feed):
                notes.append(await anext(feed))
        seqs = [note.event.seq for note in notes]
        told = [note for note in notes if note.event.type != "lagged"]
        dropped = sum(note.event.dropped or 0 for note in notes)
        assert seqs == sorted(seqs)
        assert len(told) + dropped == world.seq

    trio.run(play)


async def test_who_wants_an_event_type_is_known_while_he_is_there(nursery: trio.Nursery) -> None:
    """Some work is only done while somebody watches."""
    bus, _ = bus_at()
    joined: list[bool] = []

    async def wait() -> None:
        await bus.joined()
        joined.append(bus.watched("quota"))

    nursery.start_soon(wait)
    await trio.testing.wait_all_tasks_blocked()
    assert (bus.watched("quota"), joined) == (False, [])
    other, _ = bus.subscribe(EventsSubscribe(types=["health"]))
    await trio.testing.wait_all_tasks_blocked()
    assert joined == [False]
    feed, _ = bus.subscribe(EventsSubscribe())
    assert bus.watched("quota")
    feed.close()
    assert not bus.watched("quota")
    other.close()
