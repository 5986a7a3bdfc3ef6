"""`switchgear service` against a user manager that writes down what it is told."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from cli_runs import Run
from fake_systemctl import FakeSystemctl, user_manager
from sample_world import STATUS
from scripted_daemon import LEAVE, ScriptedDaemon
from switchgear.cli.service import plain
from switchgeard.serving.instance import claim


@pytest.fixture
def bare(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home where nothing but PATH is said: the socket is where the platform has it."""
    monkeypatch.delenv("SWITCHGEAR_SOCKET")
    monkeypatch.setattr("sys.platform", "linux")
    return home


@pytest.fixture
def manager(bare: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSystemctl]:
    with user_manager(bare, bare / "manager") as running:
        monkeypatch.setenv("PATH", f"{running.bin}:/usr/bin:/bin")
        yield running


UNITS = ("switchgeard.socket", "switchgeard.service")


def unit(home: Path, name: str) -> Path:
    return home / ".config/systemd/user" / name


def test_what_would_be_done_is_said_word_by_word(run: Run, manager: FakeSystemctl, bare: Path) -> None:
    """A fresh home; nothing is written, nothing is run."""
    told = run("service", "install", "--dry-run")
    assert told == (
        0,
        (
            f"would write {bare}/.config/systemd/user/switchgeard.socket\n"
            f"would write {bare}/.config/systemd/user/switchgeard.service\n"
            "would run systemctl --user daemon-reload\n"
            "would run systemctl --user enable --now switchgeard.socket switchgeard.service\n"
        ),
        "",
    )
    assert not (bare / ".config").exists()
    assert manager.said() == []


def test_installing_twice_is_installing_once(run: Run, manager: FakeSystemctl, bare: Path) -> None:
    """The second time nothing is written and nothing restarted."""
    first = run("service", "install")
    assert first.code == 0
    assert first.out.splitlines()[:2] == [f"wrote {unit(bare, name)}" for name in UNITS]
    assert manager.said() == [
        "systemctl --user daemon-reload",
        "systemctl --user enable --now switchgeard.socket switchgeard.service",
    ]
    before = {name: unit(bare, name).read_text() for name in UNITS}
    manager.runs(1234)
    again = run("service", "install")
    assert again.out.splitlines()[:2] == [f"kept {unit(bare, name)}" for name in UNITS]
    assert not [line for line in manager.said() if "restart" in line]
    assert {name: unit(bare, name).read_text() for name in UNITS} == before


def test_a_newer_version_of_ours_replaces_the_old_and_restarts(run: Run, manager: FakeSystemctl, bare: Path) -> None:
    """An upgrade, or another PATH: the file is ours and untouched."""
    run("service", "install")
    manager.runs(1234)
    os.environ["PATH"] += ":/opt/new/bin"
    manager.said()
    told = run("service", "install")
    assert told.out.splitlines()[:2] == [f"kept {unit(bare, UNITS[0])}", f"wrote {unit(bare, UNITS[1])}"]
    assert manager.said()[-1] == "systemctl --user restart switchgeard.service"


def test_the_unit_starts_this_very_installation(run: Run, manager: FakeSystemctl, bare: Path) -> None:
    """The interpreter by its path; PATH as it is; nothing else of the environment."""
    run("service", "install")
    text = unit(bare, "switchgeard.service").read_text()
    assert f'\nExecStart=:"{sys.executable}" "-P" "-m" "switchgeard"\n' in text
    assert re.findall(r"^Environment=.*", text, re.MULTILINE) == [f'Environment="PATH={os.environ["PATH"]}"']


def test_the_environment_comes_along_only_when_asked(
    run: Run, manager: FakeSystemctl, bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And it is said that it does not."""
    monkeypatch.setenv("SWITCHGEAR_CONFIG", '/h/50% "off".toml')
    told = run("service", "install", "--dry-run")
    assert "SWITCHGEAR_CONFIG is set in this shell" in told.err
    run("service", "install", "--keep-env")
    text = unit(bare, "switchgeard.service").read_text()
    assert 'Environment="SWITCHGEAR_CONFIG=/h/50%% \\"off\\".toml"\n' in text


def test_a_socket_of_ones_own_is_the_units(run: Run, manager: FakeSystemctl, home: Path) -> None:
    """With --keep-env only; the unit says where, the daemon takes what it is given."""
    os.environ["SWITCHGEAR_SOCKET"] = f"{home}/own/s.sock"
    try:
        run("service", "install", "--keep-env")
    finally:
        del os.environ["SWITCHGEAR_SOCKET"]
    assert f"\nListenStream={home}/own/s.sock\n" in unit(home, "switchgeard.socket").read_text()
    assert "SWITCHGEAR_SOCKET" not in unit(home, "switchgeard.service").read_text()


@pytest.mark.parametrize("action", ["install", "uninstall"])
@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda text: text.replace("WatchdogSec=120", "WatchdogSec=0"), "somebody changed it since it was written"),
        (lambda text: "[Service]\nExecStart=/bin/true\n", "`switchgear service install` did not write it"),
    ],
)
def test_what_somebody_changed_is_left_alone(
    run: Run, manager: FakeSystemctl, bare: Path, action: str, spoil: "object", why: str
) -> None:
    """Unless forced, and then it is kept beside."""
    assert callable(spoil)
    run("service", "install")
    mine = unit(bare, "switchgeard.service")
    mine.write_text(spoil(mine.read_text()))
    own = mine.read_text()
    manager.said()
    refused = run("service", action)
    assert refused.code == 1
    assert f"{mine} is not as we wrote it\n  {why}\nhint: switchgear service {action} --force" in refused.err
    assert (mine.read_text(), manager.said()) == (own, [])
    assert run("service", action, "--force").code == 0
    assert mine.with_name("switchgeard.service.old").read_text() == own
    assert mine.exists() == (action == "install")


def test_uninstalling_takes_away_what_was_written_and_no_more(run: Run, manager: FakeSystemctl, bare: Path) -> None:
    """A drop-in of the user's stays; a second time there is nothing to do."""
    run("service", "install")
    drop_in = unit(bare, "switchgeard.service.d") / "own.conf"
    drop_in.parent.mkdir()
    drop_in.write_text("[Service]\n")
    manager.said()
    told = run("service", "uninstall")
    assert told.code == 0
    assert manager.said() == [
        "systemctl --user disable --now switchgeard.service switchgeard.socket",
        "systemctl --user daemon-reload",
    ]
    assert [path.name for path in unit(bare, "").iterdir()] == ["switchgeard.service.d"]
    assert run("service", "uninstall").out == "Nothing is installed.\n"


@pytest.mark.parametrize(
    ("action", "commands"),
    [
        ("start", ["start switchgeard.socket switchgeard.service"]),
        ("stop", ["stop switchgeard.service switchgeard.socket"]),
        ("restart", ["start switchgeard.socket", "restart switchgeard.service"]),
    ],
)
def test_it_is_the_manager_who_starts_and_stops(
    run: Run, manager: FakeSystemctl, action: str, commands: list[str]
) -> None:
    """A restart leaves the socket where it is."""
    run("service", "install")
    manager.said()
    told = run("service", action)
    assert told.out.splitlines() == [f"ran systemctl --user {command}" for command in commands]
    assert manager.said() == [f"systemctl --user {command}" for command in commands]


@pytest.mark.parametrize("action", ["start", "restart"])
def test_what_is_not_installed_cannot_be_started(run: Run, manager: FakeSystemctl, action: str) -> None:
    """The cure is named."""
    refused = run("service", action)
    assert (refused.code, refused.err) == (
        1,
        "switchgear: the service is not installed\nhint: switchgear service install\n",
    )


def test_a_manager_that_refuses_is_quoted(run: Run, manager: FakeSystemctl) -> None:
    """Its own words, no traceback."""
    manager.fails("Failed to reload daemon: Access denied")
    refused = run("service", "install")
    assert refused.code == 1
    assert "`systemctl --user daemon-reload` failed\n  Failed to reload daemon: Access denied\n" in refused.err


def test_a_daemon_started_by_hand_makes_way(
    run: Run, manager: FakeSystemctl, bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two managers: it is told to finish and leave; the service's own daemon never is."""
    killed: list[int] = []
    monkeypatch.setattr(plain, "tell_to_leave", killed.append)
    instance = claim(str(bare / "switchgear"))
    told = run("service", "install")
    assert f"stopped the daemon that was started by hand (pid {os.getpid()})\n" in told.out
    assert killed == [os.getpid()]
    manager.runs(os.getpid())
    assert "by hand" not in run("service", "install").out
    assert killed == [os.getpid()]
    instance.release()


def test_status_says_who_runs_what(run: Run, manager: FakeSystemctl, bare: Path) -> None:
    """Nothing is started by looking: not even through the socket."""
    told = run("service", "status")
    assert told == (
        3,
        "manager  systemd\nservice  not installed   switchgear service install\ndaemon   not running\n",
        "",
    )
    run("service", "install")
    manager.runs(os.getpid())
    instance = claim(str(bare / "switchgear"))
    told = run("service", "status")
    assert told == (
        0,
        (
            "manager  systemd\nservice  active\n"
            f"file     {unit(bare, UNITS[0])}\nfile     {unit(bare, UNITS[1])}\ndaemon   pid {os.getpid()}\n"
        ),
        "",
    )
    manager.runs(None)
    unit(bare, UNITS[1]).write_text(unit(bare, UNITS[1]).read_text() + "# mine\n")
    told = run("service", "status")
    assert "switchgeard.service   was changed by hand\n" in told.out
    assert "started by hand, not by the service: switchgear service start\n" in told.out
    assert run("service", "status", "--json").json == {
        "v": 1, "manager": "systemd", "state": "inactive", "pid": os.getpid(), "by_hand": True,
        "files": [{"path": str(unit(bare, UNITS[0])), "state": "same"},
                  {"path": str(unit(bare, UNITS[1])), "state": "edited"}],
    }  # fmt: skip
    instance.release()


def test_its_log_is_the_journals(run: Run, manager: FakeSystemctl) -> None:
    """Both units of it."""
    run("service", "install")
    manager.said()
    assert run("service", "logs", "-n", "7").code == 0
    run("service", "logs", "-f")
    head = "journalctl --user -u switchgeard.service -u switchgeard.socket"
    assert manager.said() == [f"{head} -n 7 --no-pager", f"{head} -n 50 --follow"]


def test_a_client_without_the_daemon_installs_nothing(
    run: Run, manager: FakeSystemctl, bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The unit would fail at every start."""
    monkeypatch.setattr("switchgear.cli.start.NEEDED", ("trio", "no_such_package"))
    refused = run("service", "install")
    assert refused.code == 3
    assert "hint: pip install 'switchgear[daemon]'" in refused.err
    assert (manager.said(), unit(bare, UNITS[1]).exists()) == ([], False)


def test_steps_come_as_one_object_when_asked(run: Run, manager: FakeSystemctl, bare: Path) -> None:
    """For scripts that set machines up."""
    done = run("service", "install", "--json").json
    assert (done["v"], done["manager"], done["dry_run"]) == (1, "systemd", False)
    assert done["done"][0] == f"wrote {unit(bare, UNITS[0])}"


def test_a_stopped_service_is_not_started_behind_ones_back(
    run: Run, manager: FakeSystemctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commands say how to start it; with the manager gone (cron, a container of this home) they start a daemon."""
    monkeypatch.setenv("SWITCHGEAR_NO_AUTOSTART", "0")
    run("service", "install")
    refused = run("status")
    assert (refused.code, refused.err) == (
        3,
        (
            "switchgear: the Switchgear daemon is not running\n"
            "  you run it as a service (systemd), and that is stopped\n"
            "hint: switchgear service start\n"
        ),
    )


def test_to_stop_once_starts_nothing_and_says_what_comes(run: Run, manager: FakeSystemctl, bare: Path) -> None:
    """`switchgear stop` under a service: the manager's socket would start a daemon to be asked for its pid."""
    run("service", "install")
    assert run("stop").out == "no daemon is running\n"
    instance = claim(str(bare / "switchgear"))
    with ScriptedDaemon(bare / "switchgear" / "switchgear.sock", {"status": [replace(STATUS, pid=0), LEAVE]}):
        killed: list[int] = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "kill", lambda pid, number: killed.append(pid))
            told = run("stop")
    instance.release()
    assert (told.out, killed) == ("stopped the daemon (pid 0)\n", [0])
    assert "to keep it down: switchgear service stop" in told.err


# --- without a manager -------------------------------------------------------------------------


@pytest.fixture
def alone(bare: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    return bare


def test_without_a_manager_nothing_is_installed_and_that_is_said(run: Run, alone: Path) -> None:
    """A container, another init: the daemon is started in the background, and by commands."""
    told = run("service", "install", "--dry-run")
    assert (told.code, told.out) == (0, "would start the daemon in the background\n")
    assert told.err.splitlines()[0].startswith("no service manager: ")
    assert "put `switchgear service start` where your login or container starts" in told.err
    assert run("service", "status").out.splitlines()[1] == "daemon   not running"
    assert run("service", "uninstall").out == "Nothing is installed.\n"
    assert run("service", "stop").out == "No daemon is running.\n"


def test_a_running_daemon_needs_no_start(run: Run, alone: Path) -> None:
    """Its pid is told, from its lock."""
    instance = claim(str(alone / "switchgear"))
    assert run("service", "start").out == f"The daemon runs (pid {os.getpid()}).\n"
    instance.release()


def test_units_can_be_written_for_a_later_login(run: Run, alone: Path) -> None:
    """While an image is made there is no user manager."""
    told = run("service", "install", "--manager", "systemd")
    assert told.code == 0
    assert unit(alone, "switchgeard.service").exists()
    assert "They take effect where a user manager runs" in told.out
    assert not [line for line in told.out.splitlines() if line.startswith("ran")]


def test_units_written_for_a_later_login_are_taken_away_without_a_manager(run: Run, alone: Path) -> None:
    """As they were written; a dry run says so, and what is not there."""
    assert run("service", "uninstall", "--dry-run").out == "Nothing is installed.\n"
    run("service", "install", "--manager", "systemd")
    assert run("service", "uninstall", "--manager", "none").out == "Nothing is installed.\n"
    told = run("service", "uninstall", "--dry-run").out.splitlines()
    assert told == [f"would remove {unit(alone, name)}" for name in UNITS]
    assert run("service", "uninstall").code == 0
    assert not [name for name in UNITS if unit(alone, name).exists()]


def test_without_a_journal_the_log_file_is_shown(run: Run, alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that commands let their daemon write."""
    missing = run("service", "logs")
    assert (missing.code, "there is no log yet" in missing.err) == (1, True)
    log = alone / ".local/state/switchgear/daemon.log"
    log.parent.mkdir(parents=True)
    log.write_text("one\ntwo\n")
    shown: list[bytes] = []

    def call(argv: list[str], env: None) -> int:
        shown.append(subprocess.run(argv, env=env, capture_output=True, check=True).stdout)
        return 0

    monkeypatch.setattr("subprocess.call", call)
    assert run("service", "logs", "-n", "1").code == 0
    assert shown == [b"two\n"]
