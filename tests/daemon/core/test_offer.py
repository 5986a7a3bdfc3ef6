"""The catalog: every offer once, whatever groups it is in."""

from sample_offers import merged, offer
from switchgeard.core.offer import Catalog, Price


def test_an_offer_in_two_groups_is_one_variant_with_the_price_that_is_known() -> None:
    """Its label is the first group's; a budget does not lose sight of it."""
    plain, priced = offer("a", label="M (via A)"), offer("a", label="N (via A)", price=Price(1.0, 2.0))
    for first, second in ((plain, priced), (priced, plain)):
        catalog = Catalog({"m": merged(first, offer("b")), "n": merged(second, alias="n")})
        assert [(one.provider, one.label) for one in catalog.offers()] == [("a", first.label), ("b", "M (via b)")]
        assert catalog.offers()[0].price == Price(1.0, 2.0)
