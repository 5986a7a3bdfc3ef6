"""The examples in the docstrings run, against a daemon on a real socket."""

import doctest
from pathlib import Path

import pytest

import switchgear
from fake_switchgear import FakeSwitchgear
from switchgear import _client


@pytest.mark.parametrize("module", [switchgear, _client], ids=lambda module: module.__name__)
def test_docstring_examples_are_true(module: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every `>>>` gives what it says."""
    monkeypatch.setenv("SWITCHGEAR_SOCKET", str(tmp_path / "s.sock"))
    with FakeSwitchgear(tmp_path / "s.sock"):
        outcome = doctest.testmod(module)  # type: ignore[arg-type]
    assert outcome.attempted
    assert outcome.failed == 0


def test_every_public_name_is_there() -> None:
    """The lazy table knows where each lives."""
    for name in switchgear.__all__:
        assert getattr(switchgear, name).__name__ == name
    assert dir(switchgear) == switchgear.__all__
    with pytest.raises(AttributeError):
        _ = switchgear.nothing
