"""Keeper: when the files are written, when they are not, and how they end. Time is trio's virtual clock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trio
from msgspec import structs

from attempted import ended
from fake_clock import EPOCH, trio_clock
from sample_offers import ask, failure, merged, offer, state
from switchgear_protocol.events import Event
from switchgear_protocol.words import FailureKind, Outcome
from switchgeard.config.settled import PromptStyle
from switchgeard.core.pin import PinState
from switchgeard.core.quota import Window
from switchgeard.prompt.files import Files
from switchgeard.prompt.keeper import RENEWED, VALID, Keeper
from switchgeard.state import State

MODEL = merged(offer("a"), offer("b"))


@dataclass
class Scene:
    state: State
    folder: Path
    keeper: Keeper = field(init=False)
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        files = Files(str(self.folder))
        self.keeper = Keeper(self.state, files, trio_clock, lambda: bool(self.troubles))

    def line(self, name: str = "prompt") -> tuple[float, str, str]:
        """(seconds it is still good for, level, text)"""
        until, level, text = (self.folder / name).read_text().removesuffix("\n").split("\t")
        return int(until) - trio_clock().wall, level, text

    def inode(self) -> int:
        return (self.folder / "prompt").stat().st_ino

    def answered(self, provider: str, session: str | None = None) -> None:
        about = {"alias": "m", "provider": provider, "model": "m-1", "session": session}
        self.keeper.hear(Event(1, 0.0, "attempt", outcome=Outcome.COMPLETE, **about))  # type: ignore[arg-type]

    def blocked(self, seconds: float) -> None:
        """The first offer is rate limited for so long."""
        ended(self.state, failure(FailureKind.RATE_LIMITED, seconds), ask(MODEL), trio_clock())
        self.keeper.hear(Event(2, 0.0, "health"))


@asynccontextmanager
async def scene(folder: Path, **style: str) -> AsyncIterator[Scene]:
    made = Scene(state(MODEL, prompt=structs.replace(PromptStyle(), **style)), folder)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(made.keeper.run)
        await trio.testing.wait_all_tasks_blocked()
        yield made
        nursery.cancel_scope.cancel()


async def test_a_line_is_there_from_the_start(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    """Good for a quarter of an hour, with the names beside it."""
    async with scene(tmp_path) as made:
        assert made.line() == (VALID, "ok", "M via A")
        assert (
            tmp_path / "names"
        ).read_text() == "model\tm\nvariant\ta/m-1\nvariant\tb/m-1\nprovider\ta\nprovider\tb\n"


async def test_a_failover_is_seen_within_a_second(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    """Half of it, however much happened just before."""
    async with scene(tmp_path) as made:
        made.answered("a")
        made.blocked(3600.0)
        await trio.sleep(0.6)
        assert made.line()[1:] == ("warn", "M via B · A rate limited")


async def test_a_burst_of_news_is_written_twice_a_second_at_most(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    """A thousand changes in five seconds."""
    async with scene(tmp_path) as made:
        seen = set()
        for number in range(1000):
            made.answered("ab"[number % 2])
            await trio.sleep(0.005)
            seen.add(made.inode())
        assert made.line()[2] in ("M via A", "M via B")
        assert len(seen) <= 12


async def test_news_that_changes_no_word_writes_nothing(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    """The file is another one only when it says something else."""
    async with scene(tmp_path) as made:
        before = made.inode()
        for _ in range(5):
            made.answered("a")
            await trio.sleep(1)
        assert made.inode() == before


async def test_a_line_is_renewed_while_nothing_happens(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    """Six times an hour: it never runs out while the daemon lives."""
    async with scene(tmp_path) as made:
        woken = set()
        for _ in range(120):
            await trio.sleep(30)
            left, _, _ = made.line()
            assert VALID - RENEWED - 1 <= left <= VALID + 1
            woken.add(made.inode())
        assert len(woken) <= 7


async def test_a_reset_is_told_when_it_comes(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    """Time alone ends a block and a window; no event says so."""
    async with scene(tmp_path) as made:
        made.state.observe([Window("b", "5h", EPOCH, "header", used=0.5, resets_at=EPOCH + 200)], trio_clock())
        made.blocked(100.0)
        await trio.sleep(50)
        assert made.line()[2] == "M via B · 5h 50/100 left · A rate limited"
        await trio.sleep(60)
        assert "rate limited" not in made.line()[2]


async def test_each_session_has_its_own_line(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    """And one whose name makes no file name has none, but an answer at the socket."""
    async with scene(tmp_path) as made:
        made.answered("a", "s1")
        made.answered("b", "s2")
        made.answered("b", "../evil")
        await trio.sleep(1)
        assert made.line("sessions/s1")[2] == "M via A"
        assert made.line("sessions/s2")[2] == "M via B"
        assert sorted(path.name for path in (tmp_path / "sessions").iterdir()) == ["s1", "s2"]
        assert not (tmp_path.parent / "evil").exists()
        shown = made.keeper.line("../evil")
        assert (shown.text, shown.session, shown.provider) == ("M via B", "../evil", "B")


async def test_a_session_that_is_pinned_has_a_line_of_its_own(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    """Another with the same last answer has not."""
    async with scene(tmp_path) as made:
        made.answered("a", "s1")
        made.answered("a", "s2")
        made.state.pin("m", "s1", PinState("b"), trio_clock())
        made.keeper.hear(Event(3, 0.0, "pin"))
        await trio.sleep(1)
        assert made.line("sessions/s1")[2] == "M via B"
        assert made.line("sessions/s2")[2] == "M via A"


async def test_a_bug_costs_a_line_and_not_the_daemon(
    tmp_path: Path, autojump_clock: trio.testing.MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is logged, and the next news is written again."""
    async with scene(tmp_path) as made:
        with monkeypatch.context() as broken:
            broken.setattr("switchgeard.prompt.keeper.names", None)
            made.answered("b")
            await trio.sleep(1)
            assert made.line()[2] == "M via A"
        made.answered("b")
        await trio.sleep(1)
        assert made.line()[2] == "M via B"


async def test_an_unknown_session_hears_the_line_of_all(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    """And that it is not its own."""
    async with scene(tmp_path) as made:
        shown = made.keeper.line("never-heard-of")
        assert (shown.text, shown.session, shown.valid_until) == ("M via A", None, EPOCH + VALID)


async def test_a_line_that_somebody_removed_is_back_with_the_next_news(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    """Also when it says the same as before."""
    async with scene(tmp_path) as made:
        made.answered("a", "s1")
        await trio.sleep(1)
        for name in ("prompt", "names", "sessions/s1"):
            (tmp_path / name).unlink()
        made.answered("a", "s1")
        await trio.sleep(1)
        assert made.line()[2] == made.line("sessions/s1")[2] == "M via A"
        assert (tmp_path / "names").exists()


async def test_never_shown_means_no_file(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    """Also when the config says so later."""
    async with scene(tmp_path) as made:
        made.answered("a", "s1")
        await trio.sleep(1)
        made.state.config = structs.replace(made.state.config, prompt=PromptStyle(show="never"))
        made.keeper.hear(Event(3, 0.0, "config"))
        await trio.sleep(1)
        assert not (tmp_path / "prompt").exists()
        assert not (tmp_path / "sessions" / "s1").exists()


async def test_shown_in_trouble_only_means_an_empty_line_else(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    """The file stays, so that a shell finds one to read."""
    async with scene(tmp_path, show="failover") as made:
        assert made.line()[1:] == ("ok", "")
        made.blocked(3600.0)
        await trio.sleep(1)
        assert made.line()[1:] == ("warn", "M via B · A rate limited")


async def test_a_broken_config_is_told(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    """The user sees it where he is, not only in status."""
    async with scene(tmp_path) as made:
        made.troubles.append("x")
        made.keeper.hear(Event(3, 0.0, "config"))
        await trio.sleep(1)
        assert made.line()[1:] == ("warn", "M via A · config broken")


async def test_the_format_is_the_users(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    """`[prompt] format`."""
    async with scene(tmp_path, format="{provider}/{alias}") as made:
        assert made.line()[2] == "A/m"


async def test_a_clock_set_back_makes_no_line_last_longer(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    """What was good until tomorrow is written anew."""
    async with scene(tmp_path) as made:
        made.keeper._lines["prompt"] = ("ok", "M via A", EPOCH + 86400.0)
        made.keeper.hear(Event(3, 0.0, "config"))
        await trio.sleep(1)
        assert made.line()[0] <= VALID


async def test_at_the_end_the_lines_are_gone_and_the_names_stay(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    """Nobody keeps the lines any more; a name can still be typed, and starts the daemon."""
    async with scene(tmp_path) as made:
        made.answered("a", "s1")
        await trio.sleep(1)
        assert (tmp_path / "sessions" / "s1").exists()
    assert not (tmp_path / "prompt").exists()
    assert not (tmp_path / "sessions" / "s1").exists()
    assert (tmp_path / "names").exists()
