"""The docstring of a package is its map: who opens one learns of every module in it."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOTS = ("protocol/switchgear_protocol", "client/switchgear", "daemon/switchgeard")
TOP = ROOT / "daemon/switchgeard"  # its map is docs/design.md's table of layers
TABLES = {"kinds", "command", "connect"}  # a module a row: the table in the package, or its map, has the rule
PACKAGES = [found.parent for root in ROOTS for found in sorted((ROOT / root).rglob("__init__.py"))]


def words(package: Path) -> set[str]:
    text = ast.get_docstring(ast.parse((package / "__init__.py").read_text())) or ""
    if package == TOP:
        text += (ROOT / "docs/design.md").read_text()
    return set(re.findall(r"\w+", text))


@pytest.mark.parametrize("package", [p for p in PACKAGES if p.name not in TABLES], ids=lambda p: p.name)
def test_a_package_says_what_its_modules_are(package: Path) -> None:
    """Each by its name; a new one is not there before it is on the map."""
    modules = {path.stem for path in package.glob("*.py")} - {"__init__", "__main__"}
    assert modules - words(package) == set()
