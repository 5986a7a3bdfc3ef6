"""Clocks that lie: wrong wall clocks on either side, jumps, suspend. Blocks end when they should, never for ever."""

from pathlib import Path
from typing import Any

import pytest
import trio

from fake_clock import ManualClock
from standins.standin import StandIn
from switchgeard import clock, complete
from switchgeard.core.clock import Now
from world import World, world

HELLO = "Hello from a stand-in provider."
HOUR, DAY = 3600.0, 86_400.0


def off_by(seconds: float) -> clock.Clock:
    """A wall clock that is wrong by so much."""
    return lambda: Now(clock.now().wall + seconds, clock.now().boot)


def by_hand(w: World, wall: float | None = None) -> ManualClock:
    """The daemon's clock, from now on moved by the test."""
    hand = ManualClock(clock.now().wall if wall is None else wall)
    w.daemon.at.now = hand
    return hand


@pytest.mark.parametrize("wrong", [-DAY, -HOUR, HOUR, DAY])
@pytest.mark.parametrize("fault", ["429_date", "429_rfc3339", "429_epoch"])
async def test_a_moment_is_measured_by_the_providers_own_clock(tmp_path: Path, fault: str, wrong: float) -> None:
    """F3: the span is the named moment minus the answer's Date, whatever either clock says."""
    async with world(tmp_path, {"a": StandIn(fault, clock=off_by(wrong))}) as w:
        heard = await w.ask()
        assert heard.error is not None
        assert 28_000 <= heard.error["data"]["retry_after_ms"] <= 31_000


@pytest.mark.parametrize("wall", [0.0, 1_000_000.0, 4_000_000_000.0])
async def test_a_machine_in_the_wrong_year_waits_as_long_as_asked(tmp_path: Path, wall: float) -> None:
    """F59: our wall clock is years off; half a minute stays half a minute, then the provider is asked again."""
    async with world(tmp_path, {"a": ["429_date", "ok"]}) as w:
        hand = by_hand(w, wall)
        heard = await w.ask()
        assert heard.error is not None
        assert 28_000 <= heard.error["data"]["retry_after_ms"] <= 31_000
        hand.advance(31)
        assert (await w.ask()).answer == HELLO


@pytest.mark.parametrize("jump", [-DAY, DAY, -40 * 365 * DAY])
async def test_a_jump_of_the_wall_clock_neither_frees_nor_keeps_a_provider(tmp_path: Path, jump: float) -> None:
    """F29: cooldowns count on the boot clock, so they end on time and not a second before."""
    async with world(tmp_path, {"a": ["429", "ok"], "b": "ok"}) as w:
        hand = by_hand(w)
        assert (await w.ask()).outcomes == [("a", "rate_limited"), ("b", None)]
        hand.now = Now(hand.now.wall + jump, hand.now.boot + 25)
        assert (await w.ask()).outcomes == [("b", None)]
        hand.advance(6)
        assert (await w.ask()).outcomes == [("a", None)]


async def test_a_night_of_suspend_ends_what_was_to_end_meanwhile(tmp_path: Path) -> None:
    """F29: eight hours asleep count as eight hours: a five-hour window and a cooldown are over on waking."""
    async with world(tmp_path, {"a": ["quota_5h", "ok"], "b": ["429_hour", "ok"]}) as w:
        hand = by_hand(w)
        assert (await w.ask()).kind == "exhausted"
        hand.advance(8 * HOUR)
        assert (await w.ask()).outcomes == [("a", None)]


async def test_a_request_that_waits_notices_the_night_that_passed(tmp_path: Path, monkeypatch: Any) -> None:
    """F29: timers stand still in suspend; the clock is looked at again and again while waiting for a reset."""
    monkeypatch.setattr(complete, "LOOK", 0.05)
    async with world(tmp_path, {"a": ["quota_5h", "ok"]}) as w:
        hand = by_hand(w)
        client = await w.client()
        await w.put(client, 1, wait_until_reset=True)
        while (await client.hear()).get("params", {}).get("value", {}).get("action") != "waiting":
            pass
        hand.advance(8 * HOUR)
        with trio.fail_after(30):
            assert (await w.listen(client, 1)).answer == HELLO
        client.close()


async def test_after_a_suspend_no_connection_from_before_is_used(tmp_path: Path) -> None:
    """F29: what was kept is dead without knowing it; the first request after waking dials anew."""
    async with world(tmp_path, {"a": "ok"}) as w:
        asleep = 0.0
        w.daemon.at.transport = type(w.daemon.at.transport)(asleep=lambda: asleep)
        for _ in range(3):
            assert (await w.ask()).answer == HELLO
        assert w.standins["a"].connections == 1
        asleep = 8 * HOUR
        assert (await w.ask()).answer == HELLO
        assert (await w.ask()).answer == HELLO
        assert w.standins["a"].connections == 2
