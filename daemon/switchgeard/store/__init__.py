"""The state file: what survives a restart and a kill -9.

    Store      here; the one object the daemon opens, and the only name others need
    row        AttemptRow: what the ledger keeps of one attempt
    ledger     its SQL: insert, sums, retention
    beliefs    what was believed, as bytes by topic and key
    tokens     door tokens: hashes on disk, checks in memory
    writer     the thread that owns the writing connection; group commit, backlog; reply: the outcome of one job
    opening    opening the file in whatever state it is; never deletes one
    schema     tables and migrations
    notice     what the store has to tell the user

Never a secret, never a prompt.
"""

from .beliefs import TOPICS, Beliefs
from .notice import Notice
from .row import AttemptRow
from .store import Store
from .writer import StorageFailed

__all__ = ["TOPICS", "AttemptRow", "Beliefs", "Notice", "StorageFailed", "Store"]
