"""Who follows the daemon with the command is kept through its death and the next one's start."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import trio

from daemon_process import Home
from served import served


class Follower:
    """`switchgear events --json`, read line by line; from the first event on, whenever it comes to listen."""

    def __init__(self, place: Home) -> None:
        argv = [sys.executable, "-m", "switchgear.cli", "events", "--since", "0", "--json", "--no-start"]
        self.process = subprocess.Popen(argv, env=place.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def until(self, type: str) -> list[dict[str, Any]]:
        """The events up to the next of this type."""
        assert self.process.stdout is not None
        told: list[dict[str, Any]] = []
        for line in self.process.stdout:
            told.append(json.loads(line))
            if told[-1]["type"] == type:
                return told
        raise AssertionError(f"it ended before {type}: {told}")

    def left(self) -> str:
        """What it said on stderr, once it says that it waits."""
        assert self.process.stderr is not None
        return self.process.stderr.readline()

    def end(self) -> None:
        self.process.terminate()
        self.process.communicate()


def _through_a_death(place: Home) -> tuple[list[dict[str, Any]], list[dict[str, Any]], str]:
    follower = Follower(place)
    try:
        place.ask()
        before = follower.until("attempt")
        place.kill()
        said = follower.left()
        place.start()
        place.ask()
        return before, follower.until("attempt"), said
    finally:
        follower.end()


async def test_events_go_on_after_kill_9(tmp_path: Path) -> None:
    """Behind the last one, in rising order, with what the next daemon did before it was found again."""
    async with served(tmp_path, a="ok") as (place, _):
        before, after, said = await trio.to_thread.run_sync(_through_a_death, place)
    numbers = [event["seq"] for event in before + after]
    assert numbers == sorted(set(numbers))
    assert "the daemon has left" in said
    assert after[-1]["outcome"] == "complete"
