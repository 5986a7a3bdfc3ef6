"""The status screen, from the `status` result: problems, models, providers in trouble, quota.

Rules for editing: it must fit one screen, so every row is one line, sound providers are not
listed, and only the tightest quota windows are.
"""

from __future__ import annotations

from .quota_rows import quota_rows, tightest
from .screen import clean
from .table import rows
from .times import ahead, span, waits
from .words import cure_of, health_of, until_of, via, weight_of, who

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .screen import Screen
    from .table import Cell
    from .wire import Json

WINDOWS_SHOWN = 8
NO_TROUBLE = "Providers: no trouble known"


def lines(screen: Screen, status: Json, now: float) -> Iterable[str]:
    """The whole screen, line by line. `now` is epoch seconds."""
    yield from _head(screen, status, now)
    yield from _own_troubles(screen, status)
    yield from _models(screen, status, now)
    yield from _providers(screen, status, now)
    yield from _quota(screen, status, now)


def _head(screen: Screen, status: Json, now: float) -> Iterable[str]:
    counts = [f"up {span(now - status['started_at'])}", f"pid {status['pid']}"]
    if status.get("in_flight"):
        counts.append(f"{status['in_flight']} in flight")
    if status.get("draining"):
        counts.append("stopping: finishing what is in flight")
    title = screen.paint("bold", f"switchgear {clean(status['version'])}")
    yield f"{title}  {screen.paint('dim', ', '.join(counts))}"
    for told in clean(status.get("http") or "").split("; "):
        if told:
            yield screen.paint("bad" if told.startswith("not ") else "dim", f"HTTP door: {told}")


def _own_troubles(screen: Screen, status: Json) -> Iterable[str]:
    config = status["config"]
    if not config["ok"]:
        yield ""
        yield screen.paint("bad", f"{screen.glyph('bad')} the config is broken; the last good one stays in force")
        yield from rows(screen, [[str(config.get("error") or config["path"])]])
        yield screen.paint("dim", f"  hint: {clean(config.get('hint') or 'switchgear config check')}")
    if status.get("storage", "ok") != "ok":
        yield ""
        yield screen.paint("bad", f"{screen.glyph('bad')} the state file is in trouble")
        yield from rows(screen, [[str(status["storage"])]])


def _models(screen: Screen, status: Json, now: float) -> Iterable[str]:
    yield ""
    models = status.get("models", [])
    if not models:
        yield "No models yet."
        if cure := _first_step(status.get("providers", [])):
            yield screen.paint("dim", f"  hint: {cure}")
        return
    yield screen.paint("bold", "Models")
    yield from rows(screen, [_model_row(screen, model, now) for model in models])


def _first_step(providers: list[Json]) -> str:
    """What makes models; "" where a provider's own cure comes first."""
    if not providers:
        return "switchgear setup"
    return "switchgear models propose" if any(each["health"] == "available" for each in providers) else ""


def _model_row(screen: Screen, model: Json, now: float) -> list[Cell]:
    serving = model.get("serving")
    first = model["offers"][0] if model["offers"] else None
    if not serving:
        return [model["alias"], ("bad", f"{screen.glyph('bad')} nobody"), ("bad", *_back(model, now))]
    told = _pin_words(model, now)
    if first is None or first["label"] == serving:
        weight = serving_weight(model)
        words = ("dim", *(told or ["ok"])) if first is None or weight == "good" else ("", *(told or _retried(first)))
        return [model["alias"], (weight, f"{screen.glyph(weight)} {via(serving)}"), words]
    reasons = _why_not_first(model, first, now)
    why = told or [f"{who(first['label'])}: {reason}" for reason in reasons]
    if not first.get("usable"):
        why = [*why, reasons[-1]]
    return [model["alias"], ("busy", f"{screen.glyph('busy')} {via(serving)}"), ("", *why)]


def serving_weight(model: Json) -> str:
    """How well the one that serves does: "busy" where it is not the first, or was out and is only tried again."""
    offers = model["offers"]
    sound = not offers or (offers[0]["label"] == model["serving"] and offers[0]["health"] == "available")
    return "good" if sound else "busy"


def _retried(offer: Json) -> Sequence[str]:
    word = health_of(offer)
    return [f"{word}; the next request tries it again", f"{word}, tried again", word]


def _why_not_first(model: Json, first: Json, now: float) -> Sequence[str]:
    if not first.get("usable"):
        return tellings(first, now)
    return [str(first.get("reason") or ("not the cheapest" if model.get("order") == "cheapest" else "standing by"))]


def _pin_words(model: Json, now: float) -> Sequence[str]:
    if not model.get("pinned"):
        return []
    until = model.get("pinned_until")
    return [*(f"pinned {wait}" for wait in waits(until, now))] if until else ["pinned"]


def tellings(offer: Json, now: float) -> Sequence[str]:
    """ "quota spent until 14:05 (in 12 m)", the same in fewer words, in fewest; a usable one is "ok"."""
    word = health_of(offer)
    if word == "disabled" and offer.get("reason"):
        word = str(offer["reason"])  # paused by you
    if word == "ok":
        return ["ok" if offer.get("usable") else str(offer.get("reason") or "not usable")]
    until = until_of(offer)
    return [*(f"{word} {wait}" for wait in waits(until, now)), word] if until else [word]


def _back(model: Json, now: float) -> Sequence[str]:
    if held := next((offer for offer in model["offers"] if offer["provider"] == model.get("pinned")), None):
        return _held(model, held, now)
    soonest = min((until for offer in model["offers"] if (until := until_of(offer))), default=None)
    if consent := next(filter(_only_allowed, model["offers"]), None):
        return _allowing(str(consent["hint"]), soonest, now)
    count = len(model["offers"])
    if not soonest:
        words = {tellings(offer, now)[-1] for offer in model["offers"]}
        what = words.pop() if len(words) == 1 else "out"
        return [f"all {count} providers: {what}" if count != 1 else f"its only provider: {what}", what]
    told = f"all {count} providers out" if count != 1 else "its only provider is out"
    return [f"{told}, first back {ahead(soonest, now)}", f"first back {ahead(soonest, now)}", told]


def _held(model: Json, held: Json, now: float) -> Sequence[str]:
    """Of a pinned model only that provider matters: the others may be well, and are not asked."""
    words = tellings(held, now)
    pinned = [f"pinned to {who(held['label'])}: {word}" for word in words]
    return [f"{pinned[0]}; or: switchgear unpin {model['alias']}", *pinned, f"pinned, {words[-1]}"]


def _only_allowed(offer: Json) -> bool:
    """Whether nothing but the user's word on spending keeps it from serving."""
    hint = str(offer.get("hint") or "")
    return offer["health"] == "available" and not offer.get("usable") and hint.startswith("switchgear allow ")


def _allowing(command: str, soonest: float | None, now: float) -> Sequence[str]:
    if soonest is None:
        return [f"needs your consent to spend: {command}", "needs your consent to spend"]
    back = f"first back {ahead(soonest, now)}"
    return [f"{back}, at once: {command}", back]


def _providers(screen: Screen, status: Json, now: float) -> Iterable[str]:
    troubled = [p for p in status.get("providers", []) if p["health"] != "available" or p.get("paused")]
    yield ""
    if not troubled:
        # not "all are ok": of one that no request has needed yet nobody knows
        yield screen.paint("dim", NO_TROUBLE) if status.get("providers") else "No providers yet."
        return
    yield screen.paint("bold", "Providers in trouble")
    yield from rows(screen, [_provider_row(screen, provider, now) for provider in troubled])
    cures = dict.fromkeys(clean(cure_of(provider, provider["id"])) for provider in troubled)
    yield from (screen.paint("dim", f"  hint: {cure}") for cure in cures if cure)


def _provider_row(screen: Screen, provider: Json, now: float) -> list[Cell]:
    """What it says of itself is last, and the first that is cut."""
    weight, until = weight_of(provider), until_of(provider)
    waiting = waits(until, now) if until else ("",)
    reason = str(provider.get("reason") or "")
    told = [", ".join(part for part in (wait, reason) if part) for wait in waiting]
    return [provider["id"], (weight, f"{screen.glyph(weight)} {health_of(provider)}"), ("", *told)]


def _quota(screen: Screen, status: Json, now: float) -> Iterable[str]:
    windows = status.get("quota", [])
    if not windows:
        return
    shown = tightest(windows, WINDOWS_SHOWN)
    yield ""
    yield screen.paint("bold", "Quota")
    yield from rows(screen, quota_rows(screen, shown, now))
    if len(windows) > len(shown):
        yield screen.paint("dim", f"  and {len(windows) - len(shown)} more: switchgear quota")
