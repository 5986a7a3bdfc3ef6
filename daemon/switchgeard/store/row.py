"""What the ledger keeps of one attempt.

Rules for editing: columns are only ever added (with a migration in `schema`); a row never holds a
prompt, an answer, a header or a secret. Fields are in column order: `ledger` relies on it.
"""

from msgspec import Struct

from switchgear_protocol.words import Billing, FailureKind, Outcome


class AttemptRow(Struct, frozen=True, kw_only=True):
    """One upstream try, as it ended. Exactly one row per attempt."""

    request: str  # our request id
    n: int  # which attempt of the request, from 1
    at: float  # epoch seconds when the attempt began
    alias: str
    provider: str
    model: str  # the provider's own id
    outcome: Outcome
    billing: Billing
    session: str | None = None
    client: str = ""  # what the client calls itself
    dialect: str = ""
    stream: bool = True
    kind: FailureKind | None = None
    status: int | None = None  # HTTP
    milliseconds: float = 0.0
    first_content_ms: float | None = None
    input_tokens: int = 0  # without cached ones
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0  # part of output
    usage_estimated: bool = False
    cost_usd: float | None = None  # None: the price is not known
    maybe_billed: bool = False  # no answer, but the whole request had left us
    notional_usd: float | None = None  # at list price, of what was paid for in advance or is our own
    cache_write_1h_tokens: int = 0  # part of cache_write
