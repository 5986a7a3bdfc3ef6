"""The user's limits: what the ledger says of today outlives a restart, what runs is held as it is expected to cost."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from sample_offers import T0, configured, merged, offer
from switchgear_protocol.content import Usage
from switchgear_protocol.words import Billing
from switchgeard.core.caps import DAY, day_start
from switchgeard.core.clock import Now
from switchgeard.core.cost import cost_usd
from switchgeard.core.needs import Needs
from switchgeard.core.offer import Caps, Price
from switchgeard.core.permit import Permit
from switchgeard.spending import MAX_LIKES, SPEND, Spending

PLAN = offer("plan", caps=Caps(usd_per_day=5.0))
METERED = offer("metered", billing=Billing.METERED, caps=Caps(usd_per_day=5.0))
ADVANCE = offer("advance", billing=Billing.PREPAID)
MODEL = merged(PLAN, METERED, ADVANCE)
CONFIG = configured(MODEL, usd_per_day=4.0)


def resumed(billed: float = 0.0, **usd: float) -> Spending:
    spending = Spending()
    spending.resume(usd, billed, T0)
    return spending


def test_a_providers_own_limit_goes_on_where_it_was() -> None:
    """What it cost before the restart counts; another provider's money does not."""
    spending = resumed(plan=5.0)
    refused = spending.capped(PLAN, Needs(), T0)
    assert refused is not None
    assert refused.code == "user_cap"
    assert spending.capped(METERED, Needs(), T0) is None


def test_the_budget_counts_what_is_billed_only() -> None:
    """What was paid in advance is no spending; whose it is does not matter."""
    assert resumed(3.99, advance=99.0, metered=3.99).unpaid(CONFIG, METERED, None, T0) is None
    refused = resumed(4.0, advance=99.0, metered=3.0, gone=1.0).unpaid(CONFIG, METERED, None, T0)
    assert refused is not None
    assert refused.until == day_start(T0) + DAY


def test_tomorrow_begins_anew() -> None:
    """At midnight UTC."""
    tomorrow = Now(day_start(T0) + DAY, T0.boot + DAY)
    spending = resumed(5.0, plan=5.0, metered=5.0)
    assert spending.capped(PLAN, Needs(), tomorrow) is None
    assert spending.unpaid(CONFIG, METERED, None, tomorrow) is None


def permits(count: int) -> list[Permit]:
    """Of a metered offer whose prompts cost 1 USD each, and whose answers nothing."""
    priced = replace(METERED, price=Price(input=10.0))
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


# --- what is held for answers ---------------------------------------------------------------------

WRITES = replace(METERED, price=Price(input=5.0, output=25.0), caps=Caps())
BUDGET = replace(CONFIG, usd_per_day=1.0, usd_per_session=0.6)


def test_running_answers_are_held_as_long_as_they_are_usually() -> None:
    """Ten that write 8000 tokens each, 0.20 USD: after the fifth begins, five hold all of the 1.00 USD."""
    spending, config = Spending(), replace(BUDGET, usd_per_session=None)
    for number in range(10):  # they are learned, and cost nothing here
        spending.settle(Permit(number, WRITES, ()), None, Usage(output=8000))
    begun = 0
    while spending.unpaid(config, WRITES, None, T0) is None:
        spending.reserve(Permit(100 + begun, WRITES, ()), None, 32_000)
        begun += 1
    assert begun == 5
    refused = spending.unpaid(config, WRITES, None, T0)
    assert refused is not None
    assert (refused.reason, refused.left) == ("requests in flight hold what is left of your 1 USD a day", 60.0)


def test_a_session_is_held_by_its_own_answers_before_those_of_all() -> None:
    """One writes books, the others a word."""
    spending, books = Spending(), ("cli", "books")
    for _ in range(30):
        spending.settle(Permit(1, WRITES, ()), books, Usage(output=20_000))
        spending.settle(Permit(2, WRITES, ()), ("cli", "word"), Usage(output=4))
    spending.reserve(Permit(3, WRITES, ()), books)
    spending.reserve(Permit(4, WRITES, ()), ("cli", "word"))
    held = spending.held["metered"].money
    assert held[3] == 0.5
    assert held[4] == 0.0001


def test_what_began_first_is_not_stopped_by_what_began_behind_it() -> None:
    """Right before it is sent a request looks at the budget once more, as it stood when it began."""
    spending, config = Spending(), replace(BUDGET, usd_per_session=None)
    small, large = Permit(1, WRITES, (), tokens=20_000), Permit(2, WRITES, (), tokens=600_000)
    spending.reserve(small, None)
    spending.reserve(large, None)
    assert spending.unpaid(config, WRITES, None, T0, own=small.number) is None
    assert spending.unpaid(config, WRITES, None, T0, own=large.number) is None
    assert spending.unpaid(config, WRITES, None, T0) is not None


def test_an_answer_that_runs_over_counts_as_it_grows() -> None:
    """A cent was expected; a dollar has come."""
    spending, config = Spending(), replace(BUDGET, usd_per_session=0.5)
    mine, permit, used = ("cli", "mine"), Permit(1, WRITES, ()), [Usage(output=10)]
    spending.reserve(permit, mine)
    spending.follow(permit, mine, lambda: used[-1])
    assert spending.unpaid(config, WRITES, mine, T0) is None  # what was expected is held at least
    assert spending.held[SPEND].usd() == 0.025
    used.append(Usage(output=20_000))
    refused = spending.unpaid(config, WRITES, mine, T0)
    assert refused is not None
    assert "this session's 0.5 USD" in refused.reason
    assert spending.unpaid(config, WRITES, None, T0) is None
    used.append(Usage(output=40_000))
    assert spending.unpaid(config, WRITES, None, T0) is not None
    spending.settle(permit, mine)
    assert spending.unpaid(config, WRITES, mine, T0) is None
    assert (spending.held[SPEND].so_far, spending.session_held) == ({}, {})


def test_a_prompt_nobody_has_counted_yet_is_taken_to_be_cached_as_usual() -> None:
    """Where usage comes at the end only: a warm session's running answers would fill its budget ten times over."""
    spending, mine = Spending(), ("cli", "mine")
    warm = replace(WRITES, price=Price(input=5.0, output=25.0, cache_read=0.5))
    spending.settle(Permit(1, warm, (), tokens=100_000), mine, Usage(output=400, cache_read=100_000))
    permit = Permit(2, warm, (), tokens=100_000)
    spending.reserve(permit, mine)
    spending.follow(permit, mine, lambda: Usage(input=100_000, output=1000, estimated=True))
    assert spending.held[SPEND].usd() == pytest.approx(0.05 + 0.025)
    spending.follow(permit, mine, lambda: Usage(cache_write=100_000, output=1000))
    assert spending.held[SPEND].usd() == pytest.approx(0.5 + 0.025)


def test_what_costs_nothing_is_not_followed() -> None:
    """Nobody asks how far it is."""
    spending, permit = Spending(), Permit(1, replace(PLAN, price=Price(input=10.0)), (), tokens=1000)
    spending.reserve(permit, None)
    spending.follow(permit, None, lambda: None)
    assert spending.held["plan"].so_far == {}


def test_what_is_learned_is_bounded() -> None:
    """Of however many sessions."""
    spending = Spending()
    for number in range(MAX_LIKES + 10):
        spending.settle(Permit(number, WRITES, ()), ("cli", str(number)), Usage(output=1))
    assert len(spending.likes) == MAX_LIKES


Who = tuple[str, str] | None
SPENDERS: list[Who] = [None, ("cli", "one"), ("cli", "two")]
BEGIN = st.tuples(
    st.just("begin"), st.sampled_from(SPENDERS), st.integers(0, 60_000), st.none() | st.integers(1, 32_000)
)
GROW = st.tuples(st.just("grow"), st.integers(0, 9), st.integers(0, 64_000))
END = st.tuples(st.just("end"), st.integers(0, 9), st.integers(0, 64_000), st.booleans())
LONGEST = 64_000  # tokens, of an answer without a limit of its own


@dataclass
class Till:
    """Requests beside each other, and what each of them held and cost."""

    spending: Spending = field(default_factory=Spending)
    running: dict[int, tuple[Permit, Who, int]] = field(default_factory=dict)
    held: dict[int, float] = field(default_factory=dict)
    cost: dict[int, float] = field(default_factory=dict)
    written: dict[int, int] = field(default_factory=dict)  # tokens, of those that run
    begun: list[tuple[Who, dict[Who, dict[int, float]]]] = field(default_factory=list)  # by whom; what who ran held

    def budgets(self, who: Who) -> dict[Who, tuple[float, float]]:
        """Cap and what is spent of the day's budget (None), and of the session's own."""
        day = self.spending.meters[SPEND].usd if SPEND in self.spending.meters else 0.0
        return {None: (1.0, day)} | ({who: (0.6, self.spending.session_usd.get(who, 0.0))} if who else {})

    def within(self, budget: Who) -> dict[int, float]:
        """Who runs in this budget, and what is held for each: as expected, or what it has cost once that is more."""
        own = [number for number, (_, who, _) in self.running.items() if budget in (None, who)]
        return {number: max(self.held[number], cost_usd(WRITES, self.usage(number)) or 0.0) for number in own}

    def begin(self, who: Who, tokens: int, limit: int | None) -> None:
        """Refused if, and only if, a budget is spent or held; so never where nothing runs and nothing is spent."""
        there = {budget: self.within(budget) for budget in self.budgets(who)}
        sums = {b: (cap, usd, usd + sum(there[b].values())) for b, (cap, usd) in self.budgets(who).items()}
        refused = self.spending.unpaid(BUDGET, WRITES, who, T0)
        assert (refused is None) == all(both < cap for cap, _, both in sums.values())
        assert refused is None or any(there[b] or usd >= cap for b, (cap, usd, _) in sums.items())
        if refused is None:
            permit = Permit(len(self.held), WRITES, (), tokens=tokens)
            self.spending.reserve(permit, who, limit)
            self.held[permit.number] = self.spending.held["metered"].money.get(permit.number, 0.0)
            self.running[permit.number] = (permit, who, limit or LONGEST)
            self.begun.append((who, there))
            self.written[permit.number] = 0
            self.spending.follow(permit, who, lambda: self.usage(permit.number))

    def usage(self, number: int) -> Usage:
        return Usage(input=self.running[number][0].tokens, output=self.written[number])

    def grow(self, at: int, tokens: int) -> None:
        """More of an answer has come."""
        if self.running:
            number = list(self.running)[at % len(self.running)]
            self.written[number] = min(self.written[number] + tokens, self.running[number][2])

    def end(self, at: int, written: int, fails: bool) -> None:
        if not self.running:
            return
        number = list(self.running)[at % len(self.running)]
        permit, who, most = self.running.pop(number)
        usage = Usage(input=permit.tokens, output=max(min(written, most), self.written[number]))
        self.cost[number] = cost_usd(WRITES, usage) or 0.0
        self.spending.settle(permit, who, None if fails else usage)
        self.spending.count(WRITES, who, usage, self.cost[number], T0)

    def passes_at_most(self, budget: Who) -> float:
        """What the one that began last in it cost, and those beside it more than was held for them."""
        last = max((n for n, (who, _) in enumerate(self.begun) if budget in (None, who)), default=None)
        if last is None:
            return 0.0
        beside = self.begun[last][1][budget]
        return self.cost[last] + sum(max(self.cost[n] - held, 0.0) for n, held in beside.items())


@given(st.lists(BEGIN | GROW | END, max_size=60))
@settings(max_examples=200)
def test_a_budget_is_passed_by_at_most_the_last_answer_and_what_ran_over_beside_it(steps: list[Any]) -> None:
    """Whatever begins and ends in whatever order; in the end every answer is as long as it may be."""
    till = Till()
    for what, *rest in steps:
        getattr(till, what)(*rest)
    while till.running:
        till.end(0, LONGEST, False)
    for who in SPENDERS:
        for budget, (cap, spent) in till.budgets(who).items():
            assert spent < cap + till.passes_at_most(budget) + 1e-9
    assert till.spending.session_held == {}
    assert all(not held.money for held in till.spending.held.values())
