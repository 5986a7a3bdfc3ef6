"""Which service manager runs here, and what it is told of this machine."""

from __future__ import annotations

import os
import shutil
import sys

from switchgear.cli.failed import CommandError

from . import launchd, systemd

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    Keeper = systemd.Systemd | launchd.Launchd

KEEPERS = (systemd, launchd)
NAMES = (systemd.NAME, launchd.NAME, "none")
KEPT = ("SWITCHGEAR_CONFIG", "SWITCHGEAR_STATE", "SWITCHGEAR_SOCKET", "XDG_CONFIG_HOME", "XDG_STATE_HOME")
"""Variables that say where the daemon looks; into the unit only when asked."""


def choose(env: Mapping[str, str], wanted: str | None, keep_env: bool) -> Keeper | None:
    """The manager asked for, else the one that runs here; None: there is none."""
    name = wanted or _found(env)
    kept = {"PATH": search_path(env), **({n: env[n] for n in KEPT if env.get(n)} if keep_env else {})}
    if name == systemd.NAME:
        return systemd.Systemd(env, daemon_argv(), kept)
    if name == launchd.NAME:
        return launchd.Launchd(env, daemon_argv(), kept)
    return None


def _found(env: Mapping[str, str]) -> str | None:
    if sys.platform == "darwin":
        return launchd.NAME
    there = shutil.which("systemctl", path=env.get("PATH")) and systemd.reachable(env)
    return systemd.NAME if there else None


def absent(env: Mapping[str, str]) -> str:
    """Why there is none, in words."""
    if not shutil.which("systemctl", path=env.get("PATH")):
        return "this machine has no systemd"
    return f"no user manager of systemd answers in {systemd.runtime_dir(env)}"


def daemon_argv() -> list[str]:
    """This very installation's daemon; nothing is imported from wherever it is started (-P)."""
    if not os.path.isabs(sys.executable or ""):
        raise CommandError("cannot say which Python runs", "sys.executable is not a path", "switchgeard --help")
    return [sys.executable, "-P", "-m", "switchgeard"]


def search_path(env: Mapping[str, str]) -> str:
    """PATH as it is here, so that credential commands and Claude Code are found as in your shell."""
    return ":".join(dict.fromkeys(part for part in env.get("PATH", "").split(":") if part.startswith("/")))


def unseen(env: Mapping[str, str], keep_env: bool) -> list[str]:
    """Variables set in this shell that the service will not have."""
    return [] if keep_env else [name for name in KEPT if env.get(name)]
