"""The words everyone shares: string enums whose values are what travels and what is stored.

Rules for editing: values are wire format and database content, so they are only ever added,
never renamed or reused. One meaning per word (docs/design.md, "Words").
"""

from enum import StrEnum


class Health(StrEnum):
    """What the daemon believes of an endpoint, credential, quota bucket or offer."""

    AVAILABLE = "available"
    RATE_LIMITED = "rate_limited"
    QUOTA_EXHAUSTED = "quota_exhausted"
    UNAVAILABLE = "unavailable"
    AUTH_FAILED = "auth_failed"
    MISSING_CREDENTIAL = "missing_credential"
    LOCKED = "locked"
    DISABLED = "disabled"


class FailureKind(StrEnum):
    """Why an attempt did not give an answer."""

    QUOTA_EXCEEDED = "quota_exceeded"  # allowance, credit or budget spent: waiting seconds is no help
    RATE_LIMITED = "rate_limited"  # a per-second, per-minute or concurrency window
    OVERLOADED = "overloaded"  # the provider answered that it cannot: 529, 503, capacity, other 5xx
    UNAVAILABLE = "unavailable"  # no answer: DNS, connect, TLS, reset before a reply
    TIMEOUT = "timeout"  # connect, first content or idle limit passed
    AUTH_FAILED = "auth_failed"  # credential refused, expired or revoked
    MISSING_CREDENTIAL = "missing_credential"  # none stored
    LOCKED = "locked"  # the keyring holding it is locked
    PERMISSION = "permission"  # valid credential, not entitled to this
    MODEL_NOT_FOUND = "model_not_found"  # this provider does not know the model id
    PROTOCOL = "protocol"  # garbage, HTML, oversize, or an end without the terminal marker
    CONTEXT_LENGTH = "context_length"  # prompt too large for this offer
    CONTENT_POLICY = "content_policy"  # refused or filtered
    INVALID_REQUEST = "invalid_request"  # the request is wrong wherever it goes
    CANCELLED = "cancelled"  # our client left, or asked
    LOCAL = "local"  # our own machine: disk, descriptors, a bug


class Scope(StrEnum):
    """How far a failure's evidence reaches."""

    NONE = "none"  # this request only
    ENDPOINT = "endpoint"  # scheme://host:port
    CREDENTIAL = "credential"  # one provider's login
    BUCKET = "bucket"  # one quota pool of a provider, for all models or one family
    OFFER = "offer"  # provider x model


class Billing(StrEnum):
    INCLUDED = "included"
    LOCAL = "local"
    PREPAID = "prepaid"
    METERED = "metered"


class StickyMode(StrEnum):
    NONE = "none"
    SESSION = "session"
    TIME_WINDOW = "time_window"


class Interrupt(StrEnum):
    """What to do when an answer is cut after its first content reached the client."""

    ERROR = "error"
    RESTART = "restart"
    CONTINUE = "continue"


class Finish(StrEnum):
    STOP = "stop"
    LENGTH = "length"
    TOOL_CALLS = "tool_calls"
    STOP_SEQUENCE = "stop_sequence"
    CONTENT_FILTER = "content_filter"
    REFUSAL = "refusal"
    PAUSE = "pause"
    CONTEXT_LENGTH = "context_length"
    OTHER = "other"


class Outcome(StrEnum):
    """How one attempt ended; stored in the ledger."""

    COMPLETE = "complete"
    FAILED = "failed"  # before commit: the client saw nothing of it
    INTERRUPTED = "interrupted"  # after commit
    CANCELLED = "cancelled"
