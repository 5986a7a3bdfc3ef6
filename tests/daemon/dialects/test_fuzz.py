"""A short run of the fuzzer in benchmarks/; the long one (90 s) is `make test-long`."""

import subprocess
import sys
from pathlib import Path

import pytest

FUZZ = Path(__file__).parents[3] / "benchmarks" / "fuzz_sse.py"


@pytest.mark.parametrize("inputs", [3000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_mutated_streams_raise_only_the_two_errors(inputs: int) -> None:
    """And none that lost its terminal marker comes out complete."""
    command = [sys.executable, str(FUZZ), "--inputs", str(inputs)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    assert "none escaped" in run.stdout
