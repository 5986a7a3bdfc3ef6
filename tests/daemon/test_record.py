"""The record of an attempt: the client's report and the ledger's row tell the same."""

import pytest
from msgspec import structs

from sample_offers import T0, ask, failure, merged, offer
from switchgear_protocol.content import Usage
from switchgear_protocol.words import FailureKind, Outcome
from switchgeard.ask import Settled
from switchgeard.core.offer import Price
from switchgeard.core.permit import Permit
from switchgeard.record import Attempted, report, row

A = offer("a")
MODEL = merged(A)


def attempted(settled: Settled) -> Attempted:
    return Attempted(Permit(1, A, ()), settled, 2, T0, T0.after(3), T0.after(1))


def test_a_complete_attempt_is_told_with_its_usage_and_times() -> None:
    """Row and report agree on who, how and how long."""
    done = attempted(Settled(Outcome.COMPLETE, 3000.0, None, Usage(10, 5, 2, 1), 0.5))
    kept, told = row(done, ask(MODEL, "s")), report(done)
    assert (kept.provider, kept.model, kept.outcome, kept.n) == ("a", A.model, Outcome.COMPLETE, 2)
    assert (kept.input_tokens, kept.output_tokens, kept.cache_read_tokens, kept.cost_usd) == (10, 5, 2, 0.5)
    assert (kept.first_content_ms, kept.milliseconds, kept.session) == (1000.0, 3000.0, "s")
    assert (told.provider, told.outcome, told.milliseconds, told.label) == ("a", "complete", 3000.0, A.label)


@pytest.mark.parametrize("kind", [FailureKind.RATE_LIMITED, FailureKind.AUTH_FAILED, FailureKind.OVERLOADED])
def test_a_refusal_is_not_maybe_billed(kind: FailureKind) -> None:
    """A 429 is not charged, so the sum stays exact."""
    kept = row(attempted(Settled(Outcome.FAILED, 5.0, failure(kind))), ask(MODEL))
    assert (kept.kind, kept.maybe_billed) == (kind, False)


def test_a_cut_answer_keeps_what_was_used_and_may_have_been_billed() -> None:
    """Its price may be unknown; then it counts as unpriced."""
    trouble = structs.replace(failure(FailureKind.PROTOCOL), sent=True)
    kept = row(attempted(Settled(Outcome.INTERRUPTED, 5.0, trouble, Usage(100, 7))), ask(MODEL))
    assert (kept.input_tokens, kept.output_tokens, kept.cost_usd, kept.maybe_billed) == (100, 7, None, True)


def test_a_report_says_when_the_offer_may_be_tried_again() -> None:
    """Wall time: when it was told plus what the provider asked for."""
    told = report(attempted(Settled(Outcome.FAILED, 5.0, failure(FailureKind.RATE_LIMITED, 60.0))))
    assert told.retry_at == T0.wall + 3 + 60


def test_what_a_subscription_answered_keeps_its_list_price() -> None:
    """Its cost is nothing, its worth is what was saved."""
    included = offer("a", price=Price(2.0, 8.0, cache_write=2.5))
    used = Usage(1_000_000, 0, cache_write=10, cache_write_1h=4)
    done = attempted(Settled(Outcome.COMPLETE, 5.0, None, used, 0.0))
    kept = row(structs.replace(done, permit=Permit(1, included, ())), ask(merged(included)))
    assert (kept.cost_usd, kept.cache_write_1h_tokens) == (0.0, 4)
    assert kept.notional_usd == pytest.approx(2.000031)
    assert row(done, ask(MODEL)).notional_usd is None
