"""Tests for `switchgeard.methods`: what the methods refuse, over a real socket."""

from pathlib import Path

import pytest

from switchgeard import clock
from switchgeard.core.pin import PinState
from switchgeard.methods.sessions import MOST_PINS
from world import World, world


def _fill_with_pins(w: World, until: float | None) -> None:
    for number in range(MOST_PINS):
        w.daemon.at.state.pin("m", f"s{number}", PinState("a", until), clock.now())


async def test_pins_are_not_without_number(tmp_path: Path) -> None:
    """A client that pins every session is told to stop; a pin that is there can still be changed."""
    async with world(tmp_path, {"a": "ok"}) as w:
        _fill_with_pins(w, None)
        refused = await w.call("sessions/pin", model="m", provider="a", session="one more")
        assert refused["error"]["data"] == {"kind": "busy", "hint": "switchgear unpin m"}
        assert (await w.call("sessions/pin", model="m", provider="a", session="s7"))["session"] == "s7"


async def test_pins_that_have_run_out_make_room(tmp_path: Path) -> None:
    """They bind nobody any more."""
    async with world(tmp_path, {"a": "ok"}) as w:
        _fill_with_pins(w, clock.now().wall - 1)
        assert (await w.call("sessions/pin", model="m", provider="a", session="one more"))["provider"] == "a"
        assert [pin["session"] for pin in (await w.call("sessions/list"))["pins"]] == ["one more"]


@pytest.mark.parametrize("seconds", [-1, 1e308, 367 * 86400])
async def test_consent_to_spend_is_for_a_year_at_most(tmp_path: Path, seconds: float) -> None:
    """A time no clock can show must not get into status, where everybody would have to read it."""
    async with world(tmp_path, {"a": "ok"}) as w:
        refused = await w.call("spend/allow", for_s=seconds)
        assert refused["error"]["data"]["kind"] == "invalid_params"
        assert (await w.call("spend/allow", for_s=0))["allowed_until"] is None


async def test_quota_lists_each_account_and_refuses_a_provider_nobody_has(tmp_path: Path) -> None:
    """A provider without a page is asked nothing; its account is told all the same."""
    async with world(tmp_path, {"a": "ok"}) as w:
        told = await w.call("quota/list", refresh=True)
        assert told["windows"] == []
        assert [(account["provider"], account["page"]) for account in told["accounts"]] == [("a", False)]
        refused = await w.call("quota/list", provider="b")
        assert refused["error"]["data"]["kind"] == "no_such_provider"
