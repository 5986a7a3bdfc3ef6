"""What a tool is told of a model."""

from hypothesis import given
from hypothesis import strategies as st

from switchgear.cli.connect.model import Model, model_of

LIMITS = st.none() | st.integers(1, 10**7)


def offer(context: int | None = None, tools: bool | None = None, price: float | None = None) -> dict[str, object]:
    features = {} if tools is None else {"tools": tools}
    return {"context": context, "features": features, "price": {} if price is None else {"input": price}}


@given(st.lists(LIMITS, max_size=4))
def test_the_window_is_the_smallest_known(windows: list[int | None]) -> None:
    """So that nothing overflows whoever serves; unknown ones say nothing."""
    known = [window for window in windows if window]
    told = model_of({"alias": "a", "offers": [offer(window) for window in windows]})
    assert told.context == (min(known) if known else None)


@given(st.lists(st.none() | st.booleans(), max_size=4))
def test_an_ability_is_what_any_offer_has(tools: list[bool | None]) -> None:
    """A request that needs it goes to one that has; what nobody says stays unknown."""
    known = [one for one in tools if one is not None]
    told = model_of({"alias": "a", "offers": [offer(tools=one) for one in tools]})
    assert told.tools == (any(known) if known else None)


def test_the_price_is_the_first_offers() -> None:
    """And no other's when it has none."""
    assert model_of({"alias": "a", "offers": [offer(price=5.0), offer(price=1.0)]}).price == {"input": 5.0}
    assert model_of({"alias": "a", "offers": [offer(), offer(price=1.0)]}).price == {}


def test_a_variant_is_called_by_its_offer() -> None:
    """A merged model of one offer is not."""
    pro = {"provider": "pro", "model": "opus", "label": "Opus (via Pro)"}
    assert model_of({"alias": "pro/opus", "label": "opus", "offers": [pro]}).name == "Opus (via Pro)"
    assert model_of({"alias": "opus", "label": "Opus", "offers": [pro]}).name == "Opus"


def test_a_model_without_offers_or_label_is_still_one() -> None:
    """Its id is its name."""
    assert model_of({"alias": "a", "offers": []}) == Model("a", "a")
