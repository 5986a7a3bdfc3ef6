"""`switchgear demo`, short and long, as a newcomer runs it: everything it expects happens, and it ends by itself."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

README = Path(__file__).parents[2] / "README.md"
SCENE = re.compile(r"\d\d:\d\d  ")
LIMIT = 60  # seconds, on a machine busy with other tests


@pytest.fixture
def home() -> Iterator[Path]:
    """An empty directory with a short name: the demo puts a socket somewhere in it."""
    with TemporaryDirectory(prefix="sg-", dir="/tmp") as name:
        yield Path(name)


def demo(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """In a home of its own, so that what it leaves behind can be seen."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("SWITCHGEAR", "XDG"))}
    env |= {"HOME": str(home), "TMPDIR": str(home), "PYTHONPATH": os.pathsep.join(sys.path)}
    argv = [sys.executable, "-m", "switchgeard.demo", *words]
    return subprocess.run(argv, env=env, capture_output=True, text=True, timeout=LIMIT, check=False)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ((), "Asked once more, each provider saw\n  Claude Pro: 0 requests\n  GitHub Copilot: 0 requests\n"),
        (("--day",), "Your subscriptions saved $0.56 at list price."),
    ],
    ids=["short", "day"],
)
def test_the_demo_tells_its_story_and_leaves_nothing(home: Path, words: tuple[str, ...], shown: str) -> None:
    """It compares what the daemon did with what it tells, and ends with 1 where that differs."""
    done = demo(home, *words)
    assert (done.returncode, done.stderr) == (0, "")
    assert shown in done.stdout
    assert list(home.iterdir()) == []


def test_the_day_is_told_by_one_clock(home: Path) -> None:
    """What the commands show is said at the story's moment, whatever the clock on the wall."""
    told = demo(home, "--day").stdout
    shown = [line for line in README.read_text().splitlines() if SCENE.match(line)]
    assert len(shown) >= 5
    assert [line for line in shown if line not in told.splitlines()] == []  # the README shows what it prints
    assert "Claude Pro: quota spent until 14:00 (in 1 h 20 m)" in told
    assert "first back: GitHub Copilot, 13:05 (in 25 m)" in told
    assert "metered providers may serve until 14:40 (in 2 h)" in told


def test_a_long_name_of_the_place_for_temporary_files_is_no_trouble(home: Path) -> None:
    """A socket's path may have some hundred bytes; macOS' own place takes half of them."""
    place = home / ("d" * 80)
    place.mkdir()
    done = demo(place, "--day")
    assert (done.returncode, done.stderr) == (0, "")
