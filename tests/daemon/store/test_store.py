"""The store as the daemon uses it."""

import sqlite3
import threading
from pathlib import Path

import pytest
import trio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fake_clock import EPOCH, ManualClock
from ledger_rows import row
from switchgear_protocol.messages import UsageQuery
from switchgeard.rpc_error import RpcError
from switchgeard.store import TOPICS, Store
from switchgeard.store.opening import open_file

CLOCK = ManualClock()
DAY = 86_400.0


async def attempts(store: Store) -> int:
    total = (await store.usage(UsageQuery())).total
    assert total is not None
    return total.attempts


async def test_what_was_believed_and_recorded_is_there_after_a_restart(tmp_path: Path) -> None:
    """The whole point of the file."""
    path = tmp_path / "state.db"
    async with Store.open(path, CLOCK) as store:
        assert store.load() == {topic: {} for topic in TOPICS}
        assert await store.record(row()) is True
        store.put("circuits", "api.anthropic.com", b"{}")
        store.put("pins", "opus", b"1")
        store.put("pins", "opus", None)
    async with Store.open(path, CLOCK) as store:
        assert store.load()["circuits"] == {"api.anthropic.com": b"{}"}
        assert store.load()["pins"] == {}
        assert await attempts(store) == 1
        assert store.take_notices() == []


async def test_an_acknowledged_row_is_in_the_file_without_an_orderly_end(tmp_path: Path) -> None:
    """Another reader sees it the moment the answer is True."""
    async with Store.open(tmp_path / "state.db", CLOCK) as store:
        assert await store.record(row()) is True
        reader = sqlite3.connect(tmp_path / "state.db")
        found = reader.execute("SELECT request FROM attempts").fetchall()
        reader.close()
    assert found == [("r1",)]


async def test_a_flush_puts_beliefs_on_disk_now(tmp_path: Path) -> None:
    """For SIGTERM and for tests."""
    async with Store.open(tmp_path / "state.db", CLOCK) as store:
        store.put("windows", "w", b"1")
        assert await store.flush() is True
        reader = sqlite3.connect(tmp_path / "state.db")
        found = reader.execute("SELECT topic, key, value FROM beliefs").fetchall()
        reader.close()
    assert found == [("windows", "w", b"1")]


async def test_a_misspelt_topic_fails_at_once(tmp_path: Path) -> None:
    """It would be written where nobody reads it."""
    async with Store.open(tmp_path / "state.db", CLOCK) as store:
        with pytest.raises(ValueError, match="circuit"):
            store.put("circuit", "k", b"")


async def test_a_key_that_is_no_text_fails_at_once(tmp_path: Path) -> None:
    """And not the commit it would have been part of."""
    async with Store.open(tmp_path / "state.db", CLOCK) as store:
        with pytest.raises(ValueError, match="surrogates"):
            store.put("pins", "\ud800", b"")
        assert await store.flush() is True


async def test_in_memory_it_does_everything_but_last() -> None:
    """What a daemon without a usable file runs on."""
    async with Store.open(None, CLOCK) as store:
        assert store.path is None
        assert await store.record(row()) is True
        store.put("pins", "opus", b"1")
        assert await store.flush() is True
        assert await attempts(store) == 1
        created = await store.tokens.create("zed")
        assert store.tokens.check(created.token) == "zed"


async def test_a_newer_file_leaves_it_alone_and_says_so(tmp_path: Path) -> None:
    """The daemon runs on, in memory, and the user reads why."""
    path = tmp_path / "state.db"
    connection = open_file(path, EPOCH, lambda notice: None)
    assert connection is not None
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    async with Store.open(path, CLOCK) as store:
        notice = await store.next_notice()
        assert (store.path, notice.trouble) == (None, "newer")
        assert await store.record(row()) is True


async def test_a_truly_full_disk_holds_nobody_up_and_loses_nothing(tmp_path: Path) -> None:
    """SQLite itself says full; requests go on; with space again every row is there."""
    async with Store.open(tmp_path / "state.db", CLOCK) as store:
        await store._writer.call(lambda connection: connection.execute("PRAGMA max_page_count = 1").fetchone())
        rows = [row(f"r{n}", alias="x" * 2000) for n in range(50)]
        answers = [await store.record(one) for one in rows]
        assert False in answers
        assert await store.flush() is False
        assert (await store.next_notice()).trouble == "write_failed"
        # Only the connection itself can lift its own limit, and its jobs run inside a transaction: both are allowed.
        store._writer.connection.execute("PRAGMA max_page_count = 1000000").fetchone()
        assert await store.flush() is True
        assert await attempts(store) == 50
        assert (await store.next_notice()).trouble == "recovered"


async def test_a_lock_held_by_another_process_is_survived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A backup tool holds the file: rows wait, and are written when it lets go."""
    monkeypatch.setattr("switchgeard.store.opening.TUNING", ("PRAGMA journal_mode = WAL", "PRAGMA busy_timeout = 1"))
    async with Store.open(tmp_path / "state.db", CLOCK) as store:
        other = sqlite3.connect(tmp_path / "state.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert await store.record(row()) is False
        assert await attempts(store) == 0
        other.execute("COMMIT")
        other.close()
        assert await store.flush() is True
        assert await attempts(store) == 1


async def test_old_rows_are_pruned_when_the_file_is_opened(tmp_path: Path) -> None:
    """The ledger does not grow for ever."""
    async with Store.open(tmp_path / "state.db", CLOCK) as store:
        await store.record(row("old", at=EPOCH - 500 * DAY))
        await store.record(row("new"))
    async with Store.open(tmp_path / "state.db", CLOCK) as store:
        assert await attempts(store) == 1


async def test_usage_that_cannot_be_read_is_a_clear_error(tmp_path: Path) -> None:
    """The file vanished under the running daemon."""
    path = tmp_path / "state.db"
    async with Store.open(path, CLOCK) as store:
        path.unlink()
        with pytest.raises(RpcError, match="the ledger cannot be read"):
            await store.usage(UsageQuery())


async def test_reading_does_not_hold_up_writing(tmp_path: Path) -> None:
    """A long sum over the ledger, and rows are acknowledged meanwhile."""
    path = tmp_path / "state.db"
    async with Store.open(path, CLOCK) as store:
        reader = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM attempts").fetchone()
        assert await store.record(row()) is True
        reader.close()


async def test_an_end_leaves_no_thread_and_no_journal(tmp_path: Path) -> None:
    """Closed twice is closed once."""
    store = Store.open(tmp_path / "state.db", CLOCK)
    await store.record(row())
    await store.aclose()
    await store.aclose()
    assert "switchgeard-store" not in {thread.name for thread in threading.enumerate()}
    assert [file.name for file in tmp_path.iterdir()] == ["state.db"]


async def test_a_cancelled_end_is_still_an_end(tmp_path: Path) -> None:
    """Shutdown's own deadline passed: the rows get written all the same."""
    store = Store.open(tmp_path / "state.db", CLOCK)
    with trio.CancelScope() as scope:
        scope.cancel()
        await store.aclose()
    assert [file.name for file in tmp_path.iterdir()] == ["state.db"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(flips=st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 255)), min_size=1, max_size=8))
def test_flipped_bytes_never_stop_a_start(
    tmp_path_factory: pytest.TempPathFactory, flips: list[tuple[int, int]]
) -> None:
    """Whatever is flipped, the daemon has a store that takes rows or says that it cannot."""
    path = tmp_path_factory.mktemp("flip") / "state.db"
    trio.run(_fill, path)
    whole = bytearray(path.read_bytes())
    for place, mask in flips:
        whole[place % len(whole)] ^= mask
    path.write_bytes(whole)
    trio.run(_use, path)


async def _fill(path: Path) -> None:
    async with Store.open(path, CLOCK) as store:
        for n in range(20):
            await store.record(row(f"r{n}"))
        store.put("pins", "opus", b"1")
        await store.tokens.create("zed")


async def _use(path: Path) -> None:
    async with Store.open(path, CLOCK) as store:
        taken = await store.record(row("after"))
        assert set(store.load()) == set(TOPICS)
        assert taken or store.take_notices()
