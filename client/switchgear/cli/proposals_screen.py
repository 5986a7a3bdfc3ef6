"""The page of `switchgear models propose`: models that could be merged, and which lists could not be read."""

from __future__ import annotations

from .screen import clean, folded
from .table import rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .screen import Screen
    from .wire import Json

NONE = {
    "off": ('Nothing is proposed: [grouping] auto = "off".', "  hint: switchgear config edit"),
    "merge": (
        'Nothing to accept: [grouping] auto = "merge" has merged what several providers list.',
        "  hint: switchgear models",
    ),
    "propose": (
        "Nothing new to merge: your providers have no other model in common.",
        "  hint: switchgear models propose --refresh",
    ),
}
"""Why there may be none, by `[grouping] auto`."""
UNREAD = ("Nothing to merge: no list of your providers could be read.",)


def proposals(screen: Screen, result: Json, refreshed: bool = False) -> Iterable[str]:
    """Each proposal with its variants in the order they would serve, then what could not be asked. `refreshed`: the
    providers have just been asked."""
    found, auto = result["proposals"], result.get("auto", "propose")
    if found:
        yield from (line for each in found for line in _proposal(screen, each))
    else:
        yield from _why_none(auto, result.get("listings", []), refreshed)
    yield from _trouble(screen, result.get("listings", []))
    if found:
        yield ""
        yield clean(f"  hint: switchgear models propose --accept {found[0]['alias']}")


def _why_none(auto: str, listings: list[Json], refreshed: bool) -> Sequence[str]:
    if auto == "propose" and listings and all(each.get("reason") for each in listings):
        return UNREAD
    return NONE[auto][:1] if refreshed and auto == "propose" else NONE[auto]


def _proposal(screen: Screen, proposal: Json) -> Iterator[str]:
    note = "  in your config; what would join it is marked +" if proposal["exists"] else ""
    yield f"{screen.paint('bold', clean(proposal['alias']))}{note}"
    yield from rows(screen, [_variant(offer, proposal) for offer in proposal["offers"]], indent="  ")


def _variant(offer: Json, proposal: Json) -> list[str]:
    name = f"{offer['provider']}/{offer['model']}"
    mark = "+" if proposal["exists"] and name in proposal["new"] else ""
    price = offer.get("price") or {}
    cost = f"${price['input']:g} in, ${price['output']:g} out" if price else ""
    return [f"{name} {mark}".rstrip(), offer["billing"], cost, "quantised" if offer["quantised"] else "", offer["why"]]


def _trouble(screen: Screen, listings: list[Json]) -> Iterator[str]:
    for listing in listings:
        if listing.get("reason"):
            yield from folded(screen, clean(f"{listing['provider']}: {listing['reason']}"))
            if listing.get("hint"):
                yield clean(f"  hint: {listing['hint']}")
        elif listing.get("read_at") and not listing["models"]:
            yield f"{listing['provider']}: it lists no models"
