"""The bundle: complete, private, without a secret, and never over another file."""

import json
import os
import stat
import tarfile
from pathlib import Path

import pytest

from switchgear.cli.doctor import bundle
from switchgear.cli.doctor.finding import fail, ok
from switchgear.cli.failed import CommandError

CANARY = "sk-CANARY-7f3a9b2c1d4e5f60718293a4b5c6d7e8"
CONFIG = f"""
[[providers]]
id = "a"
kind = "anthropic"
base_url = "https://me:{CANARY}@api.example.com"
api_key = "{CANARY}"
credential = {{command = ["op", "read", "{CANARY}"]}}
limits = {{usd_per_day = 5.0}}
"""


def answered(method: str, params: dict[str, object]) -> dict[str, object]:
    return {"said": f"{method} knows {CANARY}"}


@pytest.fixture
def full(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a key in every place one could stand."""
    (home / "config.toml").write_text(CONFIG)
    monkeypatch.setenv("SWITCHGEAR_CONFIG", str(home / "config.toml"))
    monkeypatch.setenv("ANTHROPIC_API_KEY", CANARY)
    state = home / ".local/state/switchgear"
    state.mkdir(parents=True)
    (state / "daemon.log").write_text(f"12:00 warning refused {CANARY}\n" * 3)
    return home


def test_no_secret_is_in_it_wherever_one_stood(full: Path) -> None:
    """In the config, a log line, a reply, a finding, the environment."""
    made = bundle.parts([fail("reach", f"said {CANARY}", None)], "0.1.0", answered)
    told = json.dumps(made)
    assert CANARY not in told
    assert CANARY[4:30] not in told
    assert json.loads(made["config.json"])["providers"][0]["limits"] == {"usd_per_day": 5.0}
    assert "api.example.com" in made["config.json"]


def test_without_a_daemon_its_parts_say_so(full: Path) -> None:
    """What can be had is there."""
    made = bundle.parts([ok("python", "3")], "0.1.0", None)
    assert json.loads(made["status.json"]) == {"absent": "no daemon runs"}
    assert json.loads(made["doctor.json"])[0]["id"] == "python"


def test_a_refusal_of_the_daemon_is_a_part_that_says_so(full: Path) -> None:
    """One that is too old, for instance."""

    def refuse(method: str, params: dict[str, object]) -> dict[str, object]:
        raise CommandError("no such method")

    assert json.loads(bundle.parts([], "0.1.0", refuse)["quota.json"]) == {"absent": "no such method"}


def test_a_config_that_is_broken_is_left_out(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be read cannot be masked."""
    (home / "config.toml").write_text(f"key = {CANARY}")
    monkeypatch.setenv("SWITCHGEAR_CONFIG", str(home / "config.toml"))
    assert json.loads(bundle.parts([], "0", None)["config.json"]) == {"absent": "TOMLDecodeError"}


def test_the_archive_is_its_owners_alone_and_holds_every_part(tmp_path: Path) -> None:
    """Whatever the umask says."""
    path = tmp_path / "b.tar.gz"
    old = os.umask(0)
    try:
        size = bundle.write(str(path), {"a.json": "{}", "b.log": "ä"}, 1_800_000_000.0)
    finally:
        os.umask(old)
    assert (stat.S_IMODE(path.stat().st_mode), size) == (0o600, path.stat().st_size)
    with tarfile.open(path) as archive:
        assert archive.getnames() == ["switchgear-doctor/a.json", "switchgear-doctor/b.log"]


def test_an_existing_file_is_never_replaced(tmp_path: Path) -> None:
    """Nor written through a link."""
    path = tmp_path / "b.tar.gz"
    path.write_text("mine")
    with pytest.raises(CommandError, match="cannot write") as refused:
        bundle.write(str(path), {}, 0.0)
    assert "already" in refused.value.why
    assert path.read_text() == "mine"
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CommandError):
        bundle.write(str(tmp_path / "link"), {}, 0.0)
