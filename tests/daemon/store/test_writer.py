"""The writer's thread: group commit, write-behind, and a disk that refuses."""

import sqlite3
import threading
from functools import partial

import pytest
import trio

from ledger_rows import row
from moody_disk import PATIENCE, inserted, kept, running
from promptly import own_time
from switchgeard.store import StorageFailed, ledger
from switchgeard.store.writer import BATCH, SOON, Job, Work, Writer


def troubles(writer: Writer) -> list[str]:
    return [notice.trouble for notice in writer.notices.take()]


async def test_a_row_is_acknowledged_once_committed() -> None:
    """True comes after COMMIT, not after the insert."""
    with running() as (writer, disk):
        assert await writer.keep(inserted("r1")) is True
        assert disk.commits == 1
        assert await writer.call(kept) == ["r1"]


async def test_rows_that_queue_up_share_one_commit() -> None:
    """While the disk is busy with one row, a hundred more arrive: two commits in all."""
    with running() as (writer, disk):
        disk.held = threading.Event()
        async with trio.open_nursery() as nursery:
            for n in range(100):
                nursery.start_soon(writer.keep, inserted(f"r{n}"))
            await trio.testing.wait_all_tasks_blocked()
            disk.held.set()
        assert disk.commits <= 2
        assert len(await writer.call(kept)) == 100  # type: ignore[arg-type]


async def test_the_log_is_moved_into_the_file_when_it_is_quiet() -> None:
    """Once after the last commit, with no row waiting for it; then nothing wakes the thread."""
    with running(flush_after=0.01) as (writer, disk):
        await writer.keep(inserted("r1"))
        assert disk.tidied.wait(PATIENCE)
        disk.tidied.clear()
        assert not disk.tidied.wait(0.1)
        await writer.keep(inserted("r2"))
        assert disk.tidied.wait(PATIENCE)


async def test_rows_of_a_crowd_share_a_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each waits a moment for those of the others, though the disk is free; all are told together."""
    monkeypatch.setattr("switchgeard.store.writer.TOGETHER", 0.5)
    with running() as (writer, disk):
        async with trio.open_nursery() as nursery:
            for n in range(8):
                nursery.start_soon(partial(writer.keep, inserted(f"r{n}"), shield=True, crowded=True))
        assert disk.commits == 1
        assert len(await writer.call(kept)) == 8  # type: ignore[arg-type]


async def test_who_waits_alone_does_not_wait_for_a_crowd(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row by itself ends the moment for all."""
    monkeypatch.setattr("switchgeard.store.writer.TOGETHER", 3600.0)
    with running() as (writer, _), trio.fail_after(PATIENCE):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(partial(writer.keep, inserted("r1"), shield=True, crowded=True))
            await trio.testing.wait_all_tasks_blocked()
            assert await writer.keep(inserted("r2")) is True


async def test_a_row_of_a_crowd_outlasts_a_cancellation() -> None:
    """Its request is over; the row is kept, and that is known."""
    with running() as (writer, _), trio.CancelScope() as scope:
        scope.cancel()
        assert await writer.keep(inserted("r1"), shield=True, crowded=True) is True
    assert not scope.cancelled_caught


async def test_a_transaction_is_bounded() -> None:
    """A flood is cut into batches, so that the first does not wait for the last."""
    with running() as (writer, disk):
        disk.held = threading.Event()
        for n in range(2 * BATCH):
            writer.post(Job(inserted(f"r{n}")))
        disk.held.set()
        assert len(await writer.call(kept)) == 2 * BATCH  # type: ignore[arg-type]
        assert disk.commits >= 2


async def test_a_job_that_fails_by_itself_hurts_no_other() -> None:
    """Its own caller gets the error; its neighbours in the transaction are committed."""

    def broken(connection: sqlite3.Connection) -> None:
        raise KeyError("mine")

    with running() as (writer, disk):
        disk.held = threading.Event()
        answers: list[bool] = []

        async def keep() -> None:
            answers.append(await writer.keep(inserted("r1")))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(keep)
            await trio.testing.wait_all_tasks_blocked()
            nursery.start_soon(_raises, KeyError, writer, broken)
            await trio.testing.wait_all_tasks_blocked()
            disk.held.set()
        assert answers == [True]
        assert await writer.call(kept) == ["r1"]


async def _raises(kind: type[Exception], writer: Writer, work: Work) -> None:
    with pytest.raises(kind):
        await writer.call(work)


async def test_beliefs_ride_with_the_next_commit() -> None:
    """A row's commit takes them along; only the newest value is written."""
    with running(flush_after=3600.0) as (writer, disk):
        for value in (b"1", b"2", b"3"):
            writer.put("pins", "opus", value)
        await writer.keep(inserted("r1"))
        assert disk.commits == 1
        assert await writer.call(_pins) == [("opus", b"3")]


def _pins(connection: sqlite3.Connection) -> object:
    return connection.execute("SELECT key, value FROM beliefs WHERE topic = 'pins'").fetchall()


def test_beliefs_go_by_themselves_after_a_moment() -> None:
    """Nobody records anything, and they are on disk all the same."""
    with running(flush_after=0.001) as (writer, disk):
        writer.put("pins", "opus", b"1")
        assert disk.committed.wait(PATIENCE)
        assert _pins(disk) == [("opus", b"1")]


def test_the_moment_is_not_put_off_by_further_changes() -> None:
    """The deadline is the first change's: a stream of changes cannot keep them off the disk."""
    with running(flush_after=0.05) as (writer, disk):
        for n in range(1_000_000):
            writer.put("pins", "opus", b"%d" % n)
            if disk.committed.is_set():
                break
        assert disk.committed.is_set()


async def test_with_nothing_to_write_the_thread_has_no_timer() -> None:
    """An idle daemon must not wake up, but for the once after a commit."""
    with running(flush_after=0.001) as (writer, _):
        await writer.keep(inserted("r1"))
        assert any(writer._dozing for _ in range(10_000_000))


async def test_a_belief_right_after_a_commit_wakes_nobody() -> None:
    """The thread has a timer then, and at its end writes what has come."""
    with running(flush_after=0.2) as (writer, disk):
        await writer.keep(inserted("r1"))
        disk.committed.clear()
        writer._wake.notify = lambda n=1: pytest.fail("woken")  # type: ignore[method-assign]
        writer.put("pins", "opus", b"1")
        del writer._wake.notify
        assert disk.committed.wait(PATIENCE)
        assert _pins(disk) == [("opus", b"1")]


async def test_a_full_disk_does_not_stop_requests() -> None:
    """The first row is answered False after the refusal, later ones at once; one notice in all."""
    with running(retry_after=3600.0) as (writer, disk):
        disk.full = True
        assert [await writer.keep(inserted(f"r{n}")) for n in range(5)] == [False] * 5
        assert troubles(writer) == ["write_failed"]
        assert disk.commits == 0


async def test_refused_rows_are_written_when_space_returns() -> None:
    """Every row of the bad time, then the all-clear."""
    with running(retry_after=3600.0) as (writer, disk):
        disk.full = True
        for n in range(5):
            await writer.keep(inserted(f"r{n}"))
        writer.put("pins", "opus", b"1")
        disk.full = False
        await writer.call(lambda connection: None)  # any job is a fresh try
        assert await writer.call(kept) == [f"r{n}" for n in range(5)]
        assert await writer.call(_pins) == [("opus", b"1")]
        assert troubles(writer) == ["write_failed", "recovered"]
        assert await writer.keep(inserted("r5")) is True


async def test_the_writer_tries_again_by_itself() -> None:
    """No new request is needed to get the rows onto the disk."""
    with running(retry_after=0.001) as (writer, disk):
        disk.full = True
        assert await writer.keep(inserted("r1")) is False
        disk.committed.clear()
        disk.full = False
        assert await trio.to_thread.run_sync(disk.committed.wait, PATIENCE)
        assert await writer.call(kept) == ["r1"]


async def test_a_newer_belief_is_not_overwritten_by_a_refused_older_one() -> None:
    """The refused value goes back behind what was put since."""
    with running(retry_after=3600.0) as (writer, disk):
        disk.full = True
        writer.put("pins", "opus", b"old")
        assert await writer.keep(inserted("r1")) is False
        writer.put("pins", "opus", b"new")
        disk.full = False
        await writer.call(lambda connection: None)
        assert await writer.call(_pins) == [("opus", b"new")]


async def test_a_belief_that_cannot_be_written_does_not_stop_the_others() -> None:
    """It goes; the next commit is as good as any."""
    with running(retry_after=3600.0, flush_after=3600.0) as (writer, _):
        writer.put("pins", "poison", object())  # type: ignore[arg-type]
        assert await writer.keep(inserted("r1")) is False
        await writer.call(lambda connection: None)
        assert await writer.call(kept) == ["r1"]
        assert troubles(writer) == ["write_failed", "recovered"]


async def test_a_job_that_must_be_known_fails_loudly() -> None:
    """`call` says that it was not committed."""
    with running() as (writer, disk):
        disk.full = True
        with pytest.raises(StorageFailed, match="disk is full"):
            await writer.call(inserted("r1"))


async def test_the_backlog_is_bounded_and_gives_up_the_oldest() -> None:
    """Counted, said once, and said again with the number when all is well."""
    with running(queue=3, retry_after=3600.0) as (writer, disk):
        disk.full = True
        for n in range(5):
            await writer.keep(inserted(f"r{n}"))
        disk.full = False
        await writer.call(lambda connection: None)
        assert await writer.call(kept) == ["r2", "r3", "r4"]
        notices = writer.notices.take()
    assert [(notice.trouble, notice.dropped) for notice in notices] == [
        ("write_failed", 0),
        ("dropped", 1),
        ("recovered", 2),
    ]


async def test_beliefs_are_bounded_and_give_up_the_oldest() -> None:
    """A flood of keys cannot eat the memory."""
    with running(queue=2, flush_after=3600.0) as (writer, _):
        for n in range(4):
            writer.put("pins", f"k{n}", b"1")
        await writer.call(lambda connection: None)
        assert await writer.call(_pins) == [("k2", b"1"), ("k3", b"1")]
        assert troubles(writer) == ["dropped"]


async def test_the_queue_is_bounded_while_the_disk_holds_still() -> None:
    """The oldest waiting row is answered False rather than the queue growing."""
    with running(queue=2) as (writer, disk):
        disk.held = threading.Event()
        answers: dict[str, bool] = {}

        async def keep(name: str) -> None:
            answers[name] = await writer.keep(inserted(name))

        async with trio.open_nursery() as nursery:
            writer.post(Job(inserted("first")))
            while writer._jobs:  # until the thread has taken it and holds still
                await trio.lowlevel.checkpoint()
            for name in ("a", "b", "c", "d"):
                nursery.start_soon(keep, name)
                await trio.testing.wait_all_tasks_blocked()
            assert answers == {"a": False, "b": False}
            disk.held.set()
        assert answers == {"a": False, "b": False, "c": True, "d": True}


async def test_a_cancelled_wait_still_writes_the_row() -> None:
    """The client left; what happened is recorded all the same."""
    with running() as (writer, disk):
        disk.held = threading.Event()
        with trio.move_on_after(0):
            await writer.keep(inserted("r1"))
        disk.held.set()
        assert await writer.call(kept) == ["r1"]


@pytest.mark.parametrize("fault", [sqlite3.OperationalError("database is locked"), sqlite3.DatabaseError("malformed")])
async def test_every_fault_of_the_file_is_a_refusal(fault: Exception) -> None:
    """Locked, I/O error, read-only, damaged: the same road, and nothing half-written."""

    def faulty(connection: sqlite3.Connection) -> None:
        ledger.insert(connection, row("half"))
        raise fault

    with running(retry_after=3600.0) as (writer, _):
        with pytest.raises(StorageFailed, match=str(fault)):
            await writer.call(faulty)
        assert await writer.call(kept) == []


def test_closing_writes_what_waits_and_ends_the_thread() -> None:
    """Nothing queued is lost by an orderly end."""
    seen: list[list[str]] = []
    with running(flush_after=3600.0) as (writer, disk):
        for n in range(3):
            writer.post(Job(inserted(f"r{n}")))
        writer.put("pins", "opus", b"1")
        writer.post(Job(lambda connection: seen.append(kept(connection))))
        thread = writer._thread
        writer.close()
        assert thread is not None
        assert not thread.is_alive()
    assert seen == [["r0", "r1", "r2"]]
    with pytest.raises(sqlite3.ProgrammingError):
        disk.execute("SELECT 1")


def test_closing_while_the_disk_refuses_says_what_is_lost() -> None:
    """It ends all the same."""
    with running(flush_after=3600.0) as (writer, disk):
        disk.full = True
        writer.put("pins", "opus", b"1")
        writer.close()
        assert troubles(writer) == ["write_failed", "dropped"]


async def test_after_closing_rows_are_refused_and_calls_fail() -> None:
    """Late ones do not wait for ever."""
    with running() as (writer, _):
        writer.close()
        assert await writer.keep(inserted("r1")) is False
        with pytest.raises(StorageFailed, match="closed"):
            await writer.call(inserted("r1"))


def test_an_answer_nobody_waits_for_any_more_is_dropped() -> None:
    """The loop ended before the disk did."""
    with running() as (writer, disk):
        disk.held = threading.Event()

        async def leave() -> None:
            with trio.move_on_after(0):
                await writer.keep(inserted("r1"))

        trio.run(leave)
        disk.held.set()
        assert disk.committed.wait(PATIENCE)
        assert kept(disk) == ["r1"]


def test_keeping_is_quick() -> None:
    """An idle writer answers in a thread hop: no batching delay hides in it."""

    async def many() -> float:
        with running() as (writer, _):
            began = trio.current_time()
            for n in range(50):
                await writer.keep(inserted(f"r{n}"))
            return (trio.current_time() - began) / 50

    assert trio.run(many) < 0.1


async def test_a_quick_commit_is_waited_for_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even a cancelled task is interrupted, so nothing comes between the row and what follows."""
    monkeypatch.setattr("switchgeard.store.writer.SOON", PATIENCE)  # quick, whatever the machine does
    with running() as (writer, _), trio.CancelScope() as scope:
        scope.cancel()
        assert await writer.keep(inserted("r1")) is True
    assert not scope.cancelled_caught


async def test_a_slow_disk_stops_the_event_loop_once_and_not_for_long() -> None:
    """The first row waits in place in vain; those behind it let others work meanwhile."""
    with running() as (writer, disk):
        disk.held = threading.Event()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(writer.keep, inserted("r0"))
            await trio.testing.wait_all_tasks_blocked()
            began = own_time()
            for n in range(200):
                nursery.start_soon(writer.keep, inserted(f"r{n}"))
            await trio.testing.wait_all_tasks_blocked()
            assert own_time() - began < 100 * SOON
            disk.held.set()


async def test_a_shielded_wait_outlasts_a_cancellation() -> None:
    """The row is written before whoever asked is gone."""
    with running() as (writer, disk):
        disk.held = threading.Event()
        async with trio.open_nursery() as nursery:

            async def keep() -> None:
                assert await writer.keep(inserted("r1"), shield=True) is True

            nursery.start_soon(keep)
            await trio.testing.wait_all_tasks_blocked()
            nursery.cancel_scope.cancel()
            disk.held.set()
        assert disk.commits == 1
