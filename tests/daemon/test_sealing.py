"""Tests for `switchgeard.sealing`: what is in the daemon's memory stays there."""

import ctypes
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from daemon_process import home

PR_GET_DUMPABLE = 3
linux = pytest.mark.skipif(sys.platform != "linux", reason="/proc and prctl are Linux's")

SEALED = """
import ctypes, resource
from switchgeard.sealing import seal
seal()
print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), resource.getrlimit(resource.RLIMIT_CORE))
"""


@linux
def test_a_sealed_process_cannot_be_dumped_and_writes_no_core() -> None:
    """Asked of the kernel, in a process of its own: ours would stay sealed."""
    assert ctypes.CDLL(None).prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run([sys.executable, "-c", SEALED], env=env, capture_output=True, text=True, check=True)
    assert ran.stdout == "0 (0, 0)\n"


@linux
def test_the_daemon_is_sealed_and_leaves_no_core_when_it_crashes(tmp_path: Path) -> None:
    """T6, T8: limits as the kernel has them of the running daemon; a crash leaves no file with its memory."""
    with home(tmp_path) as place:
        place.start()
        assert place.process is not None
        assert resource.prlimit(place.process.pid, resource.RLIMIT_CORE) == (0, 0)
        place.process.send_signal(signal.SIGABRT)
        assert place.process.wait(10) == -signal.SIGABRT
        assert not [path for path in tmp_path.rglob("core*") if path.is_file()]
