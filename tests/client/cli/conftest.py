"""Runs the command inside the test, at a fixed moment, against a scripted daemon."""

import io
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest

from cli_runs import Ran, Run, Serve
from sample_world import NOW
from scripted_daemon import Answer, ScriptedDaemon
from switchgear.cli import main, times


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A short private directory that is HOME, state, config and runtime; no daemon is started by itself."""
    with tempfile.TemporaryDirectory(prefix="sg") as name:
        for variable in [name for name in os.environ if name.startswith(("SWITCHGEAR", "LC_"))]:
            monkeypatch.delenv(variable)
        for variable in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
            monkeypatch.delenv(variable, raising=False)
        settings = {"HOME": name, "XDG_RUNTIME_DIR": name, "TZ": "UTC", "COLUMNS": "100", "LANG": "en_US.UTF-8"}
        for variable, value in settings.items():
            monkeypatch.setenv(variable, value)
        monkeypatch.setenv("SWITCHGEAR_SOCKET", f"{name}/s.sock")
        monkeypatch.setenv("SWITCHGEAR_NO_AUTOSTART", "1")
        time.tzset()
        yield Path(name)
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command's clock stands at NOW."""
    names = ("localtime", "strftime", "strptime", "mktime")
    stopped = SimpleNamespace(time=lambda: NOW, **{name: getattr(time, name) for name in names})
    monkeypatch.setattr(times, "time", stopped)


@pytest.fixture
def run(home: Path, frozen: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """`run("status", "--json", stdin=b"")`: exit code and what was printed."""
    opened: list[io.TextIOWrapper] = []

    def running(*argv: str, stdin: bytes = b"") -> Ran:
        piped = home / "stdin"
        piped.write_bytes(stdin)
        opened.append(piped.open(encoding="utf-8"))
        monkeypatch.setattr("sys.stdin", opened[-1])
        capsys.readouterr()
        code = main(list(argv))
        return Ran(code, *capsys.readouterr())

    yield running
    for file in opened:
        file.close()


@pytest.fixture
def serve(home: Path) -> Iterator[Serve]:
    """`serve({"status": STATUS})` starts the scripted daemon where the command looks for it."""
    started: list[ScriptedDaemon] = []

    def serving(answers: Mapping[str, Answer]) -> ScriptedDaemon:
        started.append(ScriptedDaemon(home / "s.sock", answers).__enter__())
        return started[-1]

    yield serving
    for daemon in started:
        daemon.__exit__(None, None, None)
