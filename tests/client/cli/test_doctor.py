"""`switchgear doctor` as a command: exit codes, JSON, with and without a daemon."""

import tarfile
from pathlib import Path
from typing import Any

from cli_runs import Run, Serve
from sample_world import STATUS
from scripted_daemon import Answer
from switchgear_protocol.errors import error
from switchgear_protocol.messages import Finding, Findings, Tokens

WELL: dict[str, Answer] = {
    "status": STATUS,
    "doctor/check": Findings([Finding("reach", "ok", "x answers in 3 ms", "a")]),
    "tokens/list": Tokens([]),
}


def ids(ran: Any) -> dict[str, str]:
    return {one["id"]: one["verdict"] for one in ran.json["findings"]}


def test_without_a_daemon_it_says_what_it_cannot_see(run: Run) -> None:
    """And starts none; nothing has failed."""
    ran = run("doctor", "--json")
    assert ran.code == 0
    assert (ran.json["v"], ran.json["ok"]) == (1, True)
    assert ids(ran)["python"] == "ok"
    assert {one["verdict"] for one in ran.json["findings"] if one["id"] == "daemon"} == {"warn", "skipped"}


def test_with_a_daemon_its_findings_stand_among_ours(run: Run, serve: Serve) -> None:
    """In their group."""
    daemon = serve(WELL)
    (daemon.path).chmod(0o600)
    ran = run("doctor")
    assert "Providers\n  ● ok       reach a" in ran.out
    assert daemon.asked("doctor/check") == {"network": True, "keyring": True}


def test_a_failure_is_exit_code_1_with_its_hint(run: Run, serve: Serve) -> None:
    """A warning is not."""
    bad = Finding("reach", "fail", "refused", "a", "switchgear pause a")
    daemon = serve({**WELL, "doctor/check": Findings([bad])})
    daemon.path.chmod(0o600)
    ran = run("doctor")
    assert ran.code == 1
    assert "hint: switchgear pause a" in ran.out
    assert run("doctor", "--only", "python").code == 0


def test_offline_and_no_keyring_reach_the_daemon(run: Run, serve: Serve) -> None:
    """It is the daemon that would knock."""
    daemon = serve(WELL)
    run("doctor", "--offline", "--no-keyring")
    assert daemon.asked("doctor/check") == {"network": False, "keyring": False}


def test_an_old_daemon_is_a_warning_with_the_restart(run: Run, serve: Serve) -> None:
    """The rest is examined all the same."""
    daemon = serve({**WELL, "doctor/check": error("method_not_found", "no such method")})
    daemon.path.chmod(0o600)
    ran = run("doctor")
    assert "too old to examine itself" in ran.out
    assert "hint: switchgear stop && switchgear status" in ran.out


def test_several_checks_are_named_at_once_or_one_by_one(run: Run) -> None:
    """As people write lists."""
    for words in (("--only", "python,version"), ("--only", "python", "--only", "version")):
        assert set(ids(run("doctor", "--json", *words))) == {"python", "version"}


def test_an_unknown_check_is_bad_usage(run: Run) -> None:
    """With the names there are."""
    ran = run("doctor", "--only", "modl")
    assert ran.code == 2
    assert "model" in ran.err


def test_the_bundle_is_written_and_its_parts_are_named(run: Run, home: Path) -> None:
    """So that the user can look before sending it."""
    path = home / "report.tar.gz"
    ran = run("doctor", "--bundle", str(path))
    assert "tar -xzOf" in ran.err
    with tarfile.open(path) as archive:
        assert "switchgear-doctor/doctor.json" in archive.getnames()
    again = run("doctor", "--bundle", str(path))
    assert (again.code, "not overwritten" in again.err) == (1, True)
