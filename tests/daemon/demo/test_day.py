"""The long demo's parts: its table, its clock, its command, and that it does not tell what did not happen."""

import sys
from pathlib import Path
from typing import Any

import pytest

from switchgeard import clock
from switchgeard.demo.day import Day
from switchgeard.demo.paid import Paid
from switchgeard.demo.running import Commands, DemoFailed
from switchgeard.demo.story import ACCOUNTS, AFTERNOON, LABELS, MORNING, NOON, Scene, at
from switchgeard.demo.turned import DAY, Turned, today

STORY = (*MORNING, *NOON, *AFTERNOON)


class Said(Commands):
    """A command that says what it is given to say."""

    def __init__(self, told: dict[str, Any]) -> None:
        super().__init__({})
        self.told = told

    async def reply(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        return self.told


def test_the_story_goes_forward_and_names_accounts_that_are_there() -> None:
    """Every account has its scene."""
    moments = [at(scene.clock) for scene in STORY]
    assert moments == sorted(moments)
    served = {scene.tried[-1][0] for scene in STORY if scene.tried[-1][1] is None}
    assert served == set(LABELS) == {name for name, _, _ in ACCOUNTS}


async def test_a_scene_that_went_otherwise_ends_the_demo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In words that say who should have been asked."""
    told = {"attempts": [{"provider": "openrouter", "outcome": "complete"}], "cost_usd": 0.14}
    turned = Turned(today(8.0))
    day = Day(Said(told), turned, Paid(tmp_path, turned))
    scene = Scene("09:00", "Hello.", (("claude_pro", None),), "first in your order")
    with pytest.raises(
        DemoFailed, match=r"at 09:00 the daemon should have asked .*claude_pro.* but asked .*openrouter"
    ):
        await day._play(scene)
    assert capsys.readouterr().out == "09:00  Hello.                    OpenRouter      $0.14  first in your order\n"


def test_the_clock_stands_still_until_it_is_turned_and_never_goes_back() -> None:
    """Both clocks by the same."""
    turned, midnight = Turned(today(9.0)), clock.now().wall // DAY * DAY
    before = turned()
    assert (before, before.wall) == (turned(), midnight + 9 * 3600)
    turned.turn_to(12.5)
    turned.turn_to(12.0)
    after = turned()
    assert after.wall == midnight + 12.5 * 3600
    assert after.boot - before.boot == pytest.approx(3.5 * 3600)


async def test_a_command_that_fails_says_so() -> None:
    """With its own words."""
    commands = Commands({"PYTHONPATH": ":".join(sys.path)})
    with pytest.raises(DemoFailed, match=r"`switchgear nonsense` ended with 2: .*nonsense"):
        await commands.output("nonsense")
