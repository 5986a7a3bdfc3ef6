"""One working day with one model: what is paid for first, then what costs, then back. The user only says "opus-4.6"."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from door_client import PATHS, post
from fake_clock import ManualClock
from switchgeard import clock
from switchgeard.demo.paid import HOUR, Paid
from switchgeard.kinds.known import KINDS
from world import Heard, World, world

MINUTE = 60.0
CALL = {"type": "tool_call", "id": "t1", "name": "look", "arguments": "{}"}
RESULT = {"type": "tool_result", "id": "t1", "content": "a room"}
TOOL = {"name": "look", "parameters": {"type": "object"}}
MID_LOOP: list[dict[str, Any]] = [
    {"role": "user", "content": "hello"},
    {"role": "assistant", "content": [CALL]},
    {"role": "user", "content": [RESULT]},
]
QUOTA = "quota_exceeded"
DOOR = '[http]\nlisten = "127.0.0.1:0"\n'


class Day:
    """The world of the story: four accounts of four kinds, and the clock in the test's hand."""

    def __init__(self, w: World, hand: ManualClock, paid: Paid) -> None:
        self.w, self.hand, self.paid = w, hand, paid

    async def ask(self, **more: Any) -> Heard:
        """One request of the editor's session, a minute after the last."""
        self.hand.advance(MINUTE)
        return await self.w.ask(model="opus-4.6", session="editor", **more)

    def metered(self) -> int:
        """Requests the accounts billed by use have seen."""
        return self.w.hits()["anthropic"] + self.w.hits()["openrouter"]


@pytest.fixture
def a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Begins the day with metered spending as named."""

    @asynccontextmanager
    async def begun(metered: str = "allow", *, door: bool = False) -> AsyncIterator[Day]:
        hand = ManualClock(clock.now().wall // 86_400 * 86_400 + 9 * HOUR)  # nine in the morning, far from a new day
        paid = Paid(tmp_path / "claude-home", hand)
        for name, value in paid.environment().items():
            monkeypatch.setenv(name, value)
        async with world(tmp_path, paid.standins, now=hand, door=door) as w:
            monkeypatch.setitem(KINDS, "github-copilot", paid.kind())
            (tmp_path / "config.toml").write_text(paid.config(metered) + (DOOR if door else ""))
            told = await w.call("config/reload")
            assert told["ok"], told
            yield Day(w, hand, paid)

    return begun


async def test_a_day_with_one_model(a_day: Any) -> None:
    """Spent at noon, limited, capped, and back to the subscription between two turns; nobody picked a provider."""
    async with a_day() as day:
        assert [(await day.ask()).outcomes for _ in range(2)] == [[("claude_pro", None)]] * 2
        day.hand.advance(3 * HOUR)
        day.paid.claude_spent(2 * HOUR)
        assert (await day.ask()).outcomes == [("claude_pro", QUOTA), ("copilot", None)]
        assert (await day.ask()).outcomes == [("copilot", None)]
        day.paid.copilot_spent(HOUR)
        assert (await day.ask()).outcomes == [("copilot", QUOTA), ("anthropic", None)]
        assert (await day.ask()).outcomes == [("anthropic", None)]
        assert (await day.ask()).outcomes == [("openrouter", None)]  # the first API has its cap of the day
        day.paid.claude_serves(0.02)
        day.hand.advance(2 * HOUR)
        assert (await day.ask()).outcomes == [("claude_pro", None)]
        steps = (await day.w.call("route/explain", model="opus-4.6"))["steps"]
        assert [(step["provider"], step["code"]) for step in steps] == [
            ("claude_pro", "first"), ("copilot", "next"), ("openrouter", "next"), ("anthropic", "user_cap"),
        ]  # fmt: skip
        assert day.paid.github.exchanged >= 1


async def to_openrouter(day: Day) -> None:
    """Noon: the plans are spent, the first API has its cap."""
    day.paid.claude_spent(2 * HOUR)
    day.paid.copilot_spent(HOUR)
    asked = [(await day.ask()).outcomes[-1] for _ in range(3)]
    assert asked == [("anthropic", None), ("anthropic", None), ("openrouter", None)]


@pytest.mark.parametrize("dialect", PATHS)
async def test_a_client_of_any_dialect_has_the_same_day(a_day: Any, dialect: str) -> None:
    """Through the door, where a client can say nothing but the model's name."""
    async with a_day(door=True) as day:

        async def served() -> str:
            day.hand.advance(MINUTE)
            return str((await post(day.w, dialect, model="opus-4.6")).headers.get("x-switchgear-provider"))

        seen = [await served()]
        day.paid.claude_spent(2 * HOUR)
        seen.append(await served())
        day.paid.copilot_spent(HOUR)
        seen += [await served() for _ in range(3)]
        day.paid.claude_serves(0.02)
        day.hand.advance(2 * HOUR)
        assert [*seen, await served()] == [
            "claude_pro", "copilot", "anthropic", "anthropic", "openrouter", "claude_pro",
        ]  # fmt: skip


async def test_the_way_back_waits_for_the_end_of_a_turn(a_day: Any) -> None:
    """In the middle of a tool loop the session stays where it is, though both plans are back."""
    async with a_day() as day:
        await to_openrouter(day)
        day.paid.claude_serves(0.02)
        for _ in range(16):  # more than two hours, and the session is never idle for long
            day.hand.advance(500)
            heard = await day.ask(messages=MID_LOOP, tools=[TOOL])
            assert heard.outcomes == [("openrouter", None)], heard.error
        assert (await day.ask()).outcomes == [("claude_pro", None)]


async def test_a_turn_with_tools_goes_back_to_the_plan_that_can_do_them(a_day: Any) -> None:
    """Claude Code takes no tools of a client: such a turn is Copilot's, and Claude's window is not asked of."""
    async with a_day() as day:
        await to_openrouter(day)
        day.paid.claude_serves(0.02)
        day.hand.advance(3 * HOUR)
        assert (await day.ask(tools=[TOOL])).outcomes == [("copilot", None)]
        assert (await day.ask(messages=MID_LOOP, tools=[TOOL])).outcomes == [("copilot", None)]


async def test_never_means_never_all_day(a_day: Any) -> None:
    """With what is paid for used up and metered spending forbidden, the answer is an honest no with a time."""
    async with a_day("never") as day:
        day.paid.claude_spent(2 * HOUR)
        assert (await day.ask()).outcomes[-1] == ("copilot", None)
        day.paid.copilot_spent(HOUR)
        noon = day.hand.now.wall
        heard = [await day.ask() for _ in range(6)]
        assert {one.kind for one in heard} == {"exhausted"}
        error = heard[-1].error
        assert error is not None
        assert error["data"]["retry_after_ms"] == 1000 * (noon + HOUR - day.hand.now.wall)
        day.paid.claude_serves(0.02)
        day.hand.advance(2 * HOUR)
        assert (await day.ask()).outcomes == [("claude_pro", None)]
        assert day.metered() == 0


async def the_cure(day: Day) -> str:
    """What the refusal of a request says to do."""
    heard = await day.ask()
    assert heard.error is not None, heard.outcomes
    return str(heard.error["data"]["hint"])


async def test_ask_spends_nothing_until_somebody_says_so(a_day: Any) -> None:
    """The no names the command; said once, it holds for its hour and no longer."""
    async with a_day("ask") as day:
        day.paid.claude_spent(4 * HOUR)
        day.paid.copilot_spent(4 * HOUR)
        assert await the_cure(day) == "switchgear allow metered --for 1h"
        assert day.metered() == 0
        await day.w.call("spend/allow", for_s=HOUR)
        assert (await day.ask()).outcomes[-1] == ("anthropic", None)
        day.hand.advance(HOUR)
        assert await the_cure(day) == "switchgear allow metered --for 1h"
        assert day.metered() == 1


async def test_the_ledger_of_the_day_says_what_each_account_did(a_day: Any) -> None:
    """What was billed by use has a cost, what was paid for has saved its list price."""
    async with a_day() as day:
        await day.ask()
        await to_openrouter(day)
        reply = await day.w.call("usage/query", by=["provider"])
        rows = {row["key"]["provider"]: row for row in reply["rows"]}
        cost = 22_000 * 5e-6 + 1_200 * 25e-6
        assert rows["claude_pro"]["saved_usd"] == pytest.approx(cost, rel=0.005)
        assert rows["anthropic"]["cost_usd"] == pytest.approx(2 * cost, rel=0.005)
        assert rows["openrouter"]["cost_usd"] == pytest.approx(cost, rel=0.005)
        assert not rows["claude_pro"].get("cost_usd")
