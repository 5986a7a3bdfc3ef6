"""What can go wrong, by whose fault it is. `str(error)` ends with the cure.

    Error
     +- DaemonUnavailable        nothing answers at the socket, or it is not ours
     +- ConnectionLost           the daemon went away while it worked; it may have done it or not
     +- ProtocolMismatch         the daemon speaks something this library does not
     +- RequestTimeout           the daemon did not answer in time
     +- BadRequest               the call is wrong: method, parameters, model, names
     |   +- NoSuchModel
     +- Busy                     this connection has too much in flight, or the daemon is stopping
     +- Cancelled                asked for, by this side
     +- DaemonFault              the daemon's own trouble: config, credential store, a bug
     +- CompletionFailed         no answer; `.attempts` says who was tried
         +- Exhausted            every provider is out; `.retry_after` seconds till the first is back
         +- BudgetRefused        it would have cost money that nobody allowed
         +- Interrupted          cut after its first words had been handed over

Rules for editing: stdlib only at import time (the command imports `_dial`, which imports this).
"""

TYPE_CHECKING = False  # what type checkers take for True; `typing` would cost the command 3 ms
if TYPE_CHECKING:
    from collections.abc import Sequence

    from switchgear_protocol.errors import AttemptReport, ErrorObject


class Error(Exception):
    """Root. `what` and `why` are sentences, `hint` a command or a thing to change, `kind` a stable word.

    `retry_after` is in seconds; `provider` the one concerned, if it is one.
    """

    kind = "error"

    def __init__(
        self,
        what: str,
        *,
        why: str = "",
        hint: str | None = None,
        kind: str | None = None,
        code: int | None = None,
        retry_after: float | None = None,
        provider: str | None = None,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.hint = hint
        self.kind = kind or type(self).kind
        self.code = code
        self.retry_after = retry_after
        self.provider = provider

    def __str__(self) -> str:
        joint = " " if self.what.endswith(".") else ": "
        said = f"{self.what}{joint}{self.why}" if self.why else self.what
        return f"{said} (hint: {self.hint})" if self.hint else said


class DaemonUnavailable(Error):
    """Nothing was sent, so the call may be repeated."""

    kind = "daemon_unavailable"


class ConnectionLost(Error):
    """The request was sent. Repeating it is the caller's choice: a completion may have cost money."""

    kind = "connection_lost"


class ProtocolMismatch(Error):
    kind = "protocol_mismatch"


class RequestTimeout(Error, TimeoutError):
    kind = "timeout"


class BadRequest(Error):
    kind = "invalid_request"


class NoSuchModel(BadRequest):
    kind = "no_such_model"


class Busy(Error):
    """`begun`: False when the daemon says that nothing was done of the request."""

    kind = "busy"
    begun: bool | None = None


class Cancelled(Error):
    kind = "cancelled"


class DaemonFault(Error):
    kind = "internal"


class CompletionFailed(Error):
    """`attempts`: every try, in order, with provider, outcome, reason and milliseconds."""

    kind = "completion_failed"
    attempts: "Sequence[AttemptReport]" = ()


class Exhausted(CompletionFailed):
    kind = "exhausted"


class BudgetRefused(CompletionFailed):
    kind = "budget"


class Interrupted(CompletionFailed):
    kind = "interrupted"


BY_KIND: dict[str, type[Error]] = {
    "exhausted": Exhausted,
    "deadline": Exhausted,
    "budget": BudgetRefused,
    "consent": BudgetRefused,
    "interrupted": Interrupted,
    "cancelled": Cancelled,
    "no_such_model": NoSuchModel,
    "busy": Busy,
    "shutting_down": Busy,
    "unsupported_version": ProtocolMismatch,
    "unsupported_framing": ProtocolMismatch,
    "parse_error": ProtocolMismatch,
    "invalid_message": ProtocolMismatch,
    "not_initialized": ProtocolMismatch,
    "internal": DaemonFault,
    "config_invalid": DaemonFault,
    "credential_store": DaemonFault,
}
"""`data.kind` of the wire to the class raised; any other kind is a BadRequest."""


def from_wire(error: "ErrorObject") -> Error:
    """The exception for an error reply."""
    data = error.data
    kind = data.kind if data else "internal"
    raised = BY_KIND.get(kind, BadRequest)(
        error.message,
        why=(data.detail or "") if data else "",
        hint=data.hint if data else None,
        kind=kind,
        code=error.code,
        retry_after=data.retry_after_ms / 1000 if data and data.retry_after_ms is not None else None,
        provider=data.provider if data else None,
    )
    if isinstance(raised, Busy) and data:
        raised.begun = data.begun
    if isinstance(raised, CompletionFailed) and data:
        raised.attempts = tuple(data.attempts or ())
    return raised
