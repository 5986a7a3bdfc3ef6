from msgspec import Struct

from switchgear_protocol.words import FailureKind, Scope


class Failure(Struct, frozen=True):
    """Why an attempt gave no answer: a value, never an exception.

    `retry_after`: seconds from when it was read until the scope may be tried again; None when the
    provider did not say (the health rules then back off). `bucket`: the quota pool, when scope is
    BUCKET; `family`: the model family it covers (a substring of model ids, None = all models).
    `sent`: whether the whole request had left us, so that it may have been billed.
    `restartable`: for a cut after commit.
    """

    kind: FailureKind
    message: str
    scope: Scope = Scope.NONE
    retry_after: float | None = None
    source: str = ""  # where retry_after comes from: "retry-after", "body resets_at", ...
    status: int | None = None
    code: str | None = None
    bucket: str | None = None
    family: str | None = None
    sent: bool = False
    should_retry: bool | None = None  # x-should-retry
    refused: bool = False  # the connection was refused: nothing listens there
