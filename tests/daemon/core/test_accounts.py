"""accounts: providers that one account pays for share its quota, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from switchgear_protocol.words import Health, Scope
from switchgeard.core.accounts import Accounts, alike, echoed, mirrored
from switchgeard.core.clock import Now
from switchgeard.core.health import CLOSED, Circuit, ScopeKey, block, eligible
from switchgeard.core.quota import Window

NOW = Now(1_800_000_000.0, 1000.0)
TWINS = Accounts(alike({"a": "one", "b": "one", "c": "another"}))
RATE = ScopeKey(Scope.BUCKET, "a", "rate", "opus")
SPENT = block(CLOSED, Health.QUOTA_EXHAUSTED, "spent", NOW.wall + 600, "header", NOW)


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("xyz")))
def test_each_knows_all_others_of_its_account_and_nobody_else(payers: dict[str, str]) -> None:
    """Whoever is alone is not told of at all."""
    found = alike(payers)
    for provider, payer in payers.items():
        others = {other for other in payers if payers[other] == payer and other != provider}
        assert set(found.get(provider, ())) == others
    assert all(found.values())


def test_a_bucket_closed_for_one_is_closed_for_the_other_until_the_same_moment() -> None:
    """For the same models, with the same words."""
    found = mirrored({}, {RATE: SPENT}, TWINS, NOW)
    assert list(found) == [replace(RATE, owner="b")]
    [mirror] = found.values()
    assert (mirror.health, mirror.reason, mirror.until) == (SPENT.health, SPENT.reason, SPENT.until)


def test_a_bucket_that_works_again_may_be_tested_by_the_other() -> None:
    """It is not called well before it was."""
    theirs = replace(RATE, owner="b")
    [(key, mirror)] = mirrored({RATE: SPENT, theirs: SPENT}, {RATE: CLOSED}, TWINS, NOW).items()
    assert key == theirs
    assert mirror.open
    assert eligible(mirror, NOW)


@pytest.mark.parametrize("scope", [Scope.ENDPOINT, Scope.CREDENTIAL, Scope.OFFER])
def test_only_buckets_are_shared(scope: Scope) -> None:
    """A login that is refused, or a model that is not there, is each provider's own."""
    assert mirrored({}, {ScopeKey(scope, "a", "x"): SPENT}, TWINS, NOW) == {}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (SPENT, SPENT),
        (SPENT, replace(SPENT, probing=True, generation=9)),
        (CLOSED, replace(CLOSED, live=1)),
    ],
    ids=["no news", "a probe", "a request"],
)
def test_what_is_no_news_is_not_mirrored(before: Circuit, after: Circuit) -> None:
    """Attempts of one are none of the other."""
    assert mirrored({RATE: before}, {RATE: after}, TWINS, NOW) == {}


def test_who_is_alone_shares_nothing() -> None:
    """And a circuit that changed by itself in the same moment is left as it is."""
    alone = replace(RATE, owner="c")
    assert mirrored({}, {alone: SPENT}, TWINS, NOW) == {}
    assert mirrored({}, {RATE: SPENT, replace(RATE, owner="b"): SPENT}, TWINS, NOW) == {}


def test_a_reading_is_the_others_too() -> None:
    """Under its own name."""
    window = Window("a", "5h", NOW.wall, "header", used=0.5)
    assert echoed([window, replace(window, provider="c")], TWINS) == [replace(window, provider="b")]


def test_what_a_person_should_know_names_the_others_and_a_cure() -> None:
    """A login that is in memory only is said first."""
    remark = TWINS.remark("a")
    assert remark is not None
    assert "one account with b" in remark[0]
    assert remark[1].endswith("switchgear config edit")
    assert TWINS.remark("c") is None
    assert Accounts(TWINS.alike, {"a": ("in memory", "unlock it")}).remark("a") == ("in memory", "unlock it")
