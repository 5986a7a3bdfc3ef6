"""What a tool is told of a model: limits, abilities and price, from the daemon's `models/list`.

Rules for editing: pure, and honest: what is not known is None and stays unsaid in a tool's config.
Over the offers of a merged model:

    context, output   the smallest known, so that what a tool sends never overflows the offer that
                      serves, nor the ones it may fail over to
    abilities         what any offer can do: a request that needs it is routed to one that can
    price             the first offer's, for it serves first
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Model(NamedTuple):
    """`id` is what is asked for. Tokens; USD per million tokens."""

    id: str
    name: str
    context: int | None = None
    output: int | None = None
    tools: bool | None = None
    images: bool | None = None
    pdf: bool | None = None
    reasoning: bool | None = None
    json_schema: bool | None = None
    price: dict[str, float] = {}
    providers: tuple[str, ...] = ()  # ids, in order


def model_of(view: dict[str, Any]) -> Model:
    """A `ModelView` as it came over the wire."""
    offers = view["offers"]
    abilities = {name: _any(offers, name) for name in ("tools", "images", "pdf", "reasoning", "json_schema")}
    return Model(
        view["alias"],
        _name(view, offers),
        _smallest(offers, "context"),
        _smallest(offers, "max_output"),
        **abilities,
        price=_charged(offers[0]) if offers else {},
        providers=tuple(str(offer.get("provider")) for offer in offers),
    )


def _charged(offer: dict[str, Any]) -> dict[str, float]:
    """What a token costs there; nothing for a subscription's, whose list price is known all the same."""
    return {} if offer.get("billing") in ("included", "local") else dict(offer.get("price") or {})


def _name(view: dict[str, Any], offers: list[dict[str, Any]]) -> str:
    """ "Opus 4.6"; of one provider's variant "Opus 4.6 (via Claude Pro)"."""
    if len(offers) == 1 and view["alias"] == f"{offers[0].get('provider')}/{offers[0].get('model')}":
        return str(offers[0].get("label") or view["alias"])
    return str(view.get("label") or view["alias"])


def _smallest(offers: list[dict[str, Any]], name: str) -> int | None:
    return min((int(offer[name]) for offer in offers if offer.get(name)), default=None)


def _any(offers: list[dict[str, Any]], name: str) -> bool | None:
    known = [offer["features"][name] for offer in offers if name in (offer.get("features") or {})]
    return any(known) if known else None
