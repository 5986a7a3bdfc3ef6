"""Record: one settled attempt as the client's report and as the ledger's row.

Rules for editing: both are made from the same facts, so that they cannot disagree. Nothing here holds a
prompt, an answer or a secret.
"""

from msgspec import Struct

from switchgear_protocol.content import Usage
from switchgear_protocol.errors import AttemptReport
from switchgear_protocol.words import Outcome

from .ask import Ask, Settled
from .core.clock import Now
from .core.cost import notional_usd
from .core.failure import maybe_billed
from .core.permit import Permit
from .store.row import AttemptRow


class Attempted(Struct, frozen=True):
    """An attempt that has ended. `n` counts from 1 within its request."""

    permit: Permit
    settled: Settled
    n: int
    began: Now
    ended: Now
    first_content: Now | None = None
    dialect: str = "switchgear"
    stream: bool = True


def report(attempted: Attempted) -> AttemptReport:
    """What the client reads of it."""
    offer, settled = attempted.permit.offer, attempted.settled
    failure = settled.failure
    wait = failure.retry_after if failure else None
    return AttemptReport(
        offer.provider,
        offer.model,
        settled.outcome,
        failure.message if failure else "",
        failure.kind if failure else None,
        round(settled.milliseconds, 1),
        attempted.ended.wall + wait if wait else None,
        offer.label,
    )


def row(attempted: Attempted, ask: Ask) -> AttemptRow:
    """What the ledger keeps of it."""
    offer, settled, first = attempted.permit.offer, attempted.settled, attempted.first_content
    failure, usage = settled.failure, settled.usage or Usage()
    return AttemptRow(
        request=ask.request,
        n=attempted.n,
        at=attempted.began.wall,
        alias=ask.model.alias,
        provider=offer.provider,
        model=offer.model,
        outcome=settled.outcome,
        billing=offer.billing,
        session=ask.session,
        client=ask.client,
        dialect=attempted.dialect,
        stream=attempted.stream,
        kind=failure.kind if failure else None,
        status=failure.status if failure else None,
        milliseconds=settled.milliseconds,
        first_content_ms=None if first is None else (first.boot - attempted.began.boot) * 1000,
        input_tokens=usage.input,
        output_tokens=usage.output,
        cache_read_tokens=usage.cache_read,
        cache_write_tokens=usage.cache_write,
        reasoning_tokens=usage.reasoning,
        usage_estimated=usage.estimated,
        cost_usd=settled.cost_usd,
        maybe_billed=maybe_billed(failure, cut=settled.outcome is Outcome.INTERRUPTED),
        notional_usd=notional_usd(offer, settled.usage),
        cache_write_1h_tokens=usage.cache_write_1h,
    )
