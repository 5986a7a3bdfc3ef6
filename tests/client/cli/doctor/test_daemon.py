"""The daemon beside the command, as the doctor sees it."""

import pytest

from switchgear.cli.doctor.daemon import versions
from switchgear.cli.doctor.finding import Finding
from switchgear.cli.versions import NOT_INSTALLED, UPDATE


@pytest.mark.parametrize(
    ("own", "daemon", "verdict", "hint"),
    [
        ("0.10.0", None, "ok", None),
        ("0.10.0", "0.10.0", "ok", None),
        (NOT_INSTALLED, "0.10.0", "ok", None),
        ("0.10.0", "0.9.0", "warn", "switchgear stop && switchgear status"),
        ("0.10.0", "0.11.0", "warn", UPDATE),
    ],
)
def test_the_older_of_the_two_is_told_with_its_cure(
    monkeypatch: pytest.MonkeyPatch, own: str, daemon: str | None, verdict: str, hint: str | None
) -> None:
    """A checkout is compared with nothing."""
    monkeypatch.setattr("switchgear.cli.doctor.daemon.own_version", lambda: own)
    (found,) = versions(daemon)
    assert isinstance(found, Finding)
    assert (found.id, found.verdict, found.hint) == ("version", verdict, hint)
