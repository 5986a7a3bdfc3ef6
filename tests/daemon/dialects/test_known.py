"""The table of dialects, and that each is built like the others."""

import importlib
import re
from pathlib import Path

import pytest

from switchgeard import dialects
from switchgeard.dialects.known import DIALECTS, WIRES

MODULES = {"decode", "encode", "glimpse", "read", "write", "answer", "clean", "patch", "refuse", "usage"}
SPOKEN_TO = {"decode", "encode", "usage"}
PACKAGES = ["dialects", *(f"dialects.{name.replace('.', '_')}" for name in WIRES)]


@pytest.mark.parametrize("name", WIRES)
def test_a_dialect_goes_by_its_own_name(name: str) -> None:
    """Which is its package's too."""
    assert name == WIRES[name].NAME
    assert importlib.import_module(f"switchgeard.dialects.{name.replace('.', '_')}") is WIRES[name]


@pytest.mark.parametrize("name", WIRES)
def test_the_same_job_is_in_a_module_of_the_same_name(name: str) -> None:
    """Who knows one package finds his way in all."""
    assert modules(f"dialects.{name.replace('.', '_')}") >= (MODULES if name in DIALECTS else SPOKEN_TO)


@pytest.mark.parametrize("package", PACKAGES)
def test_the_map_of_a_package_names_each_of_its_modules(package: str) -> None:
    """And nothing that is not there."""
    doc = importlib.import_module(f"switchgeard.{package}").__doc__ or ""
    rows = re.findall(r"^ *([a-z_]+(?:, [a-z_]+)*)  +\S", doc, re.MULTILINE)
    assert {name for row in rows for name in row.split(", ")} == modules(package)


def modules(package: str) -> set[str]:
    folder = Path(dialects.__file__).parent.joinpath(*package.split(".")[1:])
    found = {path.stem for path in folder.glob("*.py")} | {path.parent.name for path in folder.glob("*/__init__.py")}
    return found - {"__init__"}
