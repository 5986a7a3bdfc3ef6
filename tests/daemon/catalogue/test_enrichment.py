"""What the config leaves open is filled in; what it says stands, unless the provider offers less."""

from msgspec.structs import replace

from switchgear_protocol.content import Usage
from switchgear_protocol.words import Billing
from switchgeard.catalogue.enrichment import applied, by_name
from switchgeard.catalogue.shipped import Facts, Shipped
from switchgeard.core.cost import list_usd
from switchgeard.core.listing import Listed
from switchgeard.core.offer import Catalog, Features, MergedModel, Offer, Price, Tier

WIRES = ("openai.chat", "openai.responses")
OFFER = Offer("api", "gpt-5.5", "openai", "https://x:443", Billing.METERED, "x", wires=WIRES)
SHIPPED = Shipped({}, {"openai": {"gpt-5.5": Facts(1000, 100, images=False, price=Price(5.0, 30.0))}}, {})


def known(offer: Offer, *rows: Listed, shipped: Shipped = SHIPPED) -> Offer:
    catalog = Catalog({"m": MergedModel("m", "M", (offer,))}, 7)
    lists = {"api": by_name(rows)} if rows else {}
    found = applied(catalog, shipped, lists)
    assert found.revision == 7
    return found.models["m"].offers[0]


def test_the_shipped_facts_fill_what_nobody_said() -> None:
    """Limits, abilities, price and the name the model has everywhere; and where they are from."""
    found = known(OFFER)
    assert (found.features.context, found.features.max_output, found.features.images) == (1000, 100, False)
    assert found.price == Price(5.0, 30.0)
    assert (found.canonical, found.facts) == ("gpt-5-5", "price: catalogue, context: catalogue")
    assert found.assumed_window


def test_the_providers_list_goes_before_the_shipped_facts() -> None:
    """It is newer, and this account's."""
    found = known(OFFER, Listed("gpt-5.5", context=2000, images=True, price=Price(1.0, 2.0)))
    assert (found.features.context, found.features.images, found.price) == (2000, True, Price(1.0, 2.0))
    assert found.facts == "price: listed, context: listed"
    assert not found.assumed_window


def test_the_users_price_stands_and_his_limits_only_shrink() -> None:
    """A larger context than the provider lists is refused there anyway."""
    mine = replace(
        OFFER, features=Features(context=1500), price=Price(9.0), written=frozenset({"context", "price", "images"})
    )
    assert (known(mine).features.context, known(mine).features.images) == (1500, True)
    found = known(mine, Listed("gpt-5.5", context=1200, images=False, price=Price(1.0)))
    assert (found.features.context, found.features.images, found.price) == (1200, False, Price(9.0))
    assert known(mine, Listed("gpt-5.5", context=9999)).features.context == 1500


def test_cache_prices_the_user_left_out_stand_to_his_input_as_the_known_ones_do() -> None:
    """At the price of input, a session's cached prompts would spend a budget ten times over."""
    mine, wrote = Price(4.0, 20.0), frozenset({"price"})
    listed = Listed("gpt-5.5", price=Price(5.0, 25.0, cache_read=0.5, cache_write=6.25, cache_write_1h=10.0))
    found = known(replace(OFFER, price=mine, written=wrote), listed)
    assert found.price == Price(4.0, 20.0, cache_read=0.4, cache_write=5.0, cache_write_1h=8.0)
    told = replace(mine, cache_read=1.0)
    assert known(replace(OFFER, price=told, written=wrote), listed).price == replace(found.price, cache_read=1.0)
    assert known(replace(OFFER, price=mine, written=wrote)).price == mine  # the catalogue has none either
    free = Listed("gpt-5.5", price=Price(0.0, 0.0, cache_read=0.0))
    assert known(replace(OFFER, price=mine, written=wrote), free).price == mine


def test_openai_asks_more_for_a_prompt_kept_for_hours() -> None:
    """2.5 times the input, which no list of prices has; the longer prompts' too. Where writing is free, nothing."""
    tier = Tier(272_000, 4.0, 15.0, cache_write=5.0)
    listed = Listed("gpt-5.5", price=Price(2.0, 10.0, cache_write=2.5, tiers=(tier,)))
    price = known(OFFER, listed).price
    assert price is not None
    assert (price.cache_write_1h, price.tiers[0].cache_write_1h) == (5.0, 10.0)
    assert list_usd(price, Usage(cache_write=100_000, cache_write_1h=100_000)) == 0.5
    assert known(OFFER).price == Price(5.0, 30.0)
    elsewhere = known(replace(OFFER, kind="openai-compatible"), listed).price
    assert elsewhere is not None
    assert elsewhere.cache_write_1h is None


def test_a_model_switched_off_for_the_account_says_why() -> None:
    """Known before a request has to find out; an alias of the row is the row."""
    found = known(replace(OFFER, model="new"), Listed("gpt-5.5", enabled=False, why_not="policy", aliases=("new",)))
    assert found.withheld == "policy"
    assert known(OFFER).withheld == ""


def test_a_model_is_spoken_to_only_in_the_dialects_it_is_listed_with() -> None:
    """Some providers answer one model in one dialect only."""
    found = known(OFFER, Listed("gpt-5.5", wires=("openai.responses",)))
    assert (found.wire, found.wires) == ("openai.responses", ("openai.responses",))
    assert "answers only in google.generate" in known(OFFER, Listed("gpt-5.5", wires=("google.generate",))).withheld


def test_what_nobody_knows_stays_as_it_was() -> None:
    """No list and no facts: no limit, no price, nothing switched off."""
    found = known(replace(OFFER, model="mine:70b-q4_K_M"), shipped=Shipped())
    assert (found.features, found.price, found.quantised) == (OFFER.features, None, True)
    assert (found.canonical, found.facts) == ("mine-70b", "")
