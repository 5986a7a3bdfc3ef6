"""`switchgear config`: path, show, check, edit."""

import errno
import os
import sys
from pathlib import Path

import pytest

from cli_runs import Run, Serve
from switchgear_protocol.messages import ConfigChecked, ConfigProblem, ConfigState

SOUND = ConfigChecked(True, "/c/config.toml")
BROKEN = ConfigChecked(
    False,
    "/c/config.toml",
    [ConfigProblem("no kind 'antropic'", "providers[0].kind", "did you mean anthropic?", 4)],
    [ConfigProblem("provider 'x' is used nowhere")],
)
PROBLEMS = """\
error: line 4, providers[0].kind: no kind 'antropic'
  hint: did you mean anthropic?
warning: provider 'x' is used nowhere
"""


@pytest.fixture
def config(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A config of the user's; copies to edit stay in its home."""
    monkeypatch.setattr("tempfile.tempdir", str(home))
    path = home / ".config" / "switchgear" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text("# mine\n")
    path.chmod(0o640)
    return path


def editor(home: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """An $EDITOR that runs `body` with the file's path as `p`."""
    script = home / "an editor.py"
    script.write_text(f"import sys, pathlib\np = pathlib.Path(sys.argv[1])\n{body}\n")
    monkeypatch.setenv("VISUAL", f"{sys.executable} '{script}'")


def test_path_and_show_need_no_daemon(run: Run, config: Path) -> None:
    """They read the file."""
    assert run("config", "path").out == f"{config}\n"
    assert run("config", "show").out == "# mine\n"
    assert run("config", "show", "--json").json == {"v": 1, "path": str(config), "text": "# mine\n"}


def test_show_without_a_config_says_how_to_begin(run: Run) -> None:
    """Not a traceback, not an empty page."""
    assert run("config", "show").err.endswith("hint: switchgear setup\n")


def test_check_names_line_key_problem_and_cure(run: Run, serve: Serve) -> None:
    """Exit 1."""
    serve({"config/check": BROKEN})
    assert run("config", "check") == (1, PROBLEMS, "")
    ran = run("config", "check", "--json")
    assert (ran.code, ran.json["problems"][0]["key"]) == (1, "providers[0].kind")


def test_check_of_a_sound_config(run: Run, serve: Serve) -> None:
    """Exit 0 and a sentence."""
    serve({"config/check": SOUND})
    assert run("config", "check").out == "/c/config.toml is sound\n"


def test_a_sound_edit_is_saved_and_loaded(
    run: Run, serve: Serve, home: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mode kept, a link stays a link."""
    real = config.rename(config.with_name("real.toml"))
    config.symlink_to(real)
    daemon = serve({"config/check": SOUND, "config/reload": ConfigState(str(config), 2, True)})
    editor(home, monkeypatch, "p.write_text('# new\\n')")
    assert run("config", "edit").out == f"saved and loaded {config}\n"
    assert (real.read_text(), real.stat().st_mode & 0o777, config.is_symlink()) == ("# new\n", 0o640, True)
    assert daemon.asked("config/check") == {"text": "# new\n"}


def test_a_broken_edit_never_replaces_the_config_unasked(
    run: Run, serve: Serve, home: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a terminal to choose on, the old one is kept and the edit is not lost."""
    serve({"config/check": BROKEN})
    editor(home, monkeypatch, "p.write_text('# broken\\n')")
    ran = run("config", "edit")
    assert (ran.code, config.read_text()) == (1, "# mine\n")
    assert ran.err.startswith(PROBLEMS)
    kept = Path(ran.err.rsplit(" ", 1)[-1].strip())
    assert kept.read_text() == "# broken\n"
    kept.unlink()


def test_no_change_is_no_work(run: Run, home: Path, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No daemon is asked."""
    editor(home, monkeypatch, "pass")
    assert run("config", "edit") == (0, "", "no change\n")


def test_the_first_edit_starts_from_a_template(
    run: Run, serve: Serve, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And creates the directory, closed to others."""
    serve({"config/check": SOUND, "config/reload": ConfigState("/c", 1, True)})
    editor(home, monkeypatch, "p.write_text(p.read_text() + '# mine too\\n')")
    assert run("config", "edit").code == 0
    written = home / ".config" / "switchgear" / "config.toml"
    assert "switchgear login PROVIDER" in written.read_text()
    assert (written.stat().st_mode & 0o777, written.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_an_editor_that_is_not_there_is_named(
    run: Run, home: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the cure; no copy of what nobody touched is left behind."""
    monkeypatch.setenv("VISUAL", "/no/such/editor")
    ran = run("config", "edit")
    assert ran.err.splitlines() == [
        "switchgear: cannot run /no/such/editor",
        "  No such file or directory",
        "hint: export EDITOR=nano",
    ]
    assert [path.name for path in home.iterdir() if path.suffix == ".toml"] == []


def test_without_editor_and_terminal_none_is_started(run: Run, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """vi would fill a script's log with its screen."""
    for name in ("VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    ran = run("config", "edit")
    assert (ran.code, ran.err.splitlines()[0]) == (2, "switchgear: no terminal to edit on")


@pytest.mark.parametrize(
    ("answers", "code", "text"), [("k", 1, "# mine\n"), ("ek", 1, "# mine\n"), ("s", 1, "# broken\n")]
)
def test_on_a_terminal_the_user_chooses(
    run: Run,
    serve: Serve,
    home: Path,
    config: Path,
    monkeypatch: pytest.MonkeyPatch,
    answers: str,
    code: int,
    text: str,
) -> None:
    """Edit again, keep the old one, or save it all the same (which is then told as broken)."""
    serve({"config/check": BROKEN, "config/reload": ConfigState("/c", 2, False, "broken")})
    editor(home, monkeypatch, "p.write_text('# broken\\n')")
    said = iter(answers)
    monkeypatch.setattr("builtins.input", lambda prompt: next(said))
    monkeypatch.setattr("switchgear.cli.config_edit.asks", lambda: True)
    assert run("config", "edit").code == code
    assert config.read_text() == text
    assert next(said, None) is None


@pytest.mark.parametrize("action", ["show", "edit"])
def test_a_fifo_or_a_device_in_its_place_is_refused(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    """Neither waits for ever nor fills the memory."""
    fifo = home / "fifo"
    os.mkfifo(fifo)
    for path in (str(fifo), "/dev/zero"):
        monkeypatch.setenv("SWITCHGEAR_CONFIG", path)
        assert run("config", action).err.splitlines()[:2] == [
            f"switchgear: cannot read {path}",
            "  it is not a regular file",
        ]


@pytest.mark.parametrize("command", ["'unclosed", "  "])
def test_an_editor_nobody_can_read_is_a_usage_error(
    run: Run, config: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """And the file itself is never run as a program."""
    monkeypatch.setenv("VISUAL", command)
    ran = run("config", "edit")
    assert (ran.code, ran.err.splitlines()[-1]) == (2, "hint: export EDITOR=nano")


def test_the_end_of_input_keeps_the_old_config(
    run: Run, serve: Serve, home: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-D at the question."""

    def leave(prompt: str) -> str:
        raise EOFError

    serve({"config/check": BROKEN})
    editor(home, monkeypatch, "p.write_text('# broken\\n')")
    monkeypatch.setattr("builtins.input", leave)
    monkeypatch.setattr("switchgear.cli.config_edit.asks", lambda: True)
    assert (run("config", "edit").code, config.read_text()) == (1, "# mine\n")


def test_an_edit_that_cannot_be_saved_is_named(
    run: Run, serve: Serve, home: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk costs neither the config nor what was typed, and leaves no half of it behind."""

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    serve({"config/check": SOUND})
    editor(home, monkeypatch, "p.write_text('# new\\n')")
    monkeypatch.setattr("os.fsync", full)
    ran = run("config", "edit")
    lines = ran.err.splitlines()
    assert lines[:2] == [f"switchgear: cannot save {config}", "  No space left on device"]
    assert Path(lines[2].removeprefix("  your edit is in ")).read_text() == "# new\n"
    assert [path.name for path in config.parent.iterdir()] == ["config.toml"]
    assert config.read_text() == "# mine\n"


def test_no_room_for_a_copy_is_said(run: Run, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cure is named."""
    monkeypatch.setattr("tempfile.tempdir", "/no/such/directory")
    assert run("config", "edit").err.splitlines()[-1] == "hint: set TMPDIR to a directory with room"
