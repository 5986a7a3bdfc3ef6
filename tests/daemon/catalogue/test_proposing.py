"""Variants become one model only where that is sure, in the order people would choose."""

from msgspec.structs import replace

from switchgear_protocol.words import Billing
from switchgeard.catalogue.proposing import Group, arranged, proposed
from switchgeard.catalogue.shipped import Shipped
from switchgeard.core.listing import Listed
from switchgeard.core.offer import Catalog, MergedModel, Offer, Price
from switchgeard.core.provider import Provider


def provider(name: str, billing: Billing = Billing.METERED) -> Provider:
    return Provider(name, "openai-compatible", name, "http://x", billing)


ALL = {
    "router": provider("router", Billing.PREPAID),
    "api": provider("api"),
    "cheap": provider("cheap"),
    "sub": provider("sub", Billing.INCLUDED),
    "home": provider("home", Billing.LOCAL),
}


NONE = Catalog()


def groups(single: bool = False, catalog: Catalog = NONE, **lists: tuple[Listed, ...]) -> list[Group]:
    return proposed(ALL, catalog, Shipped(), lists, single)


def names(group: Group) -> list[str]:
    return [f"{variant.provider.id}/{variant.model}" for variant in group.variants]


def test_paid_for_comes_first_then_local_then_the_cheaper() -> None:
    """One model of five providers, each with its own spelling."""
    (group,) = groups(
        api=(Listed("llama-3.3-70b-instruct", price=Price(2.0, 2.0)),),
        cheap=(Listed("meta-llama/Llama-3.3-70B-Instruct", price=Price(1.0, 1.0)),),
        sub=(Listed("llama-3.3-70b-versatile"),),
        home=(Listed("llama3.3:70b-instruct"),),
        router=(Listed("meta-llama/llama-3.3-70b-instruct"),),
    )
    assert group.alias == "llama-3.3-70b-instruct"
    assert [variant.provider.id for variant in group.variants] == ["sub", "home", "router", "cheap", "api"]


def test_a_name_the_user_gave_another_model_is_not_proposed() -> None:
    """However he spells it."""
    rows = (Listed("gpt-5.5"),)
    offer = Offer("sub", "llama-4", "openai-compatible", "http://x:80", Billing.INCLUDED, "x")
    for alias in ("gpt-5-5", "gpt-5.5"):
        catalog = Catalog({alias: MergedModel(alias, alias, (offer,))})
        assert groups(catalog=catalog, api=rows, cheap=rows) == []
    assert [group.alias for group in groups(api=rows, cheap=rows)] == ["gpt-5.5"]


def test_lower_precision_stands_behind_what_is_whole() -> None:
    """Even where it costs nothing."""
    (group,) = groups(home=(Listed("llama3.3:70b-instruct-q4_K_M"),), api=(Listed("llama-3.3-70b-instruct"),))
    assert [variant.quantised for variant in group.variants] == [False, True]


def test_what_may_be_another_model_is_left_alone() -> None:
    """Another window, other abilities, another maker, another quota, a moving name."""
    pairs = (
        (Listed("m", context=8_000), Listed("m", context=128_000)),
        (Listed("m", tools=True), Listed("m", tools=False)),
        (Listed("m", reasoning=True), Listed("m", reasoning=False)),
        (Listed("acme/m"), Listed("other/m")),
        (Listed("m"), Listed("m:free")),
        (Listed("m"), Listed("m-latest")),
        (Listed("m"), Listed("m", enabled=False)),
        (Listed("text-embedding-3"), Listed("text-embedding-3")),
    )
    assert [groups(api=(one,), sub=(other,)) for one, other in pairs] == [[]] * len(pairs)


def test_two_releases_far_apart_are_two_models() -> None:
    """60 days, where both sides have a date that is a release's: in the id, or in a list that tells it."""
    api = replace(ALL["api"], kind="openai")
    told = {"api": api, "sub": replace(ALL["sub"], kind="anthropic"), "home": ALL["home"]}
    day = 86400.0

    def merged(one: Listed, provider: str, other: Listed) -> bool:
        return bool(proposed(told, NONE, Shipped(), {"api": (one,), provider: (other,)}))

    assert merged(Listed("m", created=100 * day), "sub", Listed("m", created=160 * day))
    assert not merged(Listed("m", created=100 * day), "sub", Listed("m", created=161 * day))
    assert not merged(Listed("m-2026-01-01"), "sub", Listed("m-2026-04-01"))
    assert merged(Listed("m-2026-01-01"), "sub", Listed("m-20260101"))
    assert merged(Listed("m-20261339"), "sub", Listed("m", created=day))  # eight digits that are no date
    assert merged(Listed("m", created=100 * day), "home", Listed("m", created=900 * day))  # when a server was started


def test_sparse_models_that_run_another_share_are_two_models() -> None:
    """One that does not say how much of it runs is either."""
    pairs = (("m-30b-a3b", "m-30b-a6b"), ("m-30b", "m-30b-a6b"), ("m-30b-a3b", "m-30b-a3b"))
    assert [bool(groups(api=(Listed(one),), sub=(Listed(other),))) for one, other in pairs] == [False, True, True]


def test_a_moving_name_counts_as_what_it_stands_for_now() -> None:
    """Where the provider's list says what that is."""
    (group,) = groups(api=(Listed("m-latest", target="m-2"),), sub=(Listed("m-2"),))
    assert names(group) == ["sub/m-2", "api/m-latest"]


def test_one_variant_of_a_provider_is_enough() -> None:
    """Dated and plain name of one release: the plain one."""
    (group,) = groups(api=(Listed("gpt-5.5-2026-04-23"), Listed("gpt-5.5")), router=(Listed("openai/gpt-5.5"),))
    assert names(group) == ["router/openai/gpt-5.5", "api/gpt-5.5"]


def test_what_the_config_has_is_not_proposed_again() -> None:
    """Under its alias, whatever that is; only what would be new in it is told."""
    offer = Offer("api", "gpt-5.5", "openai-compatible", "http://x:80", Billing.METERED, "x")
    catalog = Catalog({"big": MergedModel("big", "Big", (offer,))})
    (group,) = groups(catalog=catalog, sub=(Listed("gpt-5.5"),))
    assert (group.alias, group.exists) == ("big", True)
    assert [variant.provider.id for variant in group.new] == ["sub"]
    both = replace(catalog.models["big"], offers=(offer, replace(offer, provider="sub")))
    assert groups(catalog=Catalog({"big": both}), sub=(Listed("gpt-5.5"),)) == []


def test_no_lists_are_no_proposals_and_single_models_only_when_asked() -> None:
    """Nothing listed, and one provider alone."""
    assert groups() == []
    assert groups(api=(Listed("m"),)) == []
    assert [group.alias for group in groups(single=True, api=(Listed("m"),))] == ["m"]


def test_newcomers_stand_behind_what_would_serve_no_later() -> None:
    """The user's order stays, whatever it is; the figure is how many of his own stand before each."""
    offers = {name: Offer(name, "m", "k", "http://x:80", ALL[name].billing, name) for name in ALL}

    def placed(own: str, new: str) -> list[str]:
        model = MergedModel("m", "M", tuple(offers[name] for name in own.split()))
        rows = {name: (Listed("m"),) for name in new.split()}
        (group,) = proposed(ALL, Catalog({"m": model}), Shipped(), rows)
        return [variant.provider.id for variant in arranged(model, group)]

    assert placed("sub api", "home router cheap") == ["sub", "home", "router", "api", "cheap"]
    assert placed("api", "sub") == ["sub", "api"]
    assert placed("api sub", "home") == ["api", "sub", "home"]
    assert placed("router api sub", "cheap home") == ["router", "api", "sub", "home", "cheap"]


def test_a_provider_in_the_users_group_is_not_proposed_for_it_again() -> None:
    """He chose the dated name; the plain one of the same provider is the same model."""
    offer = Offer("api", "gpt-5.5-2026-04-23", "openai-compatible", "http://x:80", Billing.METERED, "x")
    catalog = Catalog({"big": MergedModel("big", "Big", (offer,))})
    assert groups(catalog=catalog, api=(Listed("gpt-5.5"),)) == []
    (group,) = groups(catalog=catalog, api=(Listed("gpt-5.5"),), sub=(Listed("gpt-5.5"),))
    assert names(group) == ["sub/gpt-5.5", "api/gpt-5.5-2026-04-23"]
    assert [variant.provider.id for variant in group.new] == ["sub"]


def test_who_joins_a_model_is_the_same_as_what_the_user_put_there() -> None:
    """Not the same as others that would serve before it."""
    offer = Offer("api", "m", "openai-compatible", "http://x:80", Billing.METERED, "x")
    catalog = Catalog({"mine": MergedModel("mine", "Mine", (offer,))})
    small, large = Listed("m", context=8_000), Listed("m", context=128_000)
    assert groups(catalog=catalog, api=(small,), sub=(large,), home=(large,)) == []
    (group,) = groups(catalog=catalog, api=(small,), sub=(large,), home=(small,))
    assert (group.alias, names(group)) == ("mine", ["home/m", "api/m"])


def test_what_the_user_falls_back_to_is_not_what_his_model_is() -> None:
    """A group of two models is the first one's; and a name he gave to something else is not proposed again."""
    first, other = (Offer("api", each, "openai-compatible", "http://x:80", Billing.METERED, "x") for each in ("m", "n"))
    catalog = Catalog({"both": MergedModel("both", "Both", (first, other))})
    found = groups(catalog=catalog, sub=(Listed("m"), Listed("n")), api=(Listed("n"),))
    assert [(group.alias, group.exists) for group in found] == [("both", True), ("n", False)]
    catalog = Catalog({"n": MergedModel("n", "N", (first,))})
    assert groups(catalog=catalog, sub=(Listed("n"),), home=(Listed("n"),)) == []
