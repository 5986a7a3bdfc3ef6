"""A disk that counts, refuses and holds still, and a writer on it."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ledger_rows import row
from switchgeard.store import ledger
from switchgeard.store.notice import Notices
from switchgeard.store.schema import migrate
from switchgeard.store.writer import Work, Writer

PATIENCE = 60.0  # real seconds a thread gets before a test gives up on it


class Disk(sqlite3.Connection):
    """A connection that counts its commits and can be told to refuse, or to hold still."""

    commits = 0
    full = False
    held: threading.Event | None = None
    committed: threading.Event
    tidied: threading.Event  # the log was moved into the file

    def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
        if self.held is not None and sql.startswith("BEGIN"):
            assert self.held.wait(PATIENCE)
        if self.full and sql == "COMMIT":
            raise sqlite3.OperationalError("database or disk is full")
        cursor = super().execute(sql, *args)
        if sql == "COMMIT":
            self.commits += 1
            self.committed.set()
        if "wal_checkpoint" in sql:
            self.tidied.set()
        return cursor


@contextmanager
def running(**settings: Any) -> Iterator[tuple[Writer, Disk]]:
    disk = sqlite3.connect(":memory:", factory=Disk, isolation_level=None, check_same_thread=False)
    disk.committed, disk.tidied = threading.Event(), threading.Event()
    migrate(disk)
    disk.commits = 0
    disk.committed.clear()
    disk.tidied.clear()
    writer = Writer(disk, Notices(), **settings)
    writer.start()
    try:
        yield writer, disk
    finally:
        disk.full = False
        if disk.held is not None:
            disk.held.set()
        writer.close()


def inserted(name: str) -> Work:
    return lambda connection: ledger.insert(connection, row(name))


def kept(connection: sqlite3.Connection) -> list[str]:
    return [name for (name,) in connection.execute("SELECT request FROM attempts ORDER BY rowid")]
