"""What State believes survives a restart, and what cannot be read is dropped."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sample_offers import T0, ask, codes, failure, merged, offer, state
from switchgear_protocol.words import FailureKind as K
from switchgear_protocol.words import Outcome
from switchgeard import remembered
from switchgeard.ask import Settled
from switchgeard.core.clock import Now
from switchgeard.core.pin import PinState
from switchgeard.core.quota import Window
from switchgeard.state import State
from switchgeard.store.beliefs import TOPICS

MODEL = merged(offer("a"), offer("b"))
LATER = Now(T0.wall + 20, 3.0)  # another boot, 20 s later
Rows = dict[str, dict[str, bytes]]


def kept(world: State, rows: Rows | None = None) -> Rows:
    """The store's rows after the changes of `world`."""
    rows = {} if rows is None else rows
    for topic, key, value in remembered.changes(world):
        rows.setdefault(topic, {})
        if value is None:
            rows[topic].pop(key, None)
        else:
            rows[topic][key] = value
    return rows


def restarted(rows: Rows, now: Now = LATER) -> State:
    world = state(MODEL)
    assert remembered.recall(world, rows, now) == 0
    return world


def fail(world: State, kind: K, seconds: float | None = None) -> None:
    """One attempt at the first candidate that ends so."""
    given, _ = world.begin(world.plan(ask(MODEL), T0).candidates[0], ask(MODEL), T0)
    assert given is not None
    world.finish(given, ask(MODEL), Settled(Outcome.FAILED, 1.0, failure(kind, seconds)), T0)


def test_sessions_come_back_in_the_order_they_were_used() -> None:
    """The disk has them by name; the one longest unused is the first to be forgotten, and the last to be completed."""
    world, now = state(MODEL), T0
    for session in ("z", "a", "m"):
        now, asking = now.after(10), ask(MODEL, session)
        given, _ = world.begin(world.plan(asking, now).candidates[0], asking, now)
        assert given is not None
        world.committed(given, asking, now)
    rows = kept(world)
    rows["assignments"] = dict(sorted(rows["assignments"].items()))
    assert [session for _, session, _ in restarted(rows).sessions.assignments] == ["z", "a", "m"]


def test_a_block_goes_on_for_what_was_left_of_it() -> None:
    """Deadlines are re-based on the new boot."""
    world = state(MODEL)
    fail(world, K.RATE_LIMITED, 60.0)
    fail(world, K.AUTH_FAILED)
    back = restarted(kept(world))
    plan = back.plan(ask(MODEL), LATER)
    assert codes(plan.skipped) == [("a", "rate_limited"), ("b", "auth_failed")]
    assert plan.retry_after == 40.0
    assert codes(back.plan(ask(MODEL), LATER.after(40)).candidates) == [("a", "")]


def test_everything_else_people_and_providers_said_is_there_again() -> None:
    """Windows, assignments, pins, pauses, consent."""
    world = state(MODEL)
    asking = ask(MODEL, "s")
    given, _ = world.begin(world.plan(asking, T0).candidates[0], asking, T0)
    assert given is not None
    world.committed(given, asking, T0)
    world.observe([Window("a", "5h", T0.wall, "header", used=0.4)], T0)
    world.pin("m", None, PinState("b", T0.wall + 900), T0)
    world.pin("m", "s", PinState("a"), T0)
    world.pause("b", None, T0)
    world.allow_metered(T0.wall + 3600, T0)
    back = restarted(kept(world))
    assert back.allowance.windows == world.allowance.windows != {}
    assert back.sessions.assignments == world.sessions.assignments != {}
    for name in ("pins", "pauses"):
        assert getattr(back, name) == getattr(world, name) != {}
    assert back.spending.consent_until == T0.wall + 3600


@pytest.mark.parametrize(("readings", "first"), [([0.91, 0.87], "b"), ([0.91, 0.87, 0.8, 0.87], "a"), ([0.87], "a")])
def test_a_window_that_was_nearly_spent_still_is(readings: list[float], first: str) -> None:
    """A restart between two figures that waver around the threshold moves nobody back."""
    world = state(MODEL)
    for used in readings:
        world.observe([Window("a", "5h", T0.wall, "header", used=used, resets_at=T0.wall + 3600)], T0)
    assert restarted(kept(world)).plan(ask(MODEL), LATER).candidates[0].offer.provider == first


def test_what_was_taken_back_is_forgotten_on_disk_too() -> None:
    """A resumed provider, a removed pin, a withdrawn consent."""
    world = state(MODEL)
    world.pause("a", None, T0)
    world.pin("m", None, PinState("b"), T0)
    world.allow_metered(T0.wall + 3600, T0)
    rows = kept(world)
    world.resume("a", T0)
    world.unpin("m", None, T0)
    world.allow_metered(None, T0)
    back = restarted(kept(world, rows))
    assert (back.pauses, back.pins, back.spending.consent_until) == ({}, {}, None)


def test_only_what_changed_is_written() -> None:
    """Nothing, the second time."""
    world = state(MODEL)
    assert [(topic, key) for topic, key, _ in remembered.changes(world)] == [("events", "reserved")]
    fail(world, K.RATE_LIMITED, 60.0)
    assert [(topic, key) for topic, key, _ in remembered.changes(world)] == [("circuits", "bucket:a/account")]
    assert list(remembered.changes(world)) == []


def test_every_topic_is_one_the_store_knows() -> None:
    """And no two keys share a name."""
    assert {*remembered.TOPICS, "spend"} <= set(TOPICS)


UNREADABLE = [b"", b"\xc1", b"\x91\x00", msgspec.msgpack.encode("text"), b"\x91" * 5000, b"\x92\xc0\xc0"]


@pytest.mark.parametrize("topic", [*remembered.TOPICS])
def test_rows_of_another_version_are_dropped_and_counted(topic: str) -> None:
    """The readable ones beside them stay."""
    world = state(MODEL)
    world.pause("b", None, T0)
    rows = kept(world)
    rows.setdefault(topic, {}).update({f"bad{n}": row for n, row in enumerate(UNREADABLE)})
    back = state(MODEL)
    assert remembered.recall(back, rows, LATER) == len(UNREADABLE)
    assert back.pauses == {"b": None}


@given(st.sampled_from(["spend", *remembered.TOPICS]), st.binary(max_size=60))
def test_no_row_keeps_the_daemon_from_starting(topic: str, row: bytes) -> None:
    """Whatever bytes are found, at most a belief is lost."""
    assert remembered.recall(state(MODEL), {topic: {"consent": row}}, LATER) in (0, 1)


def test_events_are_never_numbered_twice() -> None:
    """After a crash some numbers are skipped, after an orderly end none; the disk hears of it once in a while."""
    world = state(MODEL)
    rows = kept(world)
    for _ in range(3 * remembered.BLOCK):
        world.note("daemon", "something", T0)
        kept(world, rows)
        assert msgspec.msgpack.decode(rows["events"]["reserved"]) >= world.telling.seq + remembered.BLOCK
    assert restarted(rows).telling.seq > world.telling.seq
    topic, key, value = remembered.last_number(world)
    rows[topic][key] = value
    assert restarted(rows).note("daemon", "started", LATER)[0].seq == world.telling.seq + 1
