"""A machine with nothing on it: whatever this one has, the tests do not see it."""

import pytest

from switchgear.cli.setup import scan


@pytest.fixture(autouse=True)
def _quiet_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "SERVERS", ())
    monkeypatch.setenv("PATH", "/nonexistent")
    for name in ("OPENAI_API_KEY", "CODEX_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
