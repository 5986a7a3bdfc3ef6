"""Steering: what people say by hand of who serves: pins and pauses, each until its time or until they take it back.

Rules for editing: pure reading of the two tables, which State owns and changes. A pin to a provider that left the
model binds nobody; a pause keeps everybody away.
"""

from collections.abc import Mapping

from .ask import Ask
from .core import routing
from .core.clock import Now
from .core.offer import Offer
from .core.pin import PinState
from .core.routing import Standing

Pins = Mapping[tuple[str, str | None], PinState]  # (alias, session); None: all sessions
Pauses = Mapping[str, float | None]  # provider -> until (wall); None: until resumed


def pin_of(pins: Pins, ask: Ask, now: Now) -> PinState | None:
    """The pin in force for this request: its session's, else its model's."""
    if not pins:
        return None
    offered = {offer.provider for offer in ask.model.offers}
    for key in ((ask.model.alias, ask.session), (ask.model.alias, None)):
        pin = pins.get(key)
        if pin is not None and pin.provider in offered and (pin.until is None or now.wall < pin.until):
            return pin
    return None


def is_paused(pauses: Pauses, provider: str, now: Now) -> bool:
    until = pauses.get(provider, 0.0)
    return until is None or now.wall < until


def paused(pauses: Pauses, offer: Offer, now: Now) -> Standing | None:
    """The standing of an offer whose provider is paused."""
    if not is_paused(pauses, offer.provider, now):
        return None
    until = pauses[offer.provider]
    left = None if until is None else until - now.wall
    hint = f"switchgear resume {offer.provider}"
    return Standing(offer, "paused", routing.SKIPS["paused"], until=until, left=left, hint=hint)
