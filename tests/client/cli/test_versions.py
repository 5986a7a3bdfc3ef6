"""A daemon that is older or newer than the command."""

import pytest
from msgspec.structs import replace

from cli_runs import Run, Serve
from sample_world import STATUS
from switchgear.cli.versions import numbers
from switchgear_protocol.errors import error

UNKNOWN = error("method_not_found", "no method 'quota/list'")


@pytest.mark.parametrize(
    ("daemon", "older", "cure"),
    [
        ("0.9.0", "daemon", "switchgear stop && switchgear status"),
        ("0.11.0", "command", "pip install --upgrade 'switchgear[daemon]'   (or: uv tool upgrade switchgear)"),
    ],
)
def test_what_one_does_not_understand_is_explained_by_their_versions(
    run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch, daemon: str, older: str, cure: str
) -> None:
    """Who is older, and the command that mends it."""
    monkeypatch.setattr("switchgear.cli.versions.own_version", lambda: "0.10.0")
    serve({"status": replace(STATUS, version=daemon), "quota/list": UNKNOWN})
    told = run("quota")
    assert told.err == (
        "switchgear: command and daemon do not understand each other\n"
        "  no method 'quota/list'\n"
        f"  the command is 0.10.0, the daemon {daemon}: the {older} is older\n"
        f"hint: {cure}\n"
    )
    assert told.code == 2


@pytest.mark.parametrize("own", ["0.10.0", "from a checkout"])
def test_the_same_version_explains_nothing(run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch, own: str) -> None:
    """The error is what it is; nor can a checkout be compared."""
    monkeypatch.setattr("switchgear.cli.versions.own_version", lambda: own)
    serve({"status": replace(STATUS, version="0.10.0"), "quota/list": UNKNOWN})
    assert run("quota").err.startswith("switchgear: no method 'quota/list'\n")


def test_versions_are_compared_as_numbers() -> None:
    """Not as text."""
    assert numbers("0.10.0") > numbers("0.9.1")
    assert numbers("1.0rc1") > numbers("0.9")
