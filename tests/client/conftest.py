"""A daemon that says what a test tells it to, and a blocking client of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import switchgear
from fake_switchgear import FakeSwitchgear
from switchgear import _restart


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many tries as ever, without the pauses between them."""
    for name in ("GONE", "LEAVING"):
        monkeypatch.setattr(_restart, name, (0.0,) * len(getattr(_restart, name)))


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[FakeSwitchgear]:
    with FakeSwitchgear(tmp_path / "s.sock") as running:
        yield running


@pytest.fixture
def client(daemon: FakeSwitchgear) -> Iterator[switchgear.Client]:
    with switchgear.Client(daemon.path, timeout=30, name="test") as connected:
        yield connected
