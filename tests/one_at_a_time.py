"""One test at a time on this machine, among those that take what there is only one of.

A door that `connect` opens is at the first free port from 8317 on. Between the look and the binding another test's door
may have taken it, and where a door was closed another's may answer.
"""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def one_at_a_time(what: str) -> Iterator[None]:
    """Waits until no other process of this user is in such a block for the same `what`."""
    path = Path(tempfile.gettempdir()) / f"switchgear-tests-{os.getuid()}-{what}.lock"
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
