"""Variants: what a name with a provider in front stands for, and when it stands for nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear_protocol.words import Billing
from switchgeard.config.load import load
from switchgeard.config.settled import Config
from switchgeard.core.listing import Listed, Listing
from switchgeard.core.offer import Price
from switchgeard.variants import MOST, SPELLING, Variants, names, owners, variant

TEXT = """
[defaults]
routing = {allow_feature_downgrade = true}
failover = {retry = {attempts = 3}}

[grouping]
auto = "off"

[[providers]]
id = "router"
kind = "openrouter"
label = "Router"
billing = "metered"
limits = {usd_per_day = 2.0}

[[providers]]
id = "pool"
kind = "azure-openai"
base_url = "https://x.openai.azure.com/openai/v1"

[[providers]]
id = "home"
kind = "ollama"

[[models]]
alias = "both"
group = [
  {provider = "router", model = "z-ai/glm-9", price = {input = 1.0, output = 2.0}},
  {provider = "home", model = "glm"},
]
"""
CODER = Listed("qwen/qwen3-coder", context=262_144, tools=True, price=Price(0.2, 0.8))
FREE = Listed("qwen/qwen3-coder:free", price=Price(0.0, 0.0))
OFF = Listed("google/secret", enabled=False, why_not="not for this account")
LISTS = {
    "router": Listing((CODER, FREE, OFF), 1.0),
    "home": Listing((Listed("qwen3:8b"), Listed("llama3.2:latest")), 1.0),
}


def config() -> Config:
    found = load(TEXT, "", 1)
    assert isinstance(found, Config), found
    return found


def served(name: str) -> str | None:
    """The id a variant's provider is asked for by."""
    found = variant(name, config(), LISTS.get(name.partition("/")[0]))
    return None if found is None else found.offers[0].model


def test_a_listed_model_is_one_offer_with_what_its_list_says() -> None:
    """Price, window, and its provider's own billing, label and limits; the user's defaults; nobody beside it."""
    found = variant("router/qwen/qwen3-coder", config(), LISTS["router"])
    assert found is not None
    (offer,) = found.offers
    assert (offer.key, offer.name) == (("router", "qwen/qwen3-coder"), "router/qwen/qwen3-coder")
    assert (offer.price, offer.features.context, offer.billing) == (Price(0.2, 0.8), 262_144, Billing.METERED)
    assert (offer.label, offer.caps.usd_per_day) == ("qwen/qwen3-coder (via Router)", 2.0)
    assert (found.alias, found.label, found.within) == ("router/qwen/qwen3-coder", "qwen/qwen3-coder", None)
    assert (found.routing.allow_feature_downgrade, found.failover.retry.attempts) == (True, 3)


def test_what_a_group_says_of_an_offer_holds_for_the_variant_too() -> None:
    """And the model that could fail over is known by name."""
    found = variant("router/z-ai/glm-9", config(), LISTS["router"])
    assert found is not None
    assert (found.offers[0].price, found.offers[0].label, found.within) == (
        Price(1.0, 2.0),
        "Both (via Router)",
        "both",
    )


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("router/qwen/qwen3-coder:free", "qwen/qwen3-coder:free"),
        ("router/qwen/qwen3-coder:nitro", "qwen/qwen3-coder:nitro"),  # listed without its way to be served
        ("router/qwen/qwen4-coder", None),
        ("router/google/secret", "google/secret"),  # the plan says why it is withheld
        ("router/", None),
        ("router", None),
        ("nobody/qwen/qwen3-coder", None),
        ("home/llama3.2", "llama3.2"),
        ("home/qwen3", None),  # another tag than the one that was pulled
        ("pool/my-deployment.1", "my-deployment.1"),  # nobody lists those
        ("pool/two words", None),
        ("pool/../../x", None),
        ("pool/-x", None),
    ],
)
def test_a_name_is_a_variant_unless_it_surely_is_none(name: str, id: str | None) -> None:
    """Slashes, colons and dots belong to the id; a provider without a list is believed."""
    assert served(name) == id


def test_the_price_of_a_way_to_be_served_is_the_listed_models() -> None:
    """An unknown price would count in no budget."""
    found = variant("router/qwen/qwen3-coder:floor", config(), LISTS["router"])
    assert found is not None
    assert found.offers[0].price == Price(0.2, 0.8)


def test_before_a_list_was_read_anything_may_be_there() -> None:
    """And after a look that brought nothing."""
    for listing in (None, Listing(reason="status 500")):
        assert variant("router/qwen/qwen4-coder", config(), listing) is not None


def test_the_names_of_a_provider_are_what_can_be_asked_for() -> None:
    """What it withholds cannot."""
    assert names(config(), LISTS, "router") == ["z-ai/glm-9", "qwen/qwen3-coder", "qwen/qwen3-coder:free"]
    assert owners(config(), LISTS, "qwen/qwen3-coder") == ["router"]


def test_the_memo_follows_the_config_and_the_lists() -> None:
    """A new list is in force at once."""
    memo, mine = Variants(), config()
    assert memo.find("router/new", mine, {}) is not None
    assert not memo.vouched("router/new", mine, {})
    assert memo.find("router/new", mine, LISTS) is None
    later = {"router": Listing((Listed("new"),), 2.0)}
    assert memo.find("router/new", mine, later) is memo.find("router/new", mine, later)
    assert memo.vouched("router/new", mine, later)
    assert memo.vouched("router/z-ai/glm-9", mine, later)
    assert not memo.vouched("nobody/x", mine, later)


def test_the_memo_is_bounded() -> None:
    """Whatever clients ask for."""
    memo, mine = Variants(), config()
    for number in range(MOST + 10):
        memo.find(f"nobody/{number}", mine, {})
    assert len(memo.made) <= MOST
    assert memo.find("pool/" + "x" * 1_000_000, mine, {}) is None
    assert max(map(len, memo.made)) < 1000


def test_the_memo_holds_no_config_that_is_not_in_force_any_more() -> None:
    """A name that nobody asks for again would keep all of it in memory."""
    memo, before, mine = Variants(), config(), config()
    for name in ("router/new", "pool/x"):
        memo.find(name, before, {})
    memo.find("pool/x", mine, {})
    assert list(memo.made) == ["pool/x"]
    assert memo.by is mine


@given(st.text(max_size=250))
def test_what_no_list_holds_up_is_one_plain_word(model: str) -> None:
    """It goes into paths and argv: no step up, no option, no control character, nothing endless."""
    if SPELLING.fullmatch(model):
        assert model.isascii()
        assert model.isprintable()
        assert not model.startswith(("-", "."))
        assert not set(model) & set(" ?#%\\\"'")
        assert ".." not in model
        assert len(model) <= 200
