"""Opening the state file in every state it can be in."""

import os
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from fake_clock import EPOCH
from switchgeard.store.notice import Notice
from switchgeard.store.opening import open_file, open_memory
from switchgeard.store.schema import VERSION, version


def opened(path: Path) -> tuple[sqlite3.Connection | None, list[Notice]]:
    notices: list[Notice] = []
    return open_file(path, EPOCH, notices.append), notices


def written(path: Path) -> None:
    """A current file with one belief in it, and no journal beside it."""
    connection, _ = opened(path)
    assert connection is not None
    connection.execute("INSERT INTO beliefs VALUES ('pins', 'opus', x'01')")
    connection.close()


def pins(connection: sqlite3.Connection | None) -> int:
    assert connection is not None
    with closing(connection):
        return int(connection.execute("SELECT count(*) FROM beliefs").fetchone()[0])


def test_a_new_file_and_its_directory_are_for_us_only(tmp_path: Path) -> None:
    """Directory 0700, file and journals 0600, whatever the umask."""
    path = tmp_path / "deep" / "state" / "state.db"
    connection, notices = opened(path)
    assert connection is not None
    with closing(connection):
        connection.execute("INSERT INTO beliefs VALUES ('pins', 'opus', x'01')")
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes == {"state.db": 0o600, "state.db-wal": 0o600, "state.db-shm": 0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert notices == []


def test_a_file_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    """A restored backup with loose modes is tightened on opening."""
    path = tmp_path / "state" / "state.db"
    written(path)
    path.chmod(0o644)
    path.parent.chmod(0o755)
    assert pins(opened(path)[0]) == 1
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)) == (0o600, 0o700)


def test_it_runs_in_wal_with_normal_sync(tmp_path: Path) -> None:
    """The journal mode readers and the crash guarantees rely on."""
    connection, _ = opened(tmp_path / "state.db")
    assert connection is not None
    with closing(connection):
        pragmas = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    assert pragmas == ["wal", 1]


def test_opening_again_finds_what_was_written(tmp_path: Path) -> None:
    """Nothing is migrated twice."""
    written(tmp_path / "state.db")
    connection, notices = opened(tmp_path / "state.db")
    assert pins(connection) == 1
    assert notices == []


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda whole: b"not a database at all " * 100, id="garbage"),
        pytest.param(lambda whole: whole[:100], id="cut in the header"),
        pytest.param(lambda whole: whole[: len(whole) // 2], id="cut in half"),
        pytest.param(lambda whole: whole[:4096] + b"\xff" * (len(whole) - 4096), id="pages overwritten"),
        pytest.param(lambda whole: whole[:100] + b"\x00" * 400 + whole[500:], id="schema page zeroed"),
    ],
)
def test_a_damaged_file_is_kept_aside_and_a_clean_one_begun(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    """The damaged bytes stay for whoever can save them; the user reads where they are."""
    path = tmp_path / "state.db"
    written(path)
    broken = damage(path.read_bytes())
    path.write_bytes(broken)
    connection, notices = opened(path)
    aside = tmp_path / "state.db.corrupt-20270115T080000Z"
    assert pins(connection) == 0
    assert aside.read_bytes() == broken
    assert [notice.trouble for notice in notices] == ["corrupt"]
    assert aside.name in notices[0].message


def test_a_second_damaged_file_of_the_same_second_overwrites_nothing(tmp_path: Path) -> None:
    """Set aside twice: two files."""
    path = tmp_path / "state.db"
    for text in (b"first" * 200, b"second" * 200):
        path.write_bytes(text)
        connection, _ = opened(path)
        assert pins(connection) == 0
    kept = [file.read_bytes() for file in sorted(tmp_path.glob("state.db.corrupt-*"))]
    assert kept == [b"first" * 200, b"second" * 200]


def test_the_journal_of_a_damaged_file_goes_with_it(tmp_path: Path) -> None:
    """A stale journal beside a clean file would be replayed into it."""
    path = tmp_path / "state.db"
    path.write_bytes(b"junk" * 500)
    (tmp_path / "state.db-wal").write_bytes(b"journal")
    connection, _ = opened(path)
    assert pins(connection) == 0
    assert (tmp_path / "state.db.corrupt-20270115T080000Z-wal").read_bytes() == b"journal"


def test_a_newer_file_is_left_exactly_as_it_is(tmp_path: Path) -> None:
    """A downgrade must not write into what it does not understand, nor even make a journal."""
    path = tmp_path / "state.db"
    written(path)
    with closing(sqlite3.connect(path)) as later:
        later.execute(f"PRAGMA user_version = {VERSION + 1}")
        later.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    connection, notices = opened(path)
    assert connection is None
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before
    assert [notice.trouble for notice in notices] == ["newer"]
    assert f"version {VERSION + 1}" in notices[0].message


def test_a_newer_version_still_in_the_journal_is_seen_too(tmp_path: Path) -> None:
    """The header of the file lags behind its journal."""
    path = tmp_path / "state.db"
    written(path)
    with closing(sqlite3.connect(path)) as later:
        later.execute("PRAGMA journal_mode = WAL").fetchall()
        later.execute("PRAGMA wal_autocheckpoint = 0").fetchall()
        later.execute(f"PRAGMA user_version = {VERSION + 3}")
        connection, notices = opened(path)
    assert connection is None
    assert [notice.trouble for notice in notices] == ["newer"]


def test_a_locked_file_is_not_waited_for_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory stands in; the other process keeps its file."""
    monkeypatch.setattr("switchgeard.store.opening.TUNING", ("PRAGMA busy_timeout = 1",))
    path = tmp_path / "state.db"
    written(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        connection, notices = opened(path)
    assert connection is None
    assert [notice.trouble for notice in notices] == ["locked"]


def test_the_wait_for_a_lock_is_two_seconds(tmp_path: Path) -> None:
    """What the busy timeout is set to."""
    connection, _ = opened(tmp_path / "state.db")
    assert connection is not None
    with closing(connection):
        assert connection.execute("PRAGMA busy_timeout").fetchone()[0] == 2000


def test_a_place_that_cannot_be_written_leaves_memory(tmp_path: Path) -> None:
    """A file where the directory should be."""
    (tmp_path / "file").write_text("in the way")
    connection, notices = opened(tmp_path / "file" / "state.db")
    assert connection is None
    assert [notice.trouble for notice in notices] == ["unwritable"]


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """Nobody can make us write to a file of their choice."""
    target = tmp_path / "elsewhere"
    target.write_bytes(b"")
    (tmp_path / "state.db").symlink_to(target)
    connection, notices = opened(tmp_path / "state.db")
    assert connection is None
    assert target.read_bytes() == b""
    assert [notice.trouble for notice in notices] == ["unwritable"]


def test_memory_has_the_same_tables() -> None:
    """What stands in can do all the file can."""
    with closing(open_memory()) as connection:
        assert version(connection) == VERSION


def test_memory_is_bounded() -> None:
    """A daemon that runs for a year without a usable file."""
    with closing(open_memory()) as connection:
        pages, size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("max_page_count", "page_size"))
    assert pages * size == 64 << 20


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo], ids=["directory", "fifo"])
def test_what_is_no_file_at_all_is_left_alone(tmp_path: Path, make: Callable[[Path], None]) -> None:
    """SQLite would wait for a FIFO's writer for ever."""
    make(tmp_path / "state.db")
    connection, notices = opened(tmp_path / "state.db")
    assert (connection, [notice.trouble for notice in notices]) == (None, ["unwritable"])
