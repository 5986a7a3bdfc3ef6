"""The writer: one thread that owns the database's writing connection.

Group commit: whatever is queued when the thread is free goes into one transaction. A commit takes about as
long as two turns of the event loop, so a row that comes alone is waited for in place, SOON at most: that saves
the turns. A disk that is slower is waited for as trio does it, and tried in place again only after RESPITE
rows. A row of a crowd waits TOGETHER for those of the others instead: one commit, and one wake-up of the event
loop, for all of them.

Beliefs ride along with the next commit, or go by themselves within FLUSH_AFTER seconds. After a commit the
thread sleeps with that timer once, so that a belief of the next request wakes nobody; then it moves the log into
the file, which takes longer than a hundred commits, and sleeps without.

When the disk refuses (full, read-only, I/O error, locked) requests must not wait for it: waiting
rows are answered "not kept" at once, held in a bounded backlog, and tried again with the next job
or every RETRY_AFTER seconds. The oldest go first when the backlog is full.

Rules for editing: everything under `_wake` is quick; SQLite is only touched by the thread, outside
of the lock. A job that raises its own error must raise before it writes anything.
"""

import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import trio

from . import beliefs
from .notice import Notice, Notices
from .reply import Reply

FLUSH_AFTER = 0.4  # seconds a belief may be newer than the file
RETRY_AFTER = 5.0  # seconds between tries while the disk refuses
QUEUE = 10_000  # jobs, backlog and beliefs each
BATCH = 1_000  # jobs in one transaction: bounds how long the first one waits
SOON = 0.005  # seconds the event loop stands still for a commit, at most: a busy core, not the disk, takes some
RESPITE = 100  # rows
TOGETHER = 0.002  # seconds a row of a crowd waits for others

Work = Callable[[sqlite3.Connection], object]


class StorageFailed(Exception):
    """The database did not take it; the text says why."""


@dataclass(slots=True)
class Job:
    work: Work
    reply: Reply | None = None
    keep: bool = False  # answered False and tried again later when the disk refuses it

    def settle(self, value: object, error: Exception | None = None) -> Reply | None:
        """The reply that is settled now; its waiter is yet to be woken."""
        reply, self.reply = self.reply, None
        if reply is not None:
            reply.settle(value, error)
        return reply


@dataclass(slots=True)
class Writer:
    """Owns `connection` from `start` to `close`."""

    connection: sqlite3.Connection
    notices: Notices
    flush_after: float = FLUSH_AFTER
    retry_after: float = RETRY_AFTER
    queue: int = QUEUE
    _jobs: deque[Job] = field(default_factory=deque)
    _backlog: deque[Job] = field(default_factory=deque)  # refused once, kept to be tried again
    _changes: dict[tuple[str, str], bytes | None] = field(default_factory=dict)
    _dropped: int = 0
    _trouble: bool = False  # the last commit was refused
    _crowded: bool = False  # the last row was one of many at the same time
    _gathering: bool = False  # the thread waits for more of them
    _untidy: bool = False  # the log holds what the file does not
    _dozing: bool = False  # the thread sleeps without a timer
    _respite: int = 0  # rows until one is waited for in place again
    _closing: bool = False
    _wake: threading.Condition = field(default_factory=threading.Condition)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="switchgeard-store", daemon=True)
        self._thread.start()

    # --- from the trio side ---------------------------------------------------------------------

    async def keep(self, work: Work, *, shield: bool = False, crowded: bool = False) -> bool:
        """Run `work` and commit it. False: the disk refused for now, and it will be tried again.

        `shield`: the wait is not to be cancelled. `crowded`: others come at the same time, to share the commit with.
        """
        with self._wake:
            refused = self._closing or self._trouble
            if self._trouble and not self._closing:
                self._hold(Job(work))
        if refused:
            await trio.lowlevel.checkpoint()
            return False
        reply = Reply()
        self.post(Job(work, reply, keep=True), crowded=crowded)
        if crowded or not self._came_soon(reply):
            await (reply.outlast() if shield else reply.wait())
        return reply.result() is not False

    def _came_soon(self, reply: Reply) -> bool:
        """Whether the disk was as quick as a disk should be; after one that was not, nobody stands still a while."""
        if self._respite:
            self._respite -= 1
            return False
        if reply.came_within(SOON):
            return True
        self._respite = RESPITE
        return False

    async def call(self, work: Work) -> object:
        """Run `work` in the next transaction; its result once committed.

        Raises StorageFailed when it could not be committed, or what `work` raised.
        """
        reply = Reply()
        self.post(Job(work, reply))
        return await reply.wait()

    def post(self, job: Job, *, crowded: bool = False) -> None:
        """Queue a job, without waiting for it."""
        with self._wake:
            self._crowded = crowded
            if self._closing:
                self._answer_now(job, StorageFailed("the store is closed"))
                return
            self._jobs.append(job)
            given_up = self._jobs.popleft() if len(self._jobs) > self.queue else None
            if not (crowded and self._gathering):
                self._wake.notify()
        if given_up is not None:
            self._count_dropped()
            self._answer_now(given_up, StorageFailed("the store is too far behind"))

    def put(self, topic: str, key: str, value: bytes | None) -> None:
        """Remember the newest value for this key; written soon."""
        with self._wake:
            if self._dozing:
                self._wake.notify()  # starts the one flush deadline; where one runs already, a wake-up is saved
            self._changes[topic, key] = value
            if len(self._changes) > self.queue:
                del self._changes[next(iter(self._changes))]
                self._count_dropped()

    @property
    def behind(self) -> bool:
        """Whether refused rows still wait to be written."""
        return bool(self._backlog)

    def close(self) -> None:
        """Write what is queued, close the file, end the thread."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    # --- the thread -----------------------------------------------------------------------------

    def _run(self) -> None:
        while self._wait_for_work():
            jobs, changes = self._take()
            if jobs or changes:
                self._commit(jobs, changes)
            else:
                self._tidy()
        while self._has_work() and self._commit(*self._take()):
            pass
        self._give_up_rest()
        self.connection.close()

    def _wait_for_work(self) -> bool:
        """Sleep until something is due. False: closing."""
        with self._wake:
            patience: float | None = self.retry_after if self._trouble else self.flush_after
            while not (self._closing or self._jobs or (self._backlog and not self._trouble)):
                self._dozing = patience is None
                if self._wake.wait(patience):
                    patience = patience or self.flush_after
                elif self._trouble or self._changes or self._untidy:
                    break  # the deadline of a retry or a flush, or a quiet moment
                else:
                    patience = None
            self._dozing = False
            self._gather()
            return not self._closing

    def _tidy(self) -> None:
        """Move what is in the log into the file, now that no row waits for it."""
        self._untidy = False
        with suppress(sqlite3.Error):  # it stays in the log, which is as safe
            self.connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def _gather(self) -> None:
        """In a crowd the next rows are a moment away: one commit for all of them."""
        if self._crowded and self._jobs and not self._closing:
            self._gathering = True
            self._wake.wait(TOGETHER)
            self._gathering = False

    def _has_work(self) -> bool:
        return bool(self._jobs or self._backlog or self._changes)

    def _take(self) -> tuple[list[Job], dict[tuple[str, str], bytes | None]]:
        with self._wake:
            jobs = [self._jobs.popleft() for _ in range(min(BATCH, len(self._jobs)))]
            jobs += [self._backlog.popleft() for _ in range(min(BATCH, len(self._backlog)))]
            changes, self._changes = self._changes, {}
        return jobs, changes

    def _commit(self, jobs: list[Job], changes: dict[tuple[str, str], bytes | None]) -> bool:
        """One transaction for all of it; then, and only then, the answers."""
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            answers = [self._answer(job) for job in jobs]
            beliefs.save(self.connection, changes)
            self.connection.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - whatever it is, the thread goes on and nobody waits for ever
            self._refused(jobs, changes, error)
            return False
        self._untidy = True
        if self._trouble:
            self._recovered()
        settled = [job.settle(value, problem) for job, (value, problem) in zip(jobs, answers, strict=True)]
        Reply.wake([reply for reply in settled if reply is not None])
        return True

    def _answer(self, job: Job) -> tuple[object, Exception | None]:
        try:
            return job.work(self.connection), None
        except Exception as error:
            if _is_storage_fault(error):
                raise
            return False, error  # the job's own doing: the others must not suffer

    def _refused(self, jobs: list[Job], changes: dict[tuple[str, str], bytes | None], error: Exception) -> None:
        self._roll_back()
        with self._wake:
            if _is_storage_fault(error):  # else one of them cannot be written at all, and would stop the rest for ever
                self._changes = {**changes, **self._changes}
            began, self._trouble = not self._trouble, True
            for job in jobs:
                if job.keep or job.reply is None:
                    self._hold(job)
        if began:
            self.notices.post(Notice("write_failed", f"the state file cannot be written ({error}): requests go on"))
        for job in jobs:
            self._answer_now(job, StorageFailed(str(error)))

    def _answer_now(self, job: Job, problem: StorageFailed) -> None:
        """It could not be written: a row that is kept is told so, anything else fails."""
        reply = job.settle(False, None if job.keep else problem)
        if reply is not None:
            Reply.wake([reply])

    def _roll_back(self) -> None:
        try:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
        except sqlite3.Error:
            pass  # SQLite already did

    def _hold(self, job: Job) -> None:
        self._backlog.append(job)
        if len(self._backlog) > self.queue:
            self._backlog.popleft()
            self._count_dropped()

    def _count_dropped(self) -> None:
        self._dropped += 1
        if self._dropped == 1:
            self.notices.post(Notice("dropped", "the state file is too far behind: the oldest entries are given up", 1))

    def _recovered(self) -> None:
        with self._wake:
            self._trouble = False
            dropped, self._dropped = self._dropped, 0
        lost = f"; {dropped} entries were given up" if dropped else ""
        self.notices.post(Notice("recovered", f"the state file is written again{lost}", dropped))

    def _give_up_rest(self) -> None:
        """Closing while the disk refuses: say so to whoever still waits."""
        lost = len(self._backlog) + len(self._changes)
        if lost:
            self.notices.post(Notice("dropped", f"closed with {lost} entries not written", lost))
        while self._jobs:
            self._answer_now(self._jobs.popleft(), StorageFailed("the store is closed"))


def _is_storage_fault(error: Exception) -> bool:
    """Full, read-only, locked, I/O error, damaged; not a mistake in a statement or its values."""
    return isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError
