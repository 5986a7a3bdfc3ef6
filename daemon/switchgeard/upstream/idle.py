"""Idle: connections put aside until somebody needs one, the one used last taken first.

Last in, first out: few connections stay warm and the others age, where a queue would keep all of a
crowd's alive. Whether a connection has died is looked at when it is taken: no timer, nothing to wake up.

Rules for editing: synchronous; a connection is in here or in somebody's hands, never both. Bounded for
each origin and over all.
"""

import trio

from .connection import Connection

KEEPALIVE = 60.0  # seconds an idle connection may be reused; providers close theirs after about as long
PER_ORIGIN = 64  # as many as a swarm of agents has at once: to dial anew costs more than the request
TOTAL = 128


class Idle:
    def __init__(self, per_origin: int = PER_ORIGIN, total: int = TOTAL) -> None:
        self._kept: dict[str, list[Connection]] = {}
        self._per_origin = per_origin
        self._total = total

    def __len__(self) -> int:
        return sum(map(len, self._kept.values()))

    def take(self, origin: str) -> Connection | None:
        """The live connection to `origin` that was used last; those found dead are closed."""
        kept = self._kept.get(origin, [])
        oldest = trio.current_time() - KEEPALIVE
        while kept:
            connection = kept.pop()
            if connection.since >= oldest and not connection.stirred():
                return connection
            connection.close()
        self._kept.pop(origin, None)
        return None

    def put(self, origin: str, connection: Connection) -> None:
        connection.since = trio.current_time()
        kept = self._kept.setdefault(origin, [])
        kept.append(connection)
        if len(kept) > self._per_origin:
            kept.pop(0).close()
        elif len(self) > self._total:
            self._drop_oldest_of_the_fullest()

    def close(self) -> None:
        """All of them."""
        dropped, self._kept = self._kept, {}
        for kept in dropped.values():
            for connection in kept:
                connection.close()

    def _drop_oldest_of_the_fullest(self) -> None:
        fullest = max(self._kept, key=lambda origin: len(self._kept[origin]))
        self._kept[fullest].pop(0).close()
