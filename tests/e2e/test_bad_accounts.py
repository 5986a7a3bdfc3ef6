"""Accounts that are not what they should be: each has a named state with its cure, and routing stays right."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fake_clock import ManualClock
from standins.faults import Fault
from standins.standin import StandIn
from switchgeard.demo.exchange import Header, sized
from world import World, world

DAY = 86_400.0


def says(**fields: Callable[[float], object]) -> Callable[[float], Sequence[Header]]:
    """Quota headers of every answer: `limit`, `remaining` and `reset` of its requests, by the wall clock."""
    return lambda wall: [(f"anthropic-ratelimit-requests-{name}", str(of(wall))) for name, of in fields.items()]


def always(value: object) -> Callable[[float], object]:
    return lambda wall: value


def by_hand(w: World) -> ManualClock:
    """The daemon's clock, from now on moved by the test."""
    hand = w.daemon.at.now = ManualClock(w.daemon.at.now().wall)
    return hand


async def provider(w: World, name: str) -> dict[str, Any]:
    """As `providers/list` tells it; `status` has to say the same."""
    views = (await w.call("providers/list"))["providers"]
    assert [one["health"] for one in (await w.call("status"))["providers"]] == [one["health"] for one in views]
    return next(one for one in views if one["id"] == name)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(says(limit=always(10), remaining=always(-5)), id="less than nothing left"),
        pytest.param(says(limit=always(10), remaining=always(50)), id="more left than there is"),
        pytest.param(says(limit=always(-1), remaining=always(0)), id="a limit below zero"),
        pytest.param(says(limit=always(0), remaining=always(0)), id="a limit of nothing"),
        pytest.param(says(remaining=always(0), reset=lambda wall: wall - 60), id="a reset in the past"),
        pytest.param(says(remaining=always(0), reset=lambda wall: wall + 365 * DAY), id="a reset in a year"),
        pytest.param(says(remaining=always("none"), reset=always("soon")), id="words"),
        pytest.param(says(remaining=always("NaN"), reset=always("inf")), id="no numbers"),
    ],
)
async def test_quota_headers_that_cannot_be_true_keep_nobody_away(
    tmp_path: Path, headers: Callable[[float], Sequence[Header]]
) -> None:
    """What answers is asked again, whatever it says of itself."""
    async with world(tmp_path, {"a": StandIn("ok", headers=headers), "b": "ok"}) as w:
        for _ in range(3):
            assert (await w.ask()).outcomes == [("a", None)]
        assert (await provider(w, "a"))["health"] == "available"


async def test_nothing_left_is_believed_once_and_not_again_where_answers_come_all_the_same(tmp_path: Path) -> None:
    """A window that always says zero, its reset always a minute away: rested once, tested, then disbelieved."""
    liar = StandIn("ok", headers=says(limit=always(10), remaining=always(0), reset=lambda wall: wall + 60))
    async with world(tmp_path, {"a": liar, "b": "ok"}) as w:
        hand = by_hand(w)
        assert (await w.ask()).outcomes == [("a", None)]
        assert (await provider(w, "a"))["health"] == "rate_limited"
        assert (await w.ask()).outcomes == [("b", None)]
        hand.advance(61)
        for _ in range(3):
            assert (await w.ask()).outcomes == [("a", None)]
        assert (await provider(w, "a"))["health"] == "available"


async def test_quota_headers_that_vanish_leave_no_block_behind(tmp_path: Path) -> None:
    """The last that was read holds until its reset; then nobody asks for what is not told any more."""
    told = says(limit=always(10), remaining=always(0), reset=lambda wall: wall + 60)
    fading = StandIn("ok", headers=lambda wall: told(wall) if fading.hits <= 1 else ())
    async with world(tmp_path, {"a": fading, "b": "ok"}) as w:
        hand = by_hand(w)
        await w.ask()
        assert (await w.ask()).outcomes == [("b", None)]
        hand.advance(61)
        for _ in range(3):
            assert (await w.ask()).outcomes == [("a", None)]
        assert (await provider(w, "a"))["health"] == "available"


REFUSALS = [
    # status, code, message -> health, words of the reason, words of the hint
    pytest.param(401, "authentication_error", "invalid x-api-key", "auth_failed", "invalid x-api-key", id="wrong key"),
    pytest.param(401, "token_expired", "Provided authentication token is expired.", "auth_failed", "", id="expired"),
    pytest.param(401, "account_deactivated", "The account was deactivated.", "auth_failed", "", id="revoked"),
    pytest.param(403, "permission_error", "Your plan does not include it.", "unavailable", "plan", id="wrong plan"),
    pytest.param(403, "forbidden", "Not accessible by this token", "unavailable", "by this token", id="wrong scope"),
    pytest.param(402, "billing_error", "Your credit balance is too low", "quota_exhausted", "credit", id="no money"),
]


@pytest.mark.parametrize(("status", "code", "message", "health", "words"), REFUSALS)
async def test_a_refused_account_has_a_state_and_a_cure(
    tmp_path: Path, status: int, code: str, message: str, health: str, words: str
) -> None:
    """One request finds out; the others go on at once to who can serve."""
    refusing = sized(status, msgspec.json.encode({"type": "error", "error": {"type": code, "message": message}}))
    async with world(tmp_path, {"a": lambda asked, said: refusing, "b": "ok"}) as w:
        assert [name for name, _ in (await w.ask()).outcomes] == ["a", "b"]
        assert (await w.ask()).outcomes == [("b", None)]
        view = await provider(w, "a")
        assert view["health"] == health
        assert words in view["reason"]
        assert view["hint"] or view["until"], view


async def twins(w: World) -> None:
    """B asks where A asks, for the same model, with the same key: one account."""
    path = w.home / "config.toml"
    text = path.read_text().replace(w.standins["b"].url, w.standins["a"].url)
    path.write_text(text.replace('model = "model-b"', 'model = "model-a"'))
    assert (await w.call("config/reload"))["ok"]


async def healths(w: World) -> list[str]:
    return [str(view["health"]) for view in (await w.call("providers/list"))["providers"]]


async def test_two_providers_of_one_account_do_not_play_ping_pong(tmp_path: Path) -> None:
    """What one finds limited is limited for the other: the second is not asked, and both come back together."""
    limited = sized(
        429,
        b'{"type":"error","error":{"type":"rate_limit_error","message":"slow down"}}',
        [("retry-after", "30")],
    )
    script: list[str | Fault] = [lambda asked, said: limited, "ok"]
    async with world(tmp_path, {"a": script, "b": "ok", "c": "ok"}) as w:
        await twins(w)
        hand = by_hand(w)
        heard = await w.ask()
        assert [name for name, kind in heard.outcomes if kind != "cancelled"] == ["a", "c"]
        assert (await w.ask()).outcomes == [("c", None)]
        assert w.hits() == {"a": 1, "b": 0, "c": 2}
        assert await healths(w) == ["rate_limited", "rate_limited", "available"]
        hand.advance(31)
        assert (await w.ask()).outcomes == [("a", None)]
        assert await healths(w) == ["available", "available", "available"]


async def test_two_providers_of_one_account_show_one_quota(tmp_path: Path) -> None:
    """A window that an answer to one of them shows is the other's too, spent or not."""
    headers = says(limit=always(100), remaining=always(40), reset=lambda wall: wall + 600)
    async with world(tmp_path, {"a": StandIn(["ok", "429", "ok"], headers=headers), "b": "ok", "c": "ok"}) as w:
        await twins(w)
        for _ in range(2):
            await w.ask()
        windows = (await w.call("quota/list"))["windows"]
        assert {(one["provider"], one["remaining"], one["source"]) for one in windows} == {
            *((name, 40.0, "anthropic-ratelimit") for name in "ab"),
            *((name, None, "learned") for name in "ab"),  # what the refusal told
        }


async def test_two_providers_of_one_account_are_said_to_be_one_once(tmp_path: Path) -> None:
    """In words, with what to do about it, while nothing worse is to be told of them."""
    async with world(tmp_path, {"a": "ok", "b": "ok"}) as w:
        await twins(w)
        await w.ask()
        [a, b] = (await w.call("providers/list"))["providers"]
        assert (a.get("reason", ""), b.get("reason", "")) == ("", "")  # b's credential was not needed yet
        for name in ("b", "a", "b"):
            assert (await w.call("sessions/pin", model="m", provider=name))["provider"] == name
            assert (await w.ask()).outcomes == [(name, None)]
        [a, b] = (await w.call("providers/list"))["providers"]
        assert (a["health"], b["health"]) == ("available", "available")
        assert a["reason"] == "one account with b: what either uses counts for both"
        assert b["reason"] == "one account with a: what either uses counts for both"
        assert a["hint"] == "remove one of them, or give it a credential of its own: switchgear config edit"
        replay = await w.call("events/subscribe", since=0, types=["credential"])
        assert [event["provider"] for event in replay["replayed"]] == ["a", "b"]


SKEWED = "Signature expired: 20261123T100000Z is now earlier than 20261123T105500Z (20261123T110000Z - 5 min.)"


async def test_a_clock_that_spoils_signatures_is_said_and_mended_by_itself(tmp_path: Path) -> None:
    """The keys are not called bad: once the clock is right the provider is asked again and serves."""
    skewed = sized(403, msgspec.json.encode({"message": SKEWED}), [("x-amzn-errortype", "InvalidSignatureException")])
    refusing: list[str | Fault] = [lambda asked, said: skewed, "ok"]
    async with world(tmp_path, {"a": refusing, "b": "ok"}, kinds={"a": "bedrock"}) as w:
        hand = by_hand(w)
        assert [name for name, _ in (await w.ask()).outcomes] == ["a", "b"]
        assert (await w.ask()).outcomes == [("b", None)]
        view = await provider(w, "a")
        assert view["health"] == "unavailable"
        assert "Signature expired" in view["reason"]
        assert view["hint"] == "set this machine's clock right: timedatectl set-ntp true"
        hand.advance(61)
        assert (await w.ask()).outcomes[0][0] == "a"


async def test_to_learn_that_two_are_one_account_closes_nothing_that_was_opened(tmp_path: Path) -> None:
    """Somebody resumed the first one: its old reading does not block it again when the second is used."""
    spent = says(limit=always(10), remaining=always(0), reset=lambda wall: wall + 600)
    first = StandIn("ok", headers=lambda wall: spent(wall) if first.hits <= 1 else ())
    async with world(tmp_path, {"a": first, "b": "ok"}) as w:
        await twins(w)
        await w.ask()
        assert await healths(w) == ["quota_exhausted", "available"]
        await w.call("providers/resume", provider="a")
        await w.call("sessions/pin", model="m", provider="b")
        assert (await w.ask()).outcomes == [("b", None)]
        assert await healths(w) == ["available", "available"]
        windows = (await w.call("quota/list"))["windows"]
        assert {one["provider"] for one in windows} == {"a", "b"}
