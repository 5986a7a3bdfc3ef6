"""Errors on the wire: code, kind, cure. And ProtocolError, the only thing decoding here raises.

Rules for editing: KINDS is the one table; codes are JSON-RPC's or fixed by the design page.
A hint is a command a person can run, or a sentence that says what to change.
"""

from msgspec import Struct

from .words import FailureKind


class AttemptReport(Struct, omit_defaults=True, frozen=True):
    """One try at one offer, as told to the client."""

    provider: str
    model: str
    outcome: str  # Outcome
    reason: str = ""
    kind: FailureKind | None = None
    milliseconds: float = 0.0
    retry_at: float | None = None
    label: str | None = None  # "Opus 4.6 (via Claude Pro)"


class ErrorData(Struct, omit_defaults=True, frozen=True):
    kind: str
    hint: str | None = None
    retry_after_ms: int | None = None
    provider: str | None = None
    attempts: list[AttemptReport] | None = None
    detail: str | None = None  # why, one or two sentences
    retry_at: float | None = None  # epoch seconds: the moment that retry_after_ms leads to, where a clock has it
    meant: str | None = None  # the name most like the one that nobody has
    begun: bool | None = None  # False: nothing was done of the request, so asking again does nothing twice


class ErrorObject(Struct, omit_defaults=True, frozen=True):
    code: int
    message: str
    data: ErrorData | None = None


PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
UNAUTHORIZED = -32001
NOT_INITIALIZED = -32002
BUSY = -32003
SHUTTING_DOWN = -32004
NOT_FOUND = -32005
CONFIG_INVALID = -32006
CREDENTIAL = -32007
EXHAUSTED = -32010
NO_SUCH_MODEL = -32011
BUDGET = -32012
INTERRUPTED = -32013
CANCELLED = -32800

CODES: dict[str, int] = {
    "parse_error": PARSE_ERROR,
    "invalid_message": INVALID_REQUEST,
    "too_large": INVALID_REQUEST,
    "unsupported_framing": INVALID_REQUEST,
    "timeout_first_frame": INVALID_REQUEST,
    "method_not_found": METHOD_NOT_FOUND,
    "invalid_params": INVALID_PARAMS,
    "invalid_request": INVALID_PARAMS,
    "context_length": INVALID_PARAMS,
    "content_policy": INVALID_PARAMS,
    "unsupported_feature": INVALID_PARAMS,
    "internal": INTERNAL_ERROR,
    "unauthorized": UNAUTHORIZED,
    "not_initialized": NOT_INITIALIZED,
    "unsupported_version": INVALID_REQUEST,
    "busy": BUSY,
    "shutting_down": SHUTTING_DOWN,
    "no_such_provider": NOT_FOUND,
    "not_found": NOT_FOUND,
    "config_invalid": CONFIG_INVALID,
    "credential_store": CREDENTIAL,
    "exhausted": EXHAUSTED,
    "deadline": EXHAUSTED,
    "no_such_model": NO_SUCH_MODEL,
    "budget": BUDGET,
    "consent": BUDGET,
    "interrupted": INTERRUPTED,
    "cancelled": CANCELLED,
}
"""Every `data.kind` there is, with its code."""


class ProtocolError(Exception):
    """The peer sent something this protocol does not allow. Carries what to answer, if anything."""

    def __init__(self, kind: str, message: str, *, hint: str | None = None, request_id: int | str | None = None):
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.hint = hint
        self.request_id = request_id

    def error_object(self) -> ErrorObject:
        return ErrorObject(CODES[self.kind], self.message, ErrorData(self.kind, self.hint))


def error(kind: str, message: str, *, hint: str | None = None, **data: object) -> ErrorObject:
    """An error object of a known kind. `data` are further fields of ErrorData."""
    return ErrorObject(CODES[kind], message, ErrorData(kind, hint, **data))  # type: ignore[arg-type]
