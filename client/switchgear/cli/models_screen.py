"""The pages of `switchgear models`."""

from __future__ import annotations

from .quota_rows import readings, whole_rows
from .screen import cells, clean
from .status_screen import serving_weight, tellings
from .table import rows
from .times import ahead, wall
from .words import cure_of, via, weight_of, who

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .screen import Screen
    from .table import Cell
    from .wire import Json

PRICES = (("input", "in"), ("output", "out"), ("cache_read", "cached"), ("cache_write", "to cache"))
BILLING = {
    "included": "part of what you pay for anyway",
    "prepaid": "taken from what you paid in",
    "metered": "billed by use",
    "local": "free",
}
BEYOND = "; used up, so more is billed by use"
SOURCES = {"listed": "its own list", "config": "your config", "catalogue": "catalogue"}
LISTED = "Listed too, in none of your models (switchgear ask -m NAME, or switchgear models propose):"
EMPTY = ("No models yet.", "  hint: switchgear setup")


def listing(screen: Screen, result: Json) -> Iterable[str]:
    """One row per merged model: alias, who serves, the user's order."""
    models = result["models"]
    if not models:
        return EMPTY
    return rows(screen, [_listed(screen, model) for model in models], indent="")


def variants(screen: Screen, result: Json) -> Iterable[str]:
    """One row per provider's variant, under its alias; then what providers list and no model names."""
    yield from _named(screen, result)
    if result.get("listed"):
        yield ""
        yield LISTED
        yield from (screen.paint("dim", f"  {clean(name)}") for name in result["listed"])


def _named(screen: Screen, result: Json) -> Iterable[str]:
    now = wall()
    table: list[list[Cell]] = []
    shown: set[str] = set()
    for model in result["models"]:
        alias = model["alias"]
        for offer in model["offers"]:
            name = f"{offer['provider']}/{offer['model']}"
            if alias == name and name in shown:  # also listed as a model of its own: it can be asked for
                continue
            shown.add(name)
            table.append([alias if alias != name else "", name, offer["billing"], _state(screen, offer, now)])
            alias = ""
    return rows(screen, table, indent="") if table else EMPTY


def detail(screen: Screen, model: Json) -> Iterable[str]:
    """Everything about one merged model: who serves, who is next, and of each provider why, how much and how dear."""
    now = wall()
    yield f"{screen.paint('bold', clean(model['alias']))}  {clean(_serving(model))}"
    yield from rows(screen, _policy(model, now), wrap=True)
    for number, offer in enumerate(model["offers"], 1):
        yield ""
        state, words = _turn(screen, offer, now)
        yield from _title(screen, f"{number}. {who(offer['label'])}", offer, (state, words))
        yield from rows(screen, _facts(offer, words), indent="   ", wrap=True)
        yield from _left(screen, offer.get("windows", []), now)


def _serving(model: Json) -> str:
    if not model.get("serving"):
        return "nobody can serve it now"
    known = (offer["health"] for offer in model["offers"] if offer["label"] == model["serving"])
    retried = next(known, "available") != "available"
    return f"{via(model['serving'])}{', which the next request tries again' if retried else ''}"


def _title(screen: Screen, name: str, offer: Json, turn: tuple[str, str]) -> Iterable[str]:
    """One line, or where the terminal is too narrow two."""
    name, key = clean(name), clean(f"{offer['provider']}/{offer['model']}")
    told = screen.paint(turn[0], clean(turn[1]))
    head = f"{screen.paint('bold', name)}  {key}"
    if screen.terminal and cells(f"{name}  {key}  {turn[1]}") > screen.width:
        yield from (head, f"   {told}")
    else:
        yield f"{head}  {told}"


def _left(screen: Screen, windows: Sequence[Json], now: float) -> Iterable[str]:
    """What is left of the offer, and who said so when."""
    yield from rows(screen, whole_rows(screen, windows, now), indent="   ", wrap=True)
    if told := readings(windows, now):
        yield from rows(screen, [[("dim", told)]], indent="   ", wrap=True)


def _turn(screen: Screen, offer: Json, now: float) -> tuple[str, str]:
    """ "● serves now", "● next", "● 3rd in line"; else why it is passed over."""
    place = offer.get("place")
    if place is None or offer["health"] != "available":
        weight, words, *_ = _state(screen, offer, now)
        return weight, words
    words = {1: "serves now", 2: "next", 3: "3rd in line"}.get(place, f"{place}th in line")
    return "good", f"{screen.glyph('good')} {words}"


def _listed(screen: Screen, model: Json) -> list[Cell]:
    order = f" {screen.glyph('arrow')} ".join(offer["provider"] for offer in model["offers"])
    serving = model.get("serving")
    if not serving:
        return [model["alias"], ("bad", f"{screen.glyph('bad')} nobody"), ("dim", order)]
    weight = serving_weight(model)
    return [model["alias"], (weight, f"{screen.glyph(weight)} {via(serving)}"), ("dim", order)]


def _state(screen: Screen, offer: Json, now: float) -> tuple[str, ...]:
    """Its style, then what is to be said of it, from many words to few."""
    weight = weight_of(offer) if offer["health"] != "available" or offer.get("usable") else "dim"
    return weight, *(f"{screen.glyph(weight)} {words}" for words in tellings(offer, now))


def _policy(model: Json, now: float) -> list[list[Cell]]:
    policy: list[list[Cell]] = []
    behind = sorted((offer["place"], who(offer["label"])) for offer in model["offers"] if (offer.get("place") or 0) > 1)
    if behind:
        policy.append(["then", ", ".join(name for _, name in behind)])
    if model.get("order", "given") != "given":
        policy.append(["order", model["order"]])
    alone = len(model["offers"]) == 1
    if not alone:
        policy.append(["sticky", model.get("sticky_mode", "none")])
    if model.get("pinned"):
        until = f" until {ahead(model['pinned_until'], now)}" if model.get("pinned_until") else ""
        policy.append(["pinned", f"{model['pinned']}{until}"])
    if alone:
        policy.append(["moves on", "nowhere, with one provider"])
    elif model.get("failover_on"):
        policy.append(["moves on", ", ".join(word.replace("_", " ") for word in model["failover_on"])])
    policy.append(["if cut", model.get("after_commit", "error")])
    if model.get("allow_feature_downgrade"):
        policy.append(["downgrade", "allowed"])
    return policy


def _facts(offer: Json, words: str) -> list[list[Cell]]:
    facts: list[list[Cell]] = []
    if offer.get("reason") and offer["reason"] not in words:
        facts.append(["why", offer["reason"]])
    if not offer.get("usable") and cure_of(offer, offer["provider"]):
        facts.append(["hint", cure_of(offer, offer["provider"])])
    beyond = BEYOND if offer.get("overdrawn") else ""
    facts.append(["billing", f"{offer['billing']}: {BILLING[offer['billing']]}{beyond}"])
    if offer.get("price"):
        listed = offer["billing"] in ("included", "local") and not beyond  # it costs nothing more: only to compare with
        facts.append(["list price" if listed else "price", _price(offer)])
    if offer.get("context"):
        most = f", answers up to {offer['max_output']:,}" if offer.get("max_output") else ""
        facts.append(["context", f"{offer['context']:,} tokens{most}{_source(offer, 'context')}"])
    if offer.get("features"):
        facts.append(["features", _features(offer["features"])])
    return facts


def _price(offer: Json) -> str:
    """ "$5 in, $25 out, $0.50 cached per million tokens (catalogue)"."""
    told = ", ".join(f"{_usd(offer['price'][key])} {word}" for key, word in PRICES if key in offer["price"])
    return f"{told} per million tokens{_source(offer, 'price')}"


def _source(offer: Json, fact: str) -> str:
    """ " (catalogue)": who says this fact, of "price: catalogue, context: listed"; "" where nobody is named."""
    said = (each.partition(": ") for each in str(offer.get("facts") or "").split(", "))
    word = next((SOURCES.get(source, "") for name, _, source in said if name == fact), "")
    return f" ({word})" if word else ""


def _usd(amount: float) -> str:
    """ "$5", "$0.50", "$0.0375"."""
    if amount == round(amount):
        return f"${amount:,.0f}"
    return f"${amount:,.2f}" if abs(amount - round(amount, 2)) < 1e-9 else f"${amount:,.6g}"


def _features(features: Json) -> str:
    has = [name.replace("_", " ") for name, there in features.items() if there]
    lacks = [f"no {name.replace('_', ' ')}" for name, there in features.items() if not there]
    return ", ".join(has + lacks)
