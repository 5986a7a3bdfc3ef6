"""What each answer of a provider makes the daemon believe of it: which state, for how long, how wide."""

from pathlib import Path
from typing import Any

import pytest

from fake_clock import ManualClock
from standins.standin import StandIn
from world import World, world

HELLO = "Hello from a stand-in provider."
MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0

BELIEVED = [
    # fault, health, seconds at least, at most
    ("429", "rate_limited", 30, 30),
    ("429_short", "rate_limited", 1, 1),
    ("429_float", "rate_limited", 2.5, 2.5),
    ("429_twice", "rate_limited", 30, 30),
    ("429_ms", "rate_limited", 1.5, 1.5),
    ("429_prose", "rate_limited", 5.2, 5.3),
    ("429_no_hint", "rate_limited", 4, 6),
    ("429_zero", "rate_limited", 4, 6),
    ("429_negative", "rate_limited", 4, 6),
    ("429_word", "rate_limited", 4, 6),
    ("429_nan", "rate_limited", 4, 6),
    ("429_huge", "rate_limited", 4, 6),
    ("429_opaque", "rate_limited", 4, 6),
    ("429_hour", "quota_exhausted", HOUR, HOUR),
    ("429_duration", "quota_exhausted", 6 * MINUTE, 6 * MINUTE),
    ("quota_5h", "quota_exhausted", 2 * HOUR - 2, 2 * HOUR),
    ("quota", "quota_exhausted", 20 * MINUTE, HOUR),
    ("quota_credit", "quota_exhausted", 20 * MINUTE, HOUR),
    ("quota_spend_limit", "quota_exhausted", 20 * MINUTE, 32 * DAY),
    ("402", "quota_exhausted", 20 * MINUTE, HOUR),
    ("402_opaque", "quota_exhausted", 20 * MINUTE, HOUR),
    ("401", "auth_failed", None, None),
    ("403", "unavailable", HOUR, HOUR),
    ("404", "unavailable", DAY, DAY),
]


async def believed(w: World, provider: str = "a") -> dict[str, Any]:
    """The provider as `providers/list` shows it."""
    rows = (await w.call("providers/list"))["providers"]
    return next(row for row in rows if row["id"] == provider)


@pytest.mark.parametrize(("fault", "health", "least", "most"), BELIEVED)
async def test_an_answer_is_believed_as_long_as_it_says(
    tmp_path: Path, fault: str, health: str, least: float | None, most: float | None
) -> None:
    """F1, F2, F4, F5, F7, F8, F9, F12: the state, its end, and that nobody is sent there meanwhile."""
    hand = ManualClock()  # in the middle of a month: some limits end with it
    async with world(tmp_path, {"a": StandIn(fault, clock=hand), "b": "ok"}, now=hand) as w:
        assert (await w.ask()).answer == HELLO
        seen = await believed(w)
        assert seen["health"] == health
        left = None if seen.get("until") is None else seen["until"] - hand.now.wall
        if least is None or most is None:
            assert left is None
        else:
            assert left is not None
            assert least - 0.01 <= left <= most + 0.01
            hand.advance(least - 1.01)
        assert (await w.ask()).outcomes == [("b", None)]
        assert w.hits()["a"] == 1


@pytest.mark.parametrize("fault", ["529", "503", "500"])
async def test_an_overloaded_provider_is_no_spent_quota(tmp_path: Path, fault: str) -> None:
    """F6: one such answer closes nothing; three in a row rest the offer for half a minute."""
    async with world(tmp_path, {"a": fault, "b": "ok"}, model="failover = {retry = {attempts = 0}}") as w:
        hand = w.daemon.at.now = ManualClock(w.daemon.at.now().wall)
        states = []
        for _ in range(4):
            assert (await w.ask()).answer == HELLO
            states.append((await believed(w))["health"])
        assert states == ["available", "available", "unavailable", "unavailable"]
        assert w.hits()["a"] == 3
        assert 24 <= (await believed(w))["until"] - hand.now.wall <= 36


async def test_a_limit_without_a_time_backs_off_further_each_time(tmp_path: Path) -> None:
    """F2: five seconds, then ten, then twenty, with a fifth of jitter."""
    async with world(tmp_path, {"a": "429_no_hint"}) as w:
        hand = w.daemon.at.now = ManualClock(w.daemon.at.now().wall)
        for expected in (5, 10, 20, 40):
            assert (await w.ask()).kind == "exhausted"
            left = (await believed(w))["until"] - hand.now.wall
            assert 0.8 * expected <= left <= 1.2 * expected
            hand.advance(left + 0.001)


async def test_a_forbidden_model_blocks_no_other_model_of_the_provider(tmp_path: Path) -> None:
    """F9, F12: the evidence is about one model, so only that one is left out."""
    more = '[[models]]\nalias = "other"\ngroup = [{provider = "a", model = "model-z"}]'
    async with world(tmp_path, {"a": ["403", "404", "ok"]}, more=more) as w:
        assert (await w.ask()).kind == "exhausted"
        assert (await w.ask(model="other")).kind == "exhausted"
        assert (await w.ask()).kind == "exhausted"
        assert w.hits()["a"] == 2
        more_still = '[[models]]\nalias = "third"\ngroup = [{provider = "a", model = "model-y"}]'
        config = tmp_path / "config.toml"
        config.write_text(config.read_text() + more_still)
        await w.call("config/reload")
        assert (await w.ask(model="third")).answer == HELLO


async def test_too_long_goes_on_to_a_larger_window_only(tmp_path: Path) -> None:
    """F11: an offer with the same window is passed over, the larger one answers, nobody is blamed."""
    async with world(tmp_path, {"a": "400_context", "b": "ok", "c": "ok"}) as w:
        config = tmp_path / "config.toml"
        text = config.read_text()
        for name, window in (("a", 200_000), ("b", 200_000), ("c", 400_000)):
            text = text.replace(f'model = "model-{name}"', f'model = "model-{name}", context = {window}')
        config.write_text(text)
        assert (await w.call("config/reload"))["ok"]
        heard = await w.ask()
        assert heard.outcomes == [("a", "context_length"), ("c", None)]
        assert w.hits() == {"a": 1, "b": 0, "c": 1}
        assert (await believed(w))["health"] == "available"


async def test_too_long_for_every_window_is_told_as_such(tmp_path: Path) -> None:
    """F11: with no larger window left, the client hears that the conversation is too long."""
    async with world(tmp_path, {"a": "400_context", "b": "400_context"}) as w:
        heard = await w.ask()
        assert heard.kind == "context_length"
        assert (await believed(w))["health"] == "available"
