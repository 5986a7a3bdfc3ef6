"""What the daemon believed, kept across restarts: opaque bytes by topic and key.

`State` encodes and decodes; the store only keeps. Rules for editing: TOPICS is the whole list, so a
misspelt topic fails at once instead of being written where nobody reads it.
"""

import sqlite3
from collections.abc import Mapping

TOPICS = ("circuits", "windows", "full", "assignments", "pins", "pauses", "issued", "listings", "spend", "events")

Beliefs = dict[str, dict[str, bytes]]
"""topic -> key -> value; every topic is there, if only empty."""

Changes = Mapping[tuple[str, str], bytes | None]
"""(topic, key) -> the newest value, or None to forget it."""

_KEEP = "INSERT INTO beliefs (topic, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value"
_FORGET = "DELETE FROM beliefs WHERE topic = ? AND key = ?"


def load(connection: sqlite3.Connection) -> Beliefs:
    """Everything kept. Topics of another version are passed over and stay in the file."""
    beliefs: Beliefs = {topic: {} for topic in TOPICS}
    for topic, key, value in connection.execute("SELECT topic, key, value FROM beliefs"):
        if topic in beliefs:
            beliefs[topic][key] = bytes(value)
    return beliefs


def save(connection: sqlite3.Connection, changes: Changes) -> None:
    """Write the changes; the caller holds the transaction."""
    kept = [(topic, key, value) for (topic, key), value in changes.items() if value is not None]
    forgotten = [place for place, value in changes.items() if value is None]
    if kept:
        connection.executemany(_KEEP, kept)
    if forgotten:
        connection.executemany(_FORGET, forgotten)
