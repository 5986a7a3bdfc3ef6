"""The ledger's SQL: one row per attempt in, sums by what the user asks out.

Rules for editing: values travel as parameters only; the few words built into a statement come from
the tables below, never from a caller.
"""

import sqlite3
from typing import Any

from msgspec import structs

from switchgear_protocol.content import Usage
from switchgear_protocol.messages import UsageQuery, UsageReply, UsageRow
from switchgeard.rpc_error import RpcError

from .row import AttemptRow

KEEP_DAYS = 400.0  # a year, and the month to compare it with
_PRUNED = 10_000  # rows a start may spend time on; the rest goes at the next one
_MOST = 10_000  # rows in one answer

_BIGGEST = 10**12  # what a provider says of its tokens is its own business; our sums must not overflow

_COLUMNS = AttemptRow.__struct_fields__
_INSERT = f"INSERT OR REPLACE INTO attempts ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608

BY = {
    "provider": "provider",
    "model": "model",
    "alias": "alias",
    "session": "COALESCE(session, '')",
    "client": "client",
    "day": "date(at, 'unixepoch', 'localtime')",
}
"""What usage can be summed by, and the expression for it. A day is one of the daemon's time zone."""

# A subscription's or a local attempt costs nothing by itself, so a price is missing only for the paid classes,
# and only where something may have been charged.
_UNPRICED = """cost_usd IS NULL AND billing IN ('metered', 'prepaid')
    AND (outcome = 'complete' OR maybe_billed OR input_tokens + output_tokens > 0)"""

_SUMS = f"""COUNT(DISTINCT request), COUNT(*),
    COALESCE(SUM(outcome = 'complete'), 0), COALESCE(SUM(outcome IN ('failed', 'interrupted')), 0),
    COALESCE(SUM(input_tokens), 0), COALESCE(SUM(output_tokens), 0), COALESCE(SUM(cache_read_tokens), 0),
    COALESCE(SUM(cache_write_tokens), 0), COALESCE(SUM(reasoning_tokens), 0), COALESCE(MAX(usage_estimated), 0),
    COALESCE(SUM(cost_usd), 0.0), COALESCE(SUM({_UNPRICED}), 0), COALESCE(SUM(cache_write_1h_tokens), 0),
    COALESCE(SUM(notional_usd) FILTER (WHERE billing IN ('included', 'local')), 0.0)"""

_BILLED = "billing = 'metered' AND cost_usd > 0"
"""What was paid for by use, as it was when it was sent: a plan beyond its end too, whatever its provider is now."""

_SPAN = "at >= COALESCE(:since, -9e99) AND at < COALESCE(:until, 9e99)"


def insert(connection: sqlite3.Connection, row: AttemptRow) -> None:
    """Write one row; the caller holds the transaction. The same attempt twice is one row."""
    connection.execute(_INSERT, [_fitting(value) for value in structs.astuple(row)])


def usage(connection: sqlite3.Connection, query: UsageQuery) -> UsageReply:
    """Sums of the attempts begun in [since, until): per distinct key, newest day first, busiest first; and in all.

    With an empty `by` there is only the total. Raises RpcError for a key there is no sum by.
    """
    by = _checked(query)
    span = {"since": query.since, "until": query.until}
    total = connection.execute(f"SELECT {_SUMS} FROM attempts WHERE {_SPAN}", span).fetchone()  # noqa: S608
    rows = connection.execute(_grouped(by), {**span, "limit": _bounded(query.limit)}) if by else ()
    return UsageReply([_row(by, found) for found in rows], _row([], total))


def billed(connection: sqlite3.Connection, since: float) -> float:
    """USD of the metered attempts begun since then."""
    found = connection.execute(f"SELECT TOTAL(cost_usd) FROM attempts WHERE at >= ? AND {_BILLED}", (since,))  # noqa: S608
    return float(found.fetchone()[0])


def billed_by_session(connection: sqlite3.Connection, since: float, most: int) -> dict[tuple[str, str], float]:
    """The same of each client's sessions; of so many, those that spent last, the last of them at the end.

    A start waits for it, so it sums nothing else: 0.15 s for 200,000 rows.
    """
    rows = connection.execute(
        f"""SELECT client, session, SUM(cost_usd) FROM attempts
            WHERE at >= :since AND session IS NOT NULL AND {_BILLED}
            GROUP BY client, session ORDER BY MAX(at) DESC LIMIT :most""",  # noqa: S608
        {"since": since, "most": most},
    ).fetchall()
    return {(client, session): usd for client, session, usd in reversed(rows)}


def prune(connection: sqlite3.Connection, wall: float, keep_days: float) -> None:
    """Forget rows older than this many days, a bounded number at a time.

    Counted from the newest row when that is the earlier: a clock set years ahead must not empty the ledger.
    """
    connection.execute(
        """DELETE FROM attempts WHERE rowid IN (
            SELECT rowid FROM attempts
            WHERE at < MIN(:wall, (SELECT MAX(at) FROM attempts)) - :age ORDER BY at LIMIT :most)""",
        {"wall": wall, "age": keep_days * 86400, "most": _PRUNED},
    )


def _fitting(value: object) -> object:
    return max(0, min(value, _BIGGEST)) if isinstance(value, int) else value


def _checked(query: UsageQuery) -> list[str]:
    by = list(dict.fromkeys(query.by))
    unknown = [key for key in by if key not in BY]
    if unknown:
        raise RpcError.of(
            "invalid_params", f"usage cannot be summed by {unknown[0][:40]!r}", hint=f"use any of: {', '.join(BY)}"
        )
    return by


def _bounded(limit: int) -> int:
    return max(1, min(limit, _MOST))


def _grouped(by: list[str]) -> str:
    keys = ", ".join(BY[key] for key in by)
    places = ", ".join(str(number + 1) for number in range(len(by)))
    newest = f"{by.index('day') + 1} DESC, " if "day" in by else ""
    busiest = f"{len(by) + 2} DESC"  # COUNT(*) is the second sum
    return f"""SELECT {keys}, {_SUMS} FROM attempts WHERE {_SPAN}
        GROUP BY {places} ORDER BY {newest}{busiest}, {places} LIMIT :limit"""  # noqa: S608


def _row(by: list[str], found: tuple[Any, ...]) -> UsageRow:
    sums = found[len(by) :]
    requests, attempts, complete, failed, *rest = sums
    fresh, output, read, write, reasoning, estimated, cost, unpriced, kept, saved = rest
    return UsageRow(
        key={name: str(value) for name, value in zip(by, found, strict=False)},
        requests=requests,
        attempts=attempts,
        complete=complete,
        failed=failed,
        usage=Usage(fresh, output, read, write, reasoning, bool(estimated), kept),
        cost_usd=cost,
        unpriced=unpriced,
        saved_usd=saved,
    )
