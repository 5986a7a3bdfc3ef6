"""keyring_program: the child finds what the daemon found, and nothing else of the user's."""

import os
import site
import subprocess
import sys
from pathlib import Path

import pytest

from switchgeard.credentials.keyring_program import command_line, environment

KEYS = {"ANTHROPIC_API_KEY": "sk-CANARY-1", "OPENROUTER_TOKEN": "sk-CANARY-2", "AWS_SECRET_ACCESS_KEY": "CANARY"}
DESKTOP = {"HOME": "/home/u", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/run/user/1/bus", "WAYLAND_DISPLAY": "wayland-0"}
STEERING = {"PYTHON_KEYRING_BACKEND": "keyrings.alt.file.Keyring", "PYTHONSTARTUP": "x.py", "LD_PRELOAD": "x.so"}


def test_the_child_gets_what_a_secret_store_needs_and_no_key() -> None:
    """Names are allowed one by one: a variable nobody thought of stays behind."""
    given = environment(KEYS | DESKTOP | STEERING | {"SURPRISE": "1", "PYTHONPATH": "/tmp"})
    assert {name: given.pop(name) for name in DESKTOP} == DESKTOP
    assert set(given) <= {"PYTHONPATH"}
    assert "/tmp" not in given.get("PYTHONPATH", "").split(":")


def test_the_child_loads_our_modules_from_where_we_have_them(tmp_path: Path) -> None:
    """Started in a project's directory that has files of the same names, which are not looked at."""
    for name in ("switchgeard", "keyring", "msgspec", "json"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('taken from the working directory')")
    done = subprocess.run(
        command_line(),
        env=environment({"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path)}),
        cwd=tmp_path,
        input=b"{}",
        capture_output=True,
        timeout=60,
    )
    assert done.stderr == b""
    assert done.returncode == 0
    assert b"was not asked for anything it knows" in done.stdout


def test_the_users_own_packages_are_searched_only_if_we_searched_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """A daemon installed there would not find itself otherwise; in a virtual environment they are foreign."""
    monkeypatch.setattr(site, "ENABLE_USER_SITE", True)
    assert "-s" not in command_line()
    monkeypatch.setattr(site, "ENABLE_USER_SITE", False)
    assert command_line()[:3] == (sys.executable, "-P", "-s")


def test_a_package_the_interpreter_finds_by_itself_is_not_put_before_the_standard_library(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """PYTHONPATH is for a checkout; an installed daemon has none."""
    places = environment({})["PYTHONPATH"].split(":") if "PYTHONPATH" in environment({}) else []
    monkeypatch.setattr(site, "getsitepackages", lambda: [*places, *sys.path])
    assert environment({}) == {}
