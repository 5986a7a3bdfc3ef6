"""KindError: one literal error of one kind of provider, and what it means there.

Rules for editing: the shape alone; the rows are in kind_errors.py (keys), maker_errors.py and plan_errors.py.
"""

import json

from msgspec import Struct

from switchgear_protocol.words import FailureKind as K
from switchgear_protocol.words import Scope

NONE, BUCKET, OFFER, LOGIN = Scope.NONE, Scope.BUCKET, Scope.OFFER, Scope.CREDENTIAL
HOUR, DAY = 3600.0, 86_400.0


class KindError(Struct, frozen=True):
    """`status` None: inside a stream that had begun well. `retry_after`: seconds; None when neither the provider nor a
    default says. `wire`: "" for the kind's first."""

    kind: str
    said: str
    status: int | None
    body: object
    means: K
    scope: Scope
    retry_after: float | None = None
    headers: tuple[tuple[str, str], ...] = ()
    model: str = "m"
    wire: str = ""

    @property
    def bytes(self) -> bytes:
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body).encode()

    def __str__(self) -> str:
        return f"{self.kind}-{self.said.replace(' ', '-')}"


def after(seconds: str) -> tuple[tuple[str, str], ...]:
    return (("retry-after", seconds),)


def error(message: str, code: object = None, type: str | None = "invalid_request_error") -> dict[str, object]:
    return {"error": {"message": message, "type": type, "param": None, "code": code}}
