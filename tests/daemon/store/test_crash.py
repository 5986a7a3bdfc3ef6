"""kill -9 at any instant: what was acknowledged is there, and the file is whole."""

import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parents[3] / "benchmarks" / "crash.py"


@pytest.mark.parametrize("kills", [3, pytest.param(100, marks=pytest.mark.slow)])
def test_no_acknowledged_row_is_lost_by_a_kill(kills: int) -> None:
    """A real process under load, killed at random instants; every row it called safe is found again."""
    argv = [sys.executable, str(BENCHMARK), "--kills", str(kills)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "lost 0, corrupt 0, beliefs older than an acknowledged row 0" in done.stdout
