"""The tables: files of every earlier version become current ones with their rows in place."""

import sqlite3
from contextlib import closing

import pytest

from switchgear_protocol.messages import UsageQuery
from switchgeard.store import ledger
from switchgeard.store.row import AttemptRow
from switchgeard.store.schema import MIGRATIONS, VERSION, migrate, read_all, version

FIRST = """INSERT INTO attempts (request, n, at, alias, provider, model, outcome, billing, client, dialect, stream,
    milliseconds, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens,
    usage_estimated, cost_usd, maybe_billed)
    VALUES ('r1', 1, 0.0, 'm', 'p', 'x', 'complete', 'included', '', '', 1, 1.0, 7, 0, 0, 0, 0, 0, 0.0, 0)"""


def older(number: int) -> sqlite3.Connection:
    """A database as version `number` left it."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for statements in MIGRATIONS[:number]:
        for statement in statements:
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {number}")
    return connection


@pytest.mark.parametrize("number", range(VERSION + 1))
def test_every_earlier_version_becomes_the_current_one(number: int) -> None:
    """An empty file too; what we read is there afterwards."""
    with closing(older(number)) as connection:
        migrate(connection)
        read_all(connection)
        assert version(connection) == VERSION


def test_rows_of_the_first_version_are_kept_and_saved_nothing() -> None:
    """What was not known then is not invented."""
    with closing(older(1)) as connection:
        connection.execute(FIRST)
        migrate(connection)
        total = ledger.usage(connection, UsageQuery()).total
        assert total is not None
        assert (total.usage.input, total.usage.cache_write_1h, total.saved_usd) == (7, 0, 0.0)
        columns = {name for _, name, *_ in connection.execute("PRAGMA table_info(attempts)")}
        assert columns == set(AttemptRow.__struct_fields__)
