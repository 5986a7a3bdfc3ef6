"""Connected tools: whether what was written is still there and still opens the door."""

from pathlib import Path

import pytest

from switchgear.cli.connect import files, record
from switchgear.cli.connect.piece import Piece
from switchgear.cli.connect.record import Kept, Record
from switchgear.cli.doctor.tools import tools

AFTER = b'{"base": "http://127.0.0.1:8317"}\n'


@pytest.fixture
def config(home: Path) -> Path:
    """A tool's file as connect left it."""
    path = home / "tool.json"
    path.write_bytes(AFTER)
    pieces = [Piece('"http://127.0.0.1:8317"', None, ("base",))]
    kept = Kept(str(path), "jsonc", None, None, files.digest(AFTER), pieces)
    record.save(Record("opencode", [kept], token="opencode"))
    return path


def test_none_connected_is_no_fault(home: Path) -> None:
    """It names the command."""
    (found,) = tools(lambda: None)
    assert (found.verdict, found.hint) == ("skipped", "switchgear connect")


def test_a_tool_as_it_was_left_is_well(config: Path) -> None:
    """With and without a daemon to ask for tokens."""
    assert [one.verdict for one in tools(lambda: {"opencode"})] == ["ok"]
    assert [one.verdict for one in tools(lambda: None)] == ["ok"]


def test_a_revoked_token_is_a_failure(config: Path) -> None:
    """The tool would be turned away."""
    (found,) = tools(set)
    assert (found.verdict, found.hint, found.about) == ("fail", "switchgear connect opencode", "opencode")


def test_what_the_tool_adds_is_its_own_affair(config: Path) -> None:
    """Only our part counts."""
    config.write_text('{"base": "http://127.0.0.1:8317", "theme": "dark"}\n')
    assert [one.verdict for one in tools(lambda: None)] == ["ok"]


@pytest.mark.parametrize("text", ['{"base": "http://elsewhere"}', "{ broken"])
def test_our_part_changed_or_unreadable_is_a_warning(config: Path, text: str) -> None:
    """It may be meant."""
    config.write_text(text)
    assert [one.verdict for one in tools(lambda: None)] == ["warn"]


def test_a_file_that_is_gone_is_a_warning(config: Path) -> None:
    """The tool was removed, or its settings reset."""
    config.unlink()
    (found,) = tools(lambda: None)
    assert (found.verdict, "is gone" in found.evidence) == ("warn", True)
