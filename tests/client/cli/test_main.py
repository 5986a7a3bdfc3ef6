"""The command line as a whole: help, usage, unknown words, errors as lines and as JSON."""

import shlex
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from cli_runs import Run, Serve
from on_terminal import command, environment, on_terminal
from sample_world import STATUS
from switchgear import cli
from switchgear.cli.arguments import Arguments
from switchgear.cli.listing import COMMANDS, module_of
from switchgear_protocol.errors import error


def test_alone_it_lists_what_it_can(run: Run) -> None:
    """Every command, and the exit codes."""
    code, out, err = run()
    assert (code, err) == (0, "")
    assert all(f"  {name} " in out for name in COMMANDS)
    assert "5 no provider can serve now" in out
    assert run("help").out == run("--help").out == out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(run: Run, name: str) -> None:
    """-h is prose and options, no wider than a terminal is; exit 0, no daemon needed."""
    ran = run(name, "-h")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"usage: switchgear {name}")
    first, second, *_ = ran.out.splitlines()
    assert (first.endswith("[options]"), second) == (True, "")
    assert [line for line in ran.out.splitlines() if len(line) > 80] == []
    assert "positional arguments:\n\n" not in ran.out
    assert run("help", name).out == ran.out
    assert callable(module_of(name).run)


def test_a_mistyped_command_is_never_a_prompt(run: Run) -> None:
    """The nearest is named."""
    ran = run("statsu")
    assert ran == (2, "", "switchgear: no command 'statsu'\n  the nearest is 'status'\nhint: switchgear status\n")


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["-v"], "no option '-v'"),
        (["--nonsense"], "no option '--nonsense'"),
        (["--jsno"], "no option '--jsno'\n  the nearest is '--json'"),
        (["--socket", "/x"], "no command behind --socket /x"),
        (["--json"], "no command behind --json"),
    ],
)
def test_options_without_a_command_are_no_call_for_help(run: Run, words: list[str], what: str) -> None:
    """A script that lost its command must not go on."""
    ran = run(*words)
    assert ran.code == 2
    assert what in ran.out + ran.err


def test_the_version_is_told_by_its_usual_options(run: Run) -> None:
    """As by the command."""
    assert run("-V").out == run("--version").out == run("version").out


def test_a_wrong_option_points_at_the_help(run: Run) -> None:
    """Exit 2."""
    ran = run("status", "--frobnicate")
    assert (ran.code, ran.err.splitlines()[-1]) == (2, "hint: switchgear status -h")


def test_a_wrong_span_says_how_to_write_one(run: Run) -> None:
    """Not a stack of argparse words."""
    assert "write 45s, 30m, 2h, 1h30m or 7d" in run("pause", "p", "--for", "soon").err


def test_no_daemon_is_exit_3_with_a_cure(run: Run) -> None:
    """What, why, hint."""
    ran = run("status")
    assert ran.code == 3
    what, why, hint = ran.err.splitlines()
    assert what == "switchgear: the Switchgear daemon is not running"
    assert "nobody listens at" in why
    assert hint.startswith("hint: ")


def test_an_error_as_json_has_the_same_fields(run: Run, serve: Serve) -> None:
    """On stdout, one object, same exit code."""
    serve({"status": error("credential_store", "the keyring is locked", hint="unlock it", detail="no answer in 5 s")})
    ran = run("status", "--json")
    assert (ran.code, ran.err) == (4, "")
    assert ran.json == {
        "v": 1,
        "error": {
            "code": -32007,
            "kind": "credential_store",
            "message": "the keyring is locked",
            "why": "no answer in 5 s",
            "hint": "unlock it",
            "exit": 4,
        },
    }


def test_the_socket_may_be_named_before_or_after(run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Global options stand anywhere."""
    path = str(serve({"status": STATUS}).path)
    monkeypatch.setenv("SWITCHGEAR_SOCKET", "/nowhere")
    assert run("--socket", path, "status").code == 0
    assert run("status", "--socket", path).code == 0
    assert run("status").code == 3


def test_an_impossible_socket_path_is_explained(run: Run) -> None:
    """Not "AF_UNIX path too long"."""
    assert "socket path too long" in run("status", "--socket", "/" + "x" * 200).err


@pytest.mark.parametrize(
    ("environment", "flag", "coloured"),
    [
        ({}, "auto", False),
        ({"FORCE_COLOR": "1"}, "auto", True),
        ({"CLICOLOR_FORCE": "1"}, "auto", True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, "auto", False),
        ({"NO_COLOR": "1"}, "always", True),
        ({"FORCE_COLOR": "1"}, "never", False),
    ],
)
def test_colour_follows_flag_then_environment_then_terminal(
    run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], flag: str, coloured: bool
) -> None:
    """Here stdout is no terminal."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    serve({"status": STATUS})
    assert ("\x1b[" in run("status", "--color", flag).out) is coloured


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("words", [("help",), ("config", "path"), ("config", "path", "--json")])
def test_output_that_cannot_be_written_is_told_in_a_line(words: tuple[str, ...]) -> None:
    """A full disk behind `> file`: no traceback, not at the interpreter's end either."""
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            command(*words), env=environment(), stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (ran.returncode, ran.stderr) == (1, "switchgear: cannot go on\n  No space left on device\n")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_stream_that_was_closed_is_none(home: Path, serve: Serve, closed: str) -> None:
    """As a script or a service manager may do: the command works, and nothing lands on the daemon's socket."""
    daemon = serve({"status": STATUS})
    for words, code in (("status", 0), ("statu", 2)):
        line = shlex.join(command(words))
        ran = subprocess.run(
            ["sh", "-c", f"{line} {closed}"], env=environment(), capture_output=True, text=True, check=False
        )
        assert ran.returncode == code, ran.stderr
        assert (">&-" in closed.split() or code == 2) == (ran.stdout == "")
        assert ("2>&-" in closed or code == 0) == (ran.stderr == "")
    assert [method for method, _ in daemon.requests] == ["status"]


@pytest.mark.parametrize(("undo", "first"), [(False, True), (True, False)])
def test_who_takes_something_back_is_not_offered_the_setup(
    home: Path, monkeypatch: pytest.MonkeyPatch, undo: bool, first: bool
) -> None:
    """`connect opencode --undo` on a machine whose config is gone already."""
    monkeypatch.delenv("SWITCHGEAR_SOCKET")
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("sys.stdout", SimpleNamespace(isatty=lambda: True))
    chosen = Arguments(json=False, socket=None, undo=undo)
    assert cli._is_first_run("switchgear.cli.command.connect", chosen) is first


@pytest.mark.parametrize("argv", [("pause", "--help"), ("pause", "--help", "--color", "never")])
def test_a_help_page_is_plain(home: Path, monkeypatch: pytest.MonkeyPatch, argv: tuple[str, ...]) -> None:
    """Of every Python: that of 3.14 paints its pages, whatever --color says."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    code, shown = on_terminal(*argv)
    assert (code, shown.splitlines()[0]) == (0, "usage: switchgear pause PROVIDER [options]")
    assert "\x1b" not in shown
