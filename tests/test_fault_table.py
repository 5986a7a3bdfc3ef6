"""docs/faults.md keeps its word: every fault has a row, and every test a row names exists."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "faults.md"
ROW = re.compile(r"^\| (F\d+) \| (.+?) \| (.+?) \|(.*)\|$", re.MULTILINE)
ID = re.compile(r"`([\w/]+\.py)::(test_\w+)(?:\[([^\]]+)\])?`")
ROWS = {found[1]: (found[3], ID.findall(found[4])) for found in ROW.finditer(PAGE.read_text())}
NAMED = sorted({named for _, ids in ROWS.values() for named in ids})


@cache
def source(path: str) -> tuple[str, frozenset[str]]:
    """The text of a test module and the functions in it."""
    text = (TESTS / path).read_text()
    functions = ast.FunctionDef | ast.AsyncFunctionDef
    return text, frozenset(node.name for node in ast.parse(text).body if isinstance(node, functions))


def test_every_fault_has_one_row() -> None:
    """F1 to the last one; none twice, none left out."""
    rows = [found[1] for found in ROW.finditer(PAGE.read_text())]
    assert sorted(rows, key=lambda name: int(name[1:])) == [f"F{number}" for number in range(1, len(rows) + 1)]


@pytest.mark.parametrize("fault", ROWS)
def test_a_row_has_a_test_or_says_that_it_is_later_work(fault: str) -> None:
    """Nothing is claimed without a test that produces it."""
    what, ids = ROWS[fault]
    assert ids or what.startswith("later work")


@pytest.mark.parametrize(("path", "name", "case"), NAMED)
def test_a_test_that_a_row_names_exists(path: str, name: str, case: str) -> None:
    """The function is in the module, and so is the case in brackets."""
    text, functions = source(path)
    assert name in functions
    assert not case or f'"{case}"' in text
