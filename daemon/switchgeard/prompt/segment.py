"""Segment: what the prompt says now: the model used last, who serves it, what is left there, and a word of trouble.

Rules for editing: a pure reading of State. The offer told of is the one that answered last while it can serve, else
the one a new request would go to, so that a failover shows before the next answer. TROUBLE is the table of words.
"""

from typing import Literal

from msgspec import Struct

from switchgeard import remaining
from switchgeard.ask import Ask
from switchgeard.core import quota
from switchgeard.core.clock import Now
from switchgeard.core.harmless import harmless
from switchgeard.core.needs import Needs
from switchgeard.core.offer import MergedModel, Offer
from switchgeard.core.routing import Plan, Standing
from switchgeard.state import State

from .recent import Served

Level = Literal["ok", "warn", "fail"]
TROUBLE = {
    "rate_limited": "rate limited",
    "quota_exhausted": "quota spent",
    "unavailable": "down",
    "auth_failed": "login needed",
    "missing_credential": "login needed",
    "locked": "keyring locked",
    "user_cap": "at your limit",
    "consent": "needs your consent",
    "budget": "budget spent",
    "recovering": "coming back",
    "paused": "paused",
}
WISHED = ("paused", "not_pinned", "disabled")  # not served from there because the user says so
NOBODY = "nobody"


class Segment(Struct, frozen=True):
    """`said`: the fields of a format, each harmless; `until`: epoch seconds of the next change by time alone."""

    level: Level
    said: dict[str, str]
    until: float | None = None


class Left(Struct, frozen=True):
    """The tightest window of an offer. `fraction` of it is left."""

    window: str
    fraction: float
    nearly: bool
    resets_at: float | None


def segment(state: State, used: Served | None, now: Now, session: str | None = None, trouble: str = "") -> Segment:
    """What there is to say; `trouble` is a word about ourselves (the config is broken). No models: nothing."""
    model = _model(state, used)
    if model is None:
        return Segment("warn" if trouble else "ok", {"state": trouble})
    plan = state.plan(Ask("", model, Needs(), session=session), now)
    serving = _serving(plan, used)
    left = None if serving is None else tightest(state, serving, now)
    first = next((s for s in plan.skipped if s.offer.key == model.offers[0].key), None)
    behind = serving is not None and serving.key != model.offers[0].key
    level: Level = "fail" if serving is None else "warn" if trouble or _degraded(first, behind, left) else "ok"
    said = {
        "alias": model.alias,
        "model": model.label,
        "provider": NOBODY if serving is None else _label(state, serving),
        "window": "" if left is None else left.window,
        "left": "" if left is None else f"{left.fraction * 100:.0f}/100 left",
        "state": _state(state, first, plan, serving) or trouble or ("nearly spent" if left and left.nearly else ""),
    }
    return Segment(level, {name: harmless(text) for name, text in said.items()}, _until(plan, left, now))


def tightest(state: State, offer: Offer, now: Now) -> Left | None:
    """The window with the least left that counts this offer's requests, the user's own limits included."""
    told = [remaining.window(state, w, now) for w in state.allowance.of(offer) if not quota.stale(w, now)]
    views = [view for view in (*told, *remaining.limits(state, offer.provider, now)) if view.used is not None]
    found = [Left(v.window, min(max(1 - (v.used or 0), 0), 1), v.state != "ok", v.resets_at) for v in views]
    return min(found, key=lambda left: left.fraction, default=None)


def _model(state: State, used: Served | None) -> MergedModel | None:
    """The one used last while the config has it, else the first."""
    known = state.find(used.alias) if used else None
    return known or next(iter(state.config.catalog.models.values()), None)


def _serving(plan: Plan, used: Served | None) -> Offer | None:
    candidates = [standing.offer for standing in plan.candidates]
    same = (offer for offer in candidates if used and offer.key == (used.provider, used.model))
    return next(same, candidates[0] if candidates else None)


def _degraded(first: Standing | None, behind: bool, left: Left | None) -> bool:
    return (behind and first is not None and first.code not in WISHED) or (left is not None and left.nearly)


def _state(state: State, first: Standing | None, plan: Plan, serving: Offer | None) -> str:
    """ "Claude Pro quota spent": why the user's first choice does not serve; of nobody's, what is wrong with all."""
    if serving is None:
        codes = {TROUBLE.get(standing.code, "") for standing in plan.skipped}
        if len(codes) == 1:
            return codes.pop() or "out of service"
        first = first or next(iter(plan.skipped), None)
    if first is None or first.code == "not_pinned":
        return ""
    return f"{_label(state, first.offer)} {TROUBLE.get(first.code, first.code.replace('_', ' '))}"


def _label(state: State, offer: Offer) -> str:
    known = state.config.providers.get(offer.provider)
    return known.label if known else offer.provider


def _until(plan: Plan, left: Left | None, now: Now) -> float | None:
    moments = [left.resets_at if left else None, *(standing.until for standing in plan.skipped)]
    return min((moment for moment in moments if moment and moment > now.wall), default=None)
