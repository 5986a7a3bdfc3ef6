"""rpc, version, stop, demo."""

import os
import signal

import pytest
from msgspec import json
from msgspec.structs import replace

from cli_runs import Run, Serve
from sample_world import ANSWER, STATUS
from scripted_daemon import LEAVE
from switchgear_protocol.errors import error
from switchgear_protocol.events import TextDelta
from switchgear_protocol.messages import METHODS


def test_rpc_prints_progress_then_the_result(run: Run, serve: Serve) -> None:
    """One object per line."""
    daemon = serve({"completion/create": [TextDelta("hi"), ANSWER]})
    lines = run("rpc", "completion/create", '{"model": "m"}').out.splitlines()
    assert json.decode(lines[0]) == {"type": "text_delta", "text": "hi"}
    assert json.decode(lines[1])["request"] == "r1"
    assert daemon.asked("completion/create") == {"model": "m"}


def test_rpc_reads_params_from_stdin(run: Run, serve: Serve) -> None:
    """`-`."""
    daemon = serve({"status": STATUS})
    assert run("rpc", "status", "-", stdin=b"{}").code == 0
    assert daemon.asked("status") == {}


def test_rpc_help_names_every_method(run: Run) -> None:
    """The list is written down, so that help needs no msgspec; here it is compared."""
    shown = run("rpc", "-h").out.split("Methods:")[1].split("  switchgear rpc")[0]
    assert set(shown.split()) == set(METHODS)


@pytest.mark.parametrize("params", ["[1]", "{", "[" * 100_000])
def test_rpc_refuses_what_is_no_object(run: Run, params: str) -> None:
    """Before any daemon is asked."""
    assert run("rpc", "status", params).code == 2


def test_an_unknown_method_is_usage(run: Run, serve: Serve) -> None:
    """The daemon says which are near."""
    serve({"statu": error("method_not_found", "no method 'statu'", hint="did you mean status?")})
    assert run("rpc", "statu") == (
        2,
        "",
        "switchgear: no method 'statu'\n  did you mean status?\nhint: switchgear rpc -h\n",
    )


def test_version_tells_both_and_starts_nothing(run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """A daemon older than the command is pointed out."""
    monkeypatch.setenv("SWITCHGEAR_NO_AUTOSTART", "")
    assert run("version").out.endswith("\ndaemon not running\n")
    monkeypatch.setattr("switchgear.cli.command.version.own_version", lambda: "0.1.0")
    serve({"status": replace(STATUS, version="0.0.9")})
    ran = run("version")
    assert ran.out.endswith("\ndaemon 0.0.9\n")
    assert "switchgear stop" in ran.err
    assert run("--version", "--json").json["daemon"] == "0.0.9"


def test_stop_asks_the_daemon_to_leave(run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGTERM to the pid it told, and only when it is there."""
    assert run("stop").out == "no daemon is running\n"
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda pid, number: sent.append((pid, number)))
    serve({"status": [STATUS, LEAVE]})
    assert run("stop").out == "stopped the daemon (pid 4242)\n"
    assert sent == [(4242, signal.SIGTERM)]


def test_demo_runs_the_daemons_demo(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """In place of this process, away from the directory it stands in."""
    started: list[list[str]] = []

    def replaced(path: str, argv: list[str]) -> None:
        started.append(argv[1:])
        raise SystemExit

    monkeypatch.setattr(os, "execv", replaced)
    for words in (["demo"], ["demo", "--day"]):
        with pytest.raises(SystemExit):
            run(*words)
    assert started == [["-P", "-m", "switchgeard.demo"], ["-P", "-m", "switchgeard.demo", "--day"]]
