"""The service check: not installed, changed, failed, or shadowed by a daemon started by hand."""

from pathlib import Path

import pytest

from switchgear.cli.doctor import service as module
from switchgear.cli.doctor.service import service
from switchgear.cli.failed import CommandError
from switchgear.cli.service.written import File


class Keeper:
    """A manager that says what it is told to say."""

    name = "systemd"

    def __init__(self, *files: File, state: str = "active", pid: int | None = 7) -> None:
        self._files, self._state, self._pid = files, state, pid

    def files(self) -> list[File]:
        return list(self._files)

    def state(self) -> str:
        return self._state

    def pid(self) -> int | None:
        return self._pid


def found(monkeypatch: pytest.MonkeyPatch, keeper: Keeper | None, runs: int | None = 7) -> tuple[str, str | None, str]:
    monkeypatch.setattr(module, "choose", lambda env, wanted, keep_env: keeper)
    monkeypatch.setattr("switchgear.cli.lock.running", lambda socket: runs)
    (one,) = service("/s")
    return one.verdict, one.hint, one.evidence


def unit(path: Path, there: str | None) -> File:
    if there is not None:
        path.write_text(there)
    return File(str(path), "wanted\n")


def test_without_a_manager_commands_start_the_daemon(monkeypatch: pytest.MonkeyPatch) -> None:
    """No fault: containers have none."""
    assert found(monkeypatch, None)[0] == "skipped"


def test_one_that_is_not_installed_names_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is the user's choice."""
    keeper = Keeper(unit(tmp_path / "a", None), unit(tmp_path / "b", None))
    assert found(monkeypatch, keeper)[:2] == ("skipped", "switchgear service install")


def test_half_of_it_gone_is_a_failure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The socket without its service starts nothing."""
    keeper = Keeper(unit(tmp_path / "a", "wanted\n"), unit(tmp_path / "b", None))
    assert found(monkeypatch, keeper)[:2] == ("fail", "switchgear service install")


def test_a_file_that_is_not_ours_is_a_warning(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is only replaced by force."""
    assert found(monkeypatch, Keeper(unit(tmp_path / "a", "other\n")))[:2] == (
        "warn",
        "switchgear service install --force",
    )


def test_one_that_failed_names_the_log(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """By the manager's own word."""
    keeper = Keeper(unit(tmp_path / "a", "wanted\n"), state="failed", pid=None)
    assert found(monkeypatch, keeper, None)[:2] == ("fail", "switchgear service logs")


def test_a_daemon_started_by_hand_beside_it_is_a_warning(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Two managers: who restarts which?"""
    keeper = Keeper(unit(tmp_path / "a", "wanted\n"))
    verdict, hint, evidence = found(monkeypatch, keeper, 99)
    assert (verdict, hint, "pid 99" in evidence) == ("warn", "switchgear service restart", True)
    assert found(monkeypatch, keeper, 7)[0] == "ok"
    assert found(monkeypatch, Keeper(unit(tmp_path / "a", "wanted\n"), state="inactive", pid=None), None)[0] == "ok"


def test_what_cannot_be_found_out_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """And spoils no other check."""

    def refuse(env: object, wanted: object, keep_env: object) -> None:
        raise CommandError("cannot say which Python runs")

    monkeypatch.setattr(module, "choose", refuse)
    (one,) = service("/s")
    assert one.verdict == "fail"
