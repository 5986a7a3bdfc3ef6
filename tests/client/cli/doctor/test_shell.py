"""The shell check: who shows the prompt's line, and whether there is a fresh one to show."""

from pathlib import Path

import pytest

from switchgear.cli.doctor.finding import Finding
from switchgear.cli.doctor.shell import shell

NOW = 1_800_000_000.0


def only(runs: bool = True) -> Finding:
    (one,) = shell(NOW, runs)
    return one


@pytest.fixture
def hooked(home: Path) -> Path:
    """A bash that shows the line; the file of the line."""
    (home / ".bashrc").write_text('eval "$(switchgear prompt init bash)"\n')
    (home / "switchgear").mkdir(mode=0o700)
    return home / "switchgear" / "prompt"


def test_nobody_shows_it_is_no_fault(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the command for the shell at hand."""
    monkeypatch.setenv("SHELL", "/usr/bin/zsh")
    assert (only().verdict, only().hint) == ("skipped", "switchgear prompt init zsh")


def test_a_fresh_line_is_well(hooked: Path) -> None:
    """Kept up to some later moment."""
    hooked.write_text(f"{NOW + 60:.0f}\tok\tOpus via A\n")
    assert only().verdict == "ok"


@pytest.mark.parametrize("text", [None, f"{NOW - 60:.0f}\tok\tOpus via A\n", "nonsense"])
def test_a_line_that_is_missing_or_old_while_a_daemon_runs_is_a_warning(hooked: Path, text: str | None) -> None:
    """Something keeps it from being written."""
    if text is not None:
        hooked.write_text(text)
    assert only().verdict == "warn"
    assert only(runs=False).verdict == "ok"
