"""The stand-in of `claude` runs as the real one is run: by path, with its words on stdin and lines on stdout."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from switchgeard.demo import claude


def ran(program: str) -> list[dict[str, Any]]:
    """The lines it says."""
    env = {"PATH": os.environ["PATH"]}
    done = subprocess.run([program, "-p"], env=env, input=b"{}\n", capture_output=True, timeout=30, check=False)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_it_runs_from_a_place_with_a_space_in_its_name(tmp_path: Path) -> None:
    """Where people keep their projects is their business."""
    home = tmp_path / "My 'Projects'"
    program = claude.install(home, *claude.good("Hello there."))
    assert ran(program)[-1]["type"] == "result"
    assert claude.seen(home)["argv"] == ["-p"]


def test_what_it_does_can_change_between_two_runs(tmp_path: Path) -> None:
    """Spent now, well later."""
    program = claude.install(tmp_path, *claude.spent(1_800_000_000.0))
    first = ran(program)
    claude.set_steps(tmp_path, *claude.good())
    assert first[0]["rate_limit_info"]["resetsAt"] == 1_800_000_000
    assert [lines[-1]["is_error"] for lines in (first, ran(program))] == [True, False]
