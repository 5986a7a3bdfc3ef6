"""The tables, and how an older file becomes a current one.

Rules for editing: MIGRATIONS only grows. Entry i takes a file from version i to i + 1, in one
transaction; a file with a higher version than we know belongs to a newer switchgeard and is left alone.
SQL no newer than SQLite 3.34 (RHEL 9): no STRICT, no RETURNING.
"""

import sqlite3

from .row import AttemptRow

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE attempts (
            request TEXT NOT NULL, n INTEGER NOT NULL, at REAL NOT NULL,
            alias TEXT NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL,
            outcome TEXT NOT NULL, billing TEXT NOT NULL,
            session TEXT, client TEXT NOT NULL, dialect TEXT NOT NULL, stream INTEGER NOT NULL,
            kind TEXT, status INTEGER, milliseconds REAL NOT NULL, first_content_ms REAL,
            input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
            cache_read_tokens INTEGER NOT NULL, cache_write_tokens INTEGER NOT NULL,
            reasoning_tokens INTEGER NOT NULL, usage_estimated INTEGER NOT NULL,
            cost_usd REAL, maybe_billed INTEGER NOT NULL,
            PRIMARY KEY (request, n)
        )""",
        "CREATE INDEX attempts_at ON attempts (at)",
        """CREATE TABLE beliefs (
            topic TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL,
            PRIMARY KEY (topic, key)
        ) WITHOUT ROWID""",
        """CREATE TABLE tokens (
            name TEXT PRIMARY KEY, hash BLOB NOT NULL UNIQUE, created_at REAL NOT NULL, last_used REAL
        ) WITHOUT ROWID""",
    ),
    (
        "ALTER TABLE attempts ADD COLUMN notional_usd REAL",
        "ALTER TABLE attempts ADD COLUMN cache_write_1h_tokens INTEGER NOT NULL DEFAULT 0",
    ),
)
VERSION = len(MIGRATIONS)

TABLES = {
    "attempts": ", ".join(AttemptRow.__struct_fields__),
    "beliefs": "topic, key, value",
    "tokens": "name, hash, created_at, last_used",
}
"""The columns our statements count on."""

TUNING = (
    "PRAGMA busy_timeout = 2000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",  # a killed process loses nothing; a power cut may lose the last moments
    "PRAGMA journal_size_limit = 4194304",
    "PRAGMA wal_autocheckpoint = 8000",  # pages, 32 MB: the writer does it when it is quiet, no row waits for it
    "PRAGMA trusted_schema = OFF",
)


def version(connection: sqlite3.Connection) -> int:
    """The schema version the file was last written with."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the file up to VERSION. Takes the write lock, so it also proves that we may write."""
    connection.execute("BEGIN IMMEDIATE")
    for number in range(version(connection), VERSION):
        for statement in MIGRATIONS[number]:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {number + 1}")
    connection.execute("COMMIT")
    # Into the file's own header, where a later switchgeard reads the version without opening a newer file.
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()


def read_all(connection: sqlite3.Connection) -> None:
    """Raises sqlite3.Error unless every table can be read as we know it; costs nothing for large ones."""
    for table, columns in TABLES.items():
        connection.execute(f"SELECT {columns} FROM {table} LIMIT 1").fetchall()  # noqa: S608 - from the table above


def lenient(text: bytes) -> str:
    """SQLite's text as ours: a flipped bit in a name must not make the whole file unreadable."""
    return text.decode(errors="replace")
