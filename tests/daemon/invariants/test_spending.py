"""Spending under random histories: with `metered = "never"` no metered offer is ever contacted."""

import os

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from completing import Asking, World, play, world
from fake_upstream import FAULTS, HEALTHY, OK, Fault
from switchgear_protocol.words import Billing

EXAMPLES = int(os.environ.get("SWITCHGEAR_EXAMPLES", "60"))
FREE = [billing for billing in Billing if billing is not Billing.METERED]

SCRIPTS = st.lists(
    st.tuples(st.sampled_from(Billing), st.lists(st.sampled_from([*FAULTS, *HEALTHY, OK, OK]), min_size=1, max_size=4)),
    min_size=1,
    max_size=5,
)
ASKINGS = st.lists(
    st.builds(
        Asking,
        at=st.sampled_from([0.0, 0.01, 1.0, 31.0, 100.0]),
        stream=st.booleans(),
        leaves=st.sampled_from([None, None, 0.01, 40.0]),
        wait=st.sampled_from([0.0, 60.0, float("inf")]),
        session=st.sampled_from([None, "s1", "s2"]),
    ),
    min_size=1,
    max_size=12,
)


def contacted(made: World) -> set[str]:
    return {hit.host.partition(".")[0] for hit in made.upstream.hits}


def metered(made: World) -> set[str]:
    return {offer.provider for offer in made.model.offers if offer.billing is Billing.METERED}


@given(SCRIPTS, ASKINGS, st.integers(0, 2**16), st.sampled_from(["given", "cheapest"]), st.booleans())
@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow])
def test_never_means_never(
    scripts: list[tuple[Billing, list[Fault]]], askings: list[Asking], seed: int, order: str, pinned: bool
) -> None:
    """Whatever fails, whoever is pinned, in any order; who must be told is told once a request."""
    billings = [billing for billing, _ in scripts]
    made = world([script for _, script in scripts], seed, billings=billings, order=order, metered="never")
    if pinned:
        made.pin(seed % len(scripts))
    play(made, askings)
    assert contacted(made) & metered(made) == set()
    told = [event.request for event in made.events if event.type == "spend"]
    assert len(told) == len(set(told))


@given(st.sampled_from(FREE), st.integers(0, 9))
@settings(max_examples=10)
def test_what_is_paid_in_advance_is_not_metered(billing: Billing, seed: int) -> None:
    """It needs no consent."""
    made = play(world([[OK]], seed, billings=[billing], metered="never"), [Asking()])
    assert (contacted(made), [event for event in made.events if event.type == "spend"]) == ({"p0"}, [])


def test_who_watches_is_told_once_that_only_consent_was_missing() -> None:
    """A refusal names the command; a request served by another, worse in the order, says so too."""
    behind = play(world([[OK], [OK]], billings=[Billing.INCLUDED, Billing.METERED], metered="ask"), [Asking()])
    assert [event for event in behind.events if event.type == "spend"] == []
    for billings, served in (([Billing.METERED], set()), ([Billing.METERED, Billing.INCLUDED], {"p1"})):
        made = play(world([[OK]] * len(billings), billings=billings, metered="ask"), [Asking(session="s"), Asking()])
        (first, second) = (event for event in made.events if event.type == "spend")
        assert contacted(made) == served
        assert {first.request, second.request} == {"req-0", "req-1"}
        assert (first.provider, first.alias, first.label) == ("p0", "m", "M (via p0)")
        assert first.reason == "metered spending needs your consent: switchgear allow metered --for 1h"


def test_a_refusal_for_consent_has_its_own_kind_and_names_the_command() -> None:
    """Editors show the command, programs read the kind."""
    made = play(world([[OK]], billings=[Billing.METERED], metered="ask"), [Asking()])
    (told,) = made.told
    assert told.kind == "consent"
    assert told.error is not None
    assert told.error.answer.data is not None
    assert told.error.answer.data.hint == "switchgear allow metered --for 1h"
