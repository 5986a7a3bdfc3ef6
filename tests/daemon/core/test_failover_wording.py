"""The failover step where a request cannot be put into an offer's words."""

from msgspec.structs import replace

from sample_offers import T0, failure, merged, offer, standings
from switchgear_protocol.words import FailureKind, Interrupt
from switchgeard.core.failover import Attempts, GiveUp, Step, Try
from switchgeard.core.needs import Needs
from switchgeard.core.offer import FailoverPolicy, Offer
from switchgeard.core.routing import Plan

UNSENT = replace(failure(FailureKind.INVALID_REQUEST), sent=False)


def speaking(name: str, wire: str) -> Offer:
    return replace(offer(name), wire=wire)


FOREIGN, OTHER = speaking("a", "anthropic.messages"), speaking("b", "google.generate")
OWN = speaking("c", "openai.chat")


def after(*offers: Offer, sent: bool = False) -> Step:
    """The step after the first offer could not be told, or (`sent`) refused what it was told."""
    plan = Plan(merged(*offers), tuple(standings(*offers)), (), None)
    run = Attempts(plan, FailoverPolicy(), Needs(dialect="openai.chat"), T0, Interrupt.ERROR)
    run.next(T0)
    run.failed(replace(UNSENT, sent=sent), 1.0)
    return run.next(T0)


def test_what_cannot_be_translated_goes_to_who_takes_it_as_it_is() -> None:
    """Past offers that would need a translation too."""
    step = after(FOREIGN, OTHER, OWN)
    assert isinstance(step, Try)
    assert step.standing.offer == OWN


def test_where_nobody_takes_it_the_client_is_told() -> None:
    """With the place that cannot be translated."""
    step = after(FOREIGN, OTHER)
    assert isinstance(step, GiveUp)
    assert (step.why, step.failure) == ("surface", UNSENT)


def test_what_a_provider_refused_goes_nowhere() -> None:
    """It is wrong wherever it goes."""
    step = after(FOREIGN, OWN, sent=True)
    assert isinstance(step, GiveUp)
    assert step.why == "surface"
