"""The pages of `switchgear models`."""

from __future__ import annotations

from .quota_rows import quota_rows
from .status_screen import offer_words
from .table import rows
from .times import ahead, wall
from .words import cure_of, via, weight_of, who

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .screen import Screen
    from .table import Cell
    from .wire import Json

PRICES = (("input", "in"), ("output", "out"), ("cache_read", "cached"), ("cache_write", "to cache"))
EMPTY = ("No models yet.", "  hint: switchgear config edit")


def listing(screen: Screen, result: Json) -> Iterable[str]:
    """One row per merged model: alias, who serves, the user's order."""
    models = result["models"]
    if not models:
        return EMPTY
    return rows(screen, [_listed(screen, model) for model in models], indent="")


def variants(screen: Screen, result: Json) -> Iterable[str]:
    """One row per provider's variant, under its alias."""
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
            table.append([alias if alias != name else "", name, _state(screen, offer, now), offer["billing"]])
            alias = ""
    return rows(screen, table, indent="") if table else EMPTY


def detail(screen: Screen, model: Json) -> Iterable[str]:
    """Everything about one merged model."""
    now = wall()
    serving = via(model["serving"]) if model.get("serving") else "nobody can serve it now"
    yield f"{screen.paint('bold', model['alias'])}  {serving}"
    yield from rows(screen, _policy(model, now))
    for place, offer in enumerate(model["offers"], 1):
        yield ""
        state, words = _state(screen, offer, now)
        title = screen.paint("bold", f"{place}. {who(offer['label'])}")
        yield f"{title}  {offer['provider']}/{offer['model']}  {screen.paint(state, words)}"
        yield from rows(screen, _facts(offer), indent="   ")
        windows = [{**window, "provider": ""} for window in offer.get("windows", [])]
        yield from rows(screen, [row[1:] for row in quota_rows(screen, windows, now)], indent="   ")


def _listed(screen: Screen, model: Json) -> list[Cell]:
    order = f" {screen.glyph('arrow')} ".join(offer["provider"] for offer in model["offers"])
    serving = model.get("serving")
    if not serving:
        return [model["alias"], ("bad", f"{screen.glyph('bad')} nobody"), ("dim", order)]
    weight = "good" if model["offers"] and model["offers"][0]["label"] == serving else "busy"
    return [model["alias"], (weight, f"{screen.glyph(weight)} {via(serving)}"), ("dim", order)]


def _state(screen: Screen, offer: Json, now: float) -> tuple[str, str]:
    weight = weight_of(offer) if offer["health"] != "available" or offer.get("usable") else "dim"
    return weight, f"{screen.glyph(weight)} {offer_words(offer, now)}"


def _policy(model: Json, now: float) -> list[list[Cell]]:
    policy: list[list[Cell]] = [["sticky", model.get("sticky_mode", "none")]]
    if model.get("pinned"):
        until = f" until {ahead(model['pinned_until'], now)}" if model.get("pinned_until") else ""
        policy.append(["pinned", f"{model['pinned']}{until}"])
    if model.get("failover_on"):
        policy.append(["moves on", ", ".join(word.replace("_", " ") for word in model["failover_on"])])
    policy.append(["if cut", model.get("after_commit", "error")])
    if model.get("allow_feature_downgrade"):
        policy.append(["downgrade", "allowed"])
    return policy


def _facts(offer: Json) -> list[list[Cell]]:
    facts: list[list[Cell]] = [["billing", offer["billing"]]]
    if offer.get("price"):
        told = [f"${offer['price'][key]:g} {word}" for key, word in PRICES if key in offer["price"]]
        facts.append(["price", f"{', '.join(told)} per million tokens"])
    if offer.get("context"):
        most = f", answers up to {offer['max_output']:,}" if offer.get("max_output") else ""
        facts.append(["context", f"{offer['context']:,} tokens{most}"])
    if offer.get("features"):
        facts.append(["features", _features(offer["features"])])
    if offer.get("reason"):
        facts.append(["why", offer["reason"]])
    if offer["health"] != "available" and cure_of(offer, offer["provider"]):
        facts.append(["hint", cure_of(offer, offer["provider"])])
    return facts


def _features(features: Json) -> str:
    has = [name.replace("_", " ") for name, there in features.items() if there]
    lacks = [f"no {name.replace('_', ' ')}" for name, there in features.items() if not there]
    return ", ".join(has + lacks)
