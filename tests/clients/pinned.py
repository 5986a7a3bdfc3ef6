"""Which real clients there are, at which version, and where they are on this machine.

Rules for editing: stdlib only, because `install` runs before anything else is there. Versions stand in
pinned.toml alone; what is here in another version counts as absent.
"""

import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

ROOT = Path(__file__).parents[2]
PLACE = ROOT / ".clients"
VENV = PLACE / "venv"
PYTHON = VENV / "bin" / "python"

Registry = Literal["pypi", "npm", "node"]


@cache
def pins() -> dict[Registry, dict[str, str]]:
    """Registry -> client -> version."""
    table: Any = tomllib.loads(Path(__file__).with_name("pinned.toml").read_text())
    return cast("dict[Registry, dict[str, str]]", table)


def registry(client: str) -> Registry:
    """Where this client comes from. Raises SystemExit for a name nobody pinned."""
    for name, clients in pins().items():
        if client in clients:
            return name
    known = ", ".join(client for name, clients in pins().items() if name != "node" for client in clients)
    raise SystemExit(f"no client is called {client}: there are {known}")


def version(client: str) -> str:
    return pins()[registry(client)][client]


def here(client: str) -> bool:
    """It is installed, at its pinned version."""
    return _npm_has(client) if registry(client) == "npm" else _venv_has(client)


def program(name: str, client: str) -> Path:
    """A command this client brings."""
    return (PLACE / "node_modules" / ".bin" if registry(client) == "npm" else VENV / "bin") / name


def _npm_has(client: str) -> bool:
    try:
        said = json.loads((PLACE / "node_modules" / client / "package.json").read_text())
    except (OSError, ValueError):
        return False
    return bool(said.get("version") == version(client))


def _venv_has(client: str) -> bool:
    folder = f"{client.replace('-', '_')}-{version(client)}.dist-info"
    return any(VENV.glob(f"lib/python*/site-packages/{folder}/RECORD"))
