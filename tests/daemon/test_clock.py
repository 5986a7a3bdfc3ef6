"""The one reader of clocks, and the two stand-ins tests use."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest
import trio

from fake_clock import EPOCH, ManualClock, trio_clock
from switchgeard.clock import asleep, now
from switchgeard.core.clock import Now


def test_now_reads_the_wall_and_the_boot_clock() -> None:
    """Epoch seconds, and seconds that count through suspend."""
    before = datetime.now(UTC).timestamp()  # noqa: TID251 - the test compares with the system's own
    read = now()
    assert before <= read.wall <= before + 60
    assert read.boot > 0


def test_the_boot_clock_never_goes_back() -> None:
    """Deadlines hang on it."""
    readings = [now().boot for _ in range(1000)]
    assert readings == sorted(readings)


@pytest.mark.skipif(not hasattr(time, "CLOCK_BOOTTIME"), reason="no CLOCK_BOOTTIME on this system")
def test_where_there_is_one_the_boot_clock_counts_suspend() -> None:
    """CLOCK_BOOTTIME, not CLOCK_MONOTONIC."""
    assert abs(now().boot - time.clock_gettime(time.CLOCK_BOOTTIME)) < 60


def test_the_time_asleep_is_known() -> None:
    """What one clock counts and the other does not; it does not grow while we are awake."""
    first = asleep()
    assert first > -1
    assert abs(asleep() - first) < 0.5


def test_the_time_a_machine_slept_is_counted() -> None:
    """In a time namespace whose machine has slept for eight hours."""
    program = "from switchgeard.clock import asleep; print(asleep())"
    argv = ["unshare", "--map-root-user", "--time", "--boottime", "28800", sys.executable, "-c", program]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    try:
        ran = subprocess.run(argv, env=env, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no time namespaces here")
    assert abs(float(ran.stdout) - asleep() - 28800) < 1


async def test_the_trio_clock_follows_virtual_time(autojump_clock: object) -> None:
    """Thirty days pass in an instant, on both clocks alike."""
    assert trio_clock() == Now(EPOCH, 0.0)
    with trio.move_on_after(30 * 86_400):
        await trio.sleep_forever()
    assert trio_clock() == Now(EPOCH + 30 * 86_400, 30 * 86_400)


def test_the_manual_clock_moves_by_hand() -> None:
    """And only by hand."""
    clock = ManualClock()
    assert clock() == clock()
    clock.advance(5)
    assert clock() == Now(EPOCH + 5, 5.0)
