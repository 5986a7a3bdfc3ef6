"""The daemon and its children behind the barriers of its unit, as the kernel keeps them: nothing needed is cut off."""

import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import trio

from barriers import LIBRARY, setting
from daemon_process import Home, home
from standins.standin import StandIn
from world import config

BARRIERS = Path(__file__).parents[1] / "barriers.py"
pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or LIBRARY is None or shutil.which("systemd-analyze") is None,
    reason="no libseccomp or no systemd-analyze on this machine",
)
NODE = """
const f = n => n < 2 ? n : f(n - 1) + f(n - 2);
require("dns").lookup("localhost", (error) => {
  if (error) throw error;
  require("net").connect(process.argv[1]).on("connect", () => { console.log(f(24)); process.exit(0); });
});
"""


def behind(*argv: str, **env: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(BARRIERS), *argv]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=env or None)


def test_they_are_up() -> None:
    """Seccomp in force, no new privileges, no core dumps: so the tests below mean something."""
    told = behind("/bin/sh", "-c", "cat /proc/self/status; ulimit -c; umask; mount -t tmpfs none /mnt").stdout
    for word in ("NoNewPrivs:\t1", "Seccomp:\t2", "\n0\n0077\n"):
        assert word in told
    packet = "import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)"
    assert "PermissionError" in behind(sys.executable, "-c", packet).stderr
    assert setting("NoNewPrivileges") == ["yes"]


async def test_the_daemon_serves_and_its_children_run(tmp_path: Path) -> None:
    """A completion with a credential that a shell prints; the keyring's child has looked, where there is none."""
    standin = StandIn("ok")
    async with standin.serving():
        with home(tmp_path) as place:
            text = config({"a": standin}, {})
            script = tmp_path / "credential"
            script.write_text("#!/bin/sh\necho key | cat\n")
            script.chmod(0o700)
            place.configure(text.replace('{env = "CANARY"}', f'{{command = ["{script}"]}}'))
            await trio.to_thread.run_sync(_start, place)
            answer = await trio.to_thread.run_sync(place.ask)
            assert answer["finish"] == "stop", answer
            keyring = await trio.to_thread.run_sync(place.call, "credentials/test")
            assert keyring["ok"] or keyring["reason"].startswith("no OS keyring works here"), (
                keyring
            )  # so the child ran
            assert await trio.to_thread.run_sync(place.stop) == 0


def _start(place: Home) -> None:
    with (place.path / "daemon.log").open("ab") as log:
        argv = [sys.executable, str(BARRIERS), sys.executable, "-m", "switchgeard"]
        place.process = subprocess.Popen(argv, env=place.env, stderr=log)
    place.wait_answering()


@pytest.mark.skipif(shutil.which("node") is None, reason="no node on this machine")
def test_node_compiles_looks_up_and_connects(tmp_path: Path) -> None:
    """Claude Code is a node program: its compiler writes the code that it runs."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        listener.listen()
        told = behind(str(shutil.which("node")), "-e", NODE, str(tmp_path / "s"))
    assert (told.returncode, told.stdout) == (0, "46368\n"), told.stderr
