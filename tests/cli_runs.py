"""What the command's tests hold: one run's outcome, and the types of their fixtures."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec

from scripted_daemon import Answer, ScriptedDaemon


class Ran(NamedTuple):
    """Exit code, stdout, stderr."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.out)


Run = Callable[..., Ran]
Serve = Callable[[Mapping[str, Answer]], ScriptedDaemon]
