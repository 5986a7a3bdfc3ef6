"""The user's limits after a restart: what the ledger says of today counts on, and only today."""

from sample_offers import T0, configured, merged, offer
from switchgear_protocol.words import Billing
from switchgeard.core.caps import DAY, day_start
from switchgeard.core.clock import Now
from switchgeard.core.needs import Needs
from switchgeard.core.offer import Caps
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
