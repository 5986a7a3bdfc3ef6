"""The user's limits after a restart: what the ledger says of today counts on, and only today."""

from msgspec.structs import replace

from sample_offers import T0, configured, merged, offer
from switchgear_protocol.words import Billing
from switchgeard.core.caps import DAY, day_start
from switchgeard.core.clock import Now
from switchgeard.core.needs import Needs
from switchgeard.core.offer import Caps, Price
from switchgeard.core.permit import Permit
from switchgeard.spending import Spending

PLAN = offer("plan", caps=Caps(usd_per_day=5.0))
METERED = offer("metered", billing=Billing.METERED, caps=Caps(usd_per_day=5.0))
MODEL = merged(PLAN, METERED)
CONFIG = configured(MODEL, usd_per_day=4.0)


def resumed(**usd: float) -> Spending:
    spending = Spending()
    spending.resume(CONFIG, usd, T0)
    return spending


def test_a_providers_own_limit_goes_on_where_it_was() -> None:
    """What it cost before the restart counts; another provider's money does not."""
    spending = resumed(plan=5.0)
    refused = spending.capped(PLAN, Needs(), T0)
    assert refused is not None
    assert refused.code == "user_cap"
    assert spending.capped(METERED, Needs(), T0) is None


def test_the_budget_counts_metered_providers_only() -> None:
    """A subscription's figure is no spending; a provider that left the config is not asked for any more."""
    assert resumed(plan=99.0, gone=99.0, metered=3.99).unpaid(CONFIG, METERED, None, T0) is None
    refused = resumed(metered=4.0).unpaid(CONFIG, METERED, None, T0)
    assert refused is not None
    assert refused.until == day_start(T0) + DAY


def test_tomorrow_begins_anew() -> None:
    """At midnight UTC."""
    tomorrow = Now(day_start(T0) + DAY, T0.boot + DAY)
    spending = resumed(plan=5.0, metered=5.0)
    assert spending.capped(PLAN, Needs(), tomorrow) is None
    assert spending.unpaid(CONFIG, METERED, None, tomorrow) is None


def permits(count: int) -> list[Permit]:
    """Of a metered offer whose prompts cost 1 USD each."""
    priced = replace(METERED, price=Price(input=10.0, output=50.0))
    return [Permit(number, priced, (), tokens=100_000) for number in range(count)]


def test_prompts_in_flight_count_against_the_budget_of_all_and_of_their_session() -> None:
    """Each once, until it is settled; of whoever holds them."""
    spending, config = Spending(), replace(CONFIG, usd_per_session=2.0)
    mine, theirs = ("cli", "mine"), ("cli", "theirs")
    first, second, third, fourth = permits(4)
    spending.reserve(first, mine)
    assert spending.unpaid(config, first.offer, mine, T0) is None
    spending.reserve(second, mine)
    refused = spending.unpaid(config, first.offer, mine, T0)
    assert refused is not None
    assert "this session's 2 USD" in refused.reason
    assert spending.unpaid(config, first.offer, theirs, T0) is None
    spending.reserve(third, theirs)
    spending.reserve(fourth, None)
    refused = spending.unpaid(config, first.offer, None, T0)
    assert refused is not None
    assert "your 4 USD a day" in refused.reason
    assert spending.unpaid(config, first.offer, None, T0, own=fourth.number) is None
    for permit, session in ((first, mine), (second, mine), (third, theirs), (fourth, None)):
        spending.settle(permit, session)
        spending.settle(permit, session)  # harmless twice
    assert spending.unpaid(config, first.offer, mine, T0) is None
    assert spending.session_held == {}


def test_a_subscription_holds_no_money() -> None:
    """Its list price is nobody's bill."""
    spending = Spending()
    plan = replace(PLAN, price=Price(input=10.0, output=50.0), caps=Caps(usd_per_day=0.1))
    spending.reserve(Permit(1, plan, (), tokens=100_000), None)
    assert spending.capped(plan, Needs(), T0) is None
