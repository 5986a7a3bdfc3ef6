"""One working day with one model: what is paid for first, then what costs, then back. The user only says "opus-4.6"."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fake_clock import ManualClock
from switchgeard import clock
from world import Heard, World, world

HOUR = 3600.0
SCRIPTS = {
    "claude_pro": ["ok", "ok", "quota_5h", "ok"],  # mid-day its 5-hour window is spent, for two hours
    "copilot": ["ok", "ok", "429_hour", "ok"],
    "api_one": "ok",
    "api_two": "ok",
}
BILLING = {"claude_pro": "included", "copilot": "included", "api_one": "metered", "api_two": "metered"}
CALL = {"type": "tool_call", "id": "t1", "name": "look", "arguments": "{}"}
RESULT = {"type": "tool_result", "id": "t1", "content": "a room"}
TOOL = {"name": "look", "parameters": {"type": "object"}}
MID_LOOP: list[dict[str, Any]] = [
    {"role": "user", "content": "hello"},
    {"role": "assistant", "content": [CALL]},
    {"role": "user", "content": [RESULT]},
]


def config(w: World) -> str:
    """The order of the feature request; the first API's daily cap is spent with its first answer."""
    accounts = "".join(
        f'[[providers]]\nid = "{name}"\nkind = "anthropic"\nbase_url = "{standin.url}"\n'
        f'credential = {{env = "CANARY"}}\nbilling = "{BILLING[name]}"\n'
        + ("limits = {usd_per_day = 0.0001}\n" if name == "api_one" else "")
        for name, standin in w.standins.items()
    )
    group = ", ".join(
        f'{{provider = "{name}", model = "claude-opus-4-6", price = {{input = 5.0, output = 25.0}}}}'
        for name in w.standins
    )
    return f'{accounts}\n[[models]]\nalias = "opus-4.6"\ngroup = [{group}]\n'


@asynccontextmanager
async def day(home: Path, spend: str = "") -> AsyncIterator[tuple[World, ManualClock]]:
    """The world of the story, its clock in the test's hand."""
    async with world(home, SCRIPTS) as w:
        path = home / "config.toml"
        path.write_text(config(w) + spend)
        assert (await w.call("config/reload"))["ok"]
        w.daemon.at.now = hand = ManualClock(clock.now().wall)
        yield w, hand


async def ask(w: World, **more: Any) -> Heard:
    return await w.ask(model="opus-4.6", session="editor", **more)


async def test_a_day_with_one_model(tmp_path: Path) -> None:
    """Spent at noon, limited, capped, and back to the subscription between two turns; nobody picked a provider."""
    async with day(tmp_path) as (w, hand):
        assert [(await ask(w)).outcomes for _ in range(2)] == [[("claude_pro", None)]] * 2
        assert (await ask(w)).outcomes == [("claude_pro", "quota_exceeded"), ("copilot", None)]
        hand.advance(60)
        assert (await ask(w)).outcomes == [("copilot", None)]
        hand.advance(60)
        assert (await ask(w)).outcomes == [("copilot", "quota_exceeded"), ("api_one", None)]
        hand.advance(60)
        assert (await ask(w)).outcomes == [("api_two", None)]  # the cap of the first API is reached
        hand.advance(2 * HOUR)
        assert (await ask(w)).outcomes == [("claude_pro", None)]
        steps = (await w.call("route/explain", model="opus-4.6"))["steps"]
        assert [(step["provider"], step["code"]) for step in steps] == [
            ("claude_pro", "first"), ("copilot", "next"), ("api_two", "next"), ("api_one", "user_cap"),
        ]  # fmt: skip


async def test_the_way_back_waits_for_the_end_of_a_turn(tmp_path: Path) -> None:
    """In the middle of a tool loop the session stays where it is, though the subscription is back."""
    async with day(tmp_path) as (w, hand):
        for _ in range(5):
            await ask(w)
            hand.advance(60)
        for _ in range(16):  # more than two hours: both windows have reset, the session is never idle for long
            hand.advance(500)
            heard = await ask(w, messages=MID_LOOP, tools=[TOOL])
            assert heard.outcomes == [("api_two", None)], heard.error
        assert (await ask(w)).outcomes == [("claude_pro", None)]


async def test_never_means_never_all_day(tmp_path: Path) -> None:
    """With what is paid for used up and metered spending forbidden, the answer is an honest no with a time."""
    async with day(tmp_path, '[spend]\nmetered = "never"\n') as (w, hand):
        heard = [await ask(w) for _ in range(6)]
        hand.advance(2 * HOUR)
        last = await ask(w)
        assert {kind for one in heard[4:] for kind in [one.kind]} == {"exhausted"}
        assert last.outcomes == [("claude_pro", None)]
        assert (w.hits()["api_one"], w.hits()["api_two"]) == (0, 0)
