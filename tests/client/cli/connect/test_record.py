"""What was done for a tool, kept so that it can be undone."""

import stat
from pathlib import Path

import pytest

from switchgear.cli.connect import record
from switchgear.cli.connect.piece import Piece
from switchgear.cli.connect.record import Kept, Record
from switchgear.cli.failed import CommandError

PIECES = [Piece('{"key": "sgw_secret"}', None, ("a", "b"), 1), Piece("x: 1\n", "y: 2\n")]
MADE = Record(
    "codex",
    [
        Kept("/x/a", "jsonc", b"old", 0o640, "digest", PIECES, "start", keys=True),
        Kept("/x/b", "yaml_text", None, None, "digest", []),
    ],
    "codex-2",
    "opus-4.6",
    variants=True,
)


def test_a_record_comes_back_as_it_was_but_for_the_token(home: Path) -> None:
    """Copies and all."""
    record.save(MADE)
    loaded = record.load("codex")
    assert loaded is not None
    assert loaded.kept[0].pieces[0].wrote == '{"key": "sgw_****"}'
    veiled = loaded.kept[0]._replace(pieces=PIECES)
    assert loaded._replace(kept=[veiled, loaded.kept[1]]) == MADE
    assert record.names() == ["codex"]


def test_it_is_private_and_holds_no_token(home: Path) -> None:
    """The folder and every file in it."""
    record.save(MADE)
    folder = Path(record.folder())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert not any(b"sgw_secret" in path.read_bytes() for path in folder.iterdir())


def test_dropped_nothing_is_left(home: Path) -> None:
    """The door's record is no tool's."""
    record.save(MADE)
    record.save(MADE._replace(name=record.DOOR))
    assert record.names() == ["codex"]
    record.drop(MADE)
    assert (record.load("codex"), record.names()) == (None, [])
    record.drop(MADE._replace(name=record.DOOR))
    assert list(Path(record.folder()).iterdir()) == []


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"v": 2}', '{"v": 1, "files": [{}]}'])
def test_a_broken_one_is_named(home: Path, text: str) -> None:
    """Nothing is guessed from it."""
    record.save(MADE)
    (Path(record.folder()) / "codex.json").write_text(text)
    with pytest.raises(CommandError, match=r"cannot read .*codex\.json"):
        record.load("codex")


@pytest.mark.parametrize("lost", [True, False])
def test_a_copy_that_is_not_what_it_was_is_not_put_back(home: Path, lost: bool) -> None:
    """Lost or changed."""
    record.save(MADE)
    copy = Path(record.backup_of(MADE, MADE.kept[0]))
    copy.unlink() if lost else copy.write_bytes(b"other")
    with pytest.raises(CommandError) as caught:
        record.load("codex")
    assert caught.value.why == f"{copy} is not the copy it was"


def test_a_folder_that_others_may_enter_is_refused(home: Path) -> None:
    """Before a copy is put there."""
    folder = Path(record.folder())
    folder.mkdir(parents=True)
    folder.parent.chmod(0o700)
    folder.chmod(0o755)
    with pytest.raises(CommandError, match="refusing to use"):
        record.save(MADE)
