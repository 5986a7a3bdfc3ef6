"""`switchgear service` with a `launchctl` that only writes down what it is told."""

import os
import plistlib
from collections.abc import Callable
from pathlib import Path

import pytest

from cli_runs import Ran, Run

SCRIPT = """\
#!/bin/sh
if [ "$1" = print ]; then cat {folder}/printed 2>/dev/null; exit $?; fi
echo "launchctl $*" >> {folder}/log
"""


class Launchctl:
    """`said()`: each command line since the last look. `knows(text)`: what `launchctl print` shows from now on."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        script = folder / "launchctl"
        script.write_text(SCRIPT.format(folder=folder))
        script.chmod(0o755)

    def said(self) -> list[str]:
        log = self._folder / "log"
        lines = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return lines

    def knows(self, text: str) -> None:
        (self._folder / "printed").write_text(text)


@pytest.fixture
def launchctl(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Launchctl:
    monkeypatch.delenv("SWITCHGEAR_SOCKET")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return Launchctl(tmp_path)


@pytest.fixture
def service(run: Run, launchctl: Launchctl) -> Callable[..., Ran]:
    return lambda *words: run("service", *words, "--manager", "launchd")


DOMAIN = f"gui/{os.getuid()}"


def agent(home: Path) -> Path:
    return home / "Library/LaunchAgents/dev.switchgear.daemon.plist"


def test_the_agent_is_written_and_bootstrapped_once(
    service: Callable[..., Ran], launchctl: Launchctl, home: Path
) -> None:
    """The directories launchd will not make are there; a second install changes nothing."""
    assert service("install").code == 0
    assert launchctl.said() == [f"launchctl bootstrap {DOMAIN} {agent(home)}"]
    path = Path(plistlib.loads(agent(home).read_bytes())["Sockets"]["switchgear"]["SockPathName"])
    assert path.parent.stat().st_mode & 0o777 == 0o700
    launchctl.knows("state = running\n\tpid = 4242\n")
    assert service("install").out.startswith(f"kept {agent(home)}\n")
    assert launchctl.said() == []


def test_where_launchd_does_not_run_the_agent_is_only_written(
    service: Callable[..., Ran], launchctl: Launchctl, home: Path, tmp_path: Path
) -> None:
    """As the units of systemd are: nothing is stopped and nothing fails; and it is taken away again."""
    (tmp_path / "launchctl").unlink()
    ran = service("install")
    assert (ran.code, agent(home).exists()) == (0, True)
    assert f"They take effect where launchd runs: launchctl bootstrap {DOMAIN} {agent(home)}" in ran.out
    assert (service("uninstall").code, agent(home).exists()) == (0, False)


def test_another_version_is_booted_out_first(service: Callable[..., Ran], launchctl: Launchctl, home: Path) -> None:
    """launchd reads a file only when it bootstraps it."""
    service("install")
    launchctl.knows("\tpid = 4242\n")
    launchctl.said()
    os.environ["PATH"] += ":/opt/new"
    assert service("install").code == 0
    assert launchctl.said() == [
        f"launchctl bootout {DOMAIN}/dev.switchgear.daemon",
        f"launchctl bootstrap {DOMAIN} {agent(home)}",
    ]


def test_it_is_started_stopped_and_restarted_by_launchctl(
    service: Callable[..., Ran], launchctl: Launchctl, home: Path
) -> None:
    """Each from wherever it stands: loaded or not."""
    service("install")
    launchctl.said()
    for action in ("stop", "start", "restart"):
        assert service(action).code == 0
    bootstrap = f"launchctl bootstrap {DOMAIN} {agent(home)}"
    assert launchctl.said() == [bootstrap, bootstrap]
    launchctl.knows("\tpid = 4242\n")
    for action in ("start", "restart", "stop"):
        assert service(action).code == 0
    target = f"{DOMAIN}/dev.switchgear.daemon"
    assert launchctl.said() == [
        f"launchctl kickstart {target}",
        f"launchctl kickstart -k {target}",
        f"launchctl bootout {target}",
    ]


def test_uninstalling_boots_it_out_and_removes_the_file(
    service: Callable[..., Ran], launchctl: Launchctl, home: Path
) -> None:
    """What is not loaded need not be booted out."""
    service("install")
    launchctl.knows("\tpid = 4242\n")
    launchctl.said()
    assert service("uninstall").code == 0
    assert launchctl.said() == [f"launchctl bootout {DOMAIN}/dev.switchgear.daemon"]
    assert not agent(home).exists()


def test_the_state_is_read_from_launchctls_words(service: Callable[..., Ran], launchctl: Launchctl) -> None:
    """Listening without a process is inactive."""
    service("install")
    states = []
    for text in ("\tstate = not running\n", "\tpid = 4242\n"):
        launchctl.knows(text)
        states.append(service("status", "--json").json["state"])
    assert states == ["inactive", "active"]
