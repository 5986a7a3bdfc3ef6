"""Store: the state file as the rest of the daemon sees it.

Nothing here raises for a bad disk: rows are answered False and kept for later, beliefs wait, and
a notice says so. Requests never stop for the ledger's sake.
"""

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar, cast

import trio

from switchgear_protocol.messages import UsageQuery, UsageReply
from switchgeard.clock import Clock
from switchgeard.rpc_error import RpcError

from . import beliefs, ledger
from .beliefs import Beliefs
from .notice import Notice, Notices
from .opening import inspected, open_file, open_memory
from .row import AttemptRow
from .schema import lenient
from .tokens import DoorTokens
from .writer import StorageFailed, Writer

Found = TypeVar("Found")


class Store:
    """Opened once, closed once. `path` is None when the state lives in memory only."""

    def __init__(self, connection: sqlite3.Connection, path: Path | None, clock: Clock, notices: Notices) -> None:
        self.path = path
        self._notices = notices
        self._loaded = beliefs.load(connection)
        self._writer = Writer(connection, notices)
        self.tokens = DoorTokens(connection, self._writer, clock)
        self._writer.start()

    @classmethod
    def open(cls, path: Path | None, clock: Clock, *, keep_days: float = ledger.KEEP_DAYS) -> Self:
        """Open or create the file; with None, or where the file cannot be used, memory stands in.

        Blocks for at most about two seconds (another process holds the file's lock). Never raises
        for the state of the file: see `next_notice`.
        """
        notices = Notices()
        wall = clock().wall
        connection = open_file(path, wall, notices.post) if path is not None else None
        if connection is None:
            return cls(open_memory(), None, clock, notices)
        with suppress(sqlite3.Error):  # a full disk: the next start prunes
            ledger.prune(connection, wall, keep_days)
        return cls(connection, path, clock, notices)

    async def record(self, row: AttemptRow, *, crowded: bool = False) -> bool:
        """Write a ledger row; True once it is committed: no kill can lose it then. Not to be cancelled.

        False: the disk refuses for now. The row is kept and written later, the request goes on. `crowded`: many
        requests run, so the row waits a moment for those of others.
        """
        return await self._writer.keep(lambda connection: ledger.insert(connection, row), shield=True, crowded=crowded)

    def put(self, topic: str, key: str, value: bytes | None) -> None:
        """Remember the newest value of (topic, key), None to forget it; on disk within half a second.

        Raises ValueError for a topic that is not in TOPICS, or a key that is not UTF-8.
        """
        if topic not in beliefs.TOPICS:
            raise ValueError(f"no such topic: {topic}")
        key.encode()  # what SQLite would refuse later, together with everything else in that commit
        self._writer.put(topic, key, value)

    def load(self) -> Beliefs:
        """What was believed when the file was opened."""
        return self._loaded

    async def usage(self, query: UsageQuery) -> UsageReply:
        """Sums over the ledger, every acknowledged row included.

        Raises RpcError for a query that makes no sense, or a file that cannot be read.
        """
        return await self._read(lambda connection: ledger.usage(connection, query))

    async def cost_since(self, since: float) -> tuple[dict[str, float], float]:
        """USD of the attempts begun since then: by provider, and of all that were metered. Raises RpcError."""
        today = await self.usage(UsageQuery(by=["provider"], since=since))
        billed = await self._read(lambda connection: ledger.billed(connection, since))
        return {row.key["provider"]: row.cost_usd for row in today.rows}, billed

    async def billed_by_session(self, since: float, most: int) -> dict[tuple[str, str], float]:
        """The latter by client and session, of those that spent last. Raises RpcError."""
        return await self._read(lambda connection: ledger.billed_by_session(connection, since, most))

    async def inspect(self) -> tuple[str, int, int]:
        """What is wrong with the file ("": nothing); its size and what is free around it, in bytes. On disk only."""
        assert self.path is not None
        return await trio.to_thread.run_sync(inspected, self.path, abandon_on_cancel=True)

    async def _read(self, work: Callable[[sqlite3.Connection], Found]) -> Found:
        try:
            if self.path is not None:
                return await trio.to_thread.run_sync(_read_file, self.path, work, abandon_on_cancel=True)
            return cast(Found, await self._writer.call(work))
        except (sqlite3.Error, StorageFailed) as error:
            raise RpcError.of("internal", f"the ledger cannot be read: {error}", hint="switchgear status") from error

    async def next_notice(self) -> Notice:
        """Wait for the next thing to tell the user. One task at a time."""
        return await self._notices.next()

    def take_notices(self) -> list[Notice]:
        """What there is to tell right now, oldest first."""
        return self._notices.take()

    async def flush(self) -> bool:
        """Write everything that waits. False: the disk refuses."""
        try:
            await self._writer.call(lambda connection: None)
            while self._writer.behind:
                await self._writer.call(lambda connection: None)
        except StorageFailed:
            return False
        return True

    def close(self) -> None:
        """Write what waits, close the file, end the thread. Blocks for a commit; harmless twice."""
        self._writer.close()

    async def aclose(self) -> None:
        """`close` without blocking the loop, and not to be cancelled half-way."""
        with trio.CancelScope(shield=True):
            await trio.to_thread.run_sync(self.close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


def _read_file(path: Path, work: Callable[[sqlite3.Connection], Found]) -> Found:
    """On a connection of its own, read-only: it never holds up the writer, and never checkpoints."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    connection.text_factory = lenient
    try:
        connection.execute("PRAGMA busy_timeout = 2000")
        return work(connection)
    finally:
        connection.close()
