"""Installs the real clients the tests drive, at their pinned versions, under .clients/: `make clients`.

    python -m clients.install [CLIENT ...]       all of them, or the named ones

What is there at its version is not fetched again. Rules for editing: stdlib only.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from clients.pinned import PLACE, PYTHON, VENV, Registry, here, pins, registry, version

PATIENCE = 600.0  # seconds for one fetch
TRUST = Path("/etc/ssl/certs/ca-certificates.crt")  # node has roots of its own and asks for the machine's by name


def install(clients: Iterable[str]) -> None:
    """Bring these here. Raises SystemExit with what to do when a registry gives them not."""
    wanted = [client for client in clients if not here(client)]
    _pip([client for client in wanted if registry(client) == "pypi"])
    _npm([client for client in wanted if registry(client) == "npm"])
    if absent := [client for client in wanted if not here(client)]:
        raise SystemExit(f"not installed, though nothing failed: {', '.join(absent)}")


def _pip(clients: list[str]) -> None:
    if not clients:
        return
    if not PYTHON.exists():
        _run([sys.executable, "-m", "venv", str(VENV)])
    _say(clients)
    exact = [f"{client}=={version(client)}" for client in clients]
    _run([str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *exact])


def _npm(clients: list[str]) -> None:
    """All in one folder; each brings its program for this platform as an optional dependency."""
    if not clients:
        return
    npm = _npm_program()
    _say(clients)
    exact = [f"{client}@{version(client)}" for client in clients]
    # Their install scripts put the platform's program into place.
    quiet = ["--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error", "--ignore-scripts=false"]
    _run([npm, "install", "--prefix", str(PLACE), *quiet, *exact])


def _npm_program() -> str:
    """npm as the machine has it, else the one from PyPI."""
    if found := shutil.which("npm"):
        return found
    _pip([client for client in pins()["node"] if not here(client)])
    return str(VENV / "bin" / "npm")


def _say(clients: list[str]) -> None:
    sys.stderr.write(f"fetching {', '.join(clients)} into {PLACE.name}/ ...\n")


def _run(argv: list[str]) -> None:
    path = os.pathsep.join((os.environ["PATH"], str(VENV / "bin")))  # npm needs node, wherever that is
    trust = {"NODE_EXTRA_CA_CERTS": str(TRUST)} if TRUST.exists() else {}
    done = subprocess.run(argv, env=trust | os.environ | {"PATH": path}, timeout=PATIENCE, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(argv[:3])} ... failed; the clients come from PyPI and the npm registry")


def everything() -> list[str]:
    sources: tuple[Registry, ...] = ("pypi", "npm")
    return [client for source in sources for client in pins()[source]]


if __name__ == "__main__":
    install(sys.argv[1:] or everything())
