"""Routing: in which order the offers of a merged model are tried now, and why others are not.

Rules for editing this file: the order is the user's, always. What may change it is listed here and
nowhere else: a pin (then only that offer), a sticky assignment (then that offer first), a nearly spent
window (then new sessions go to those behind it first, to metered ones only at a threshold he wrote), and
`order = "cheapest"` (then his order only decides between equals). An offer blocked by
what `failover.on` does not name is not passed over: what stands behind it is held. Every offer of
the model appears exactly once in a plan, as a candidate or skipped with a code, a sentence and, where
known, a time. SKIPS is the table of codes; people and scripts read them, so they are only added to.
"""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from switchgear_protocol.words import Billing, FailureKind, StickyMode

from . import sticky
from .clock import Now
from .failure import config_word
from .margin import turn, turn_usd
from .needs import USES, Needs
from .offer import MergedModel, Offer, RoutingPolicy
from .pin import PinState
from .quota import OVERDRAWN, Pressing
from .sticky import Assignment, Place

SKIPS: dict[str, str] = {
    "rate_limited": "rate limited",
    "quota_exhausted": "quota spent",
    "unavailable": "not reachable or failing",
    "auth_failed": "its credential was refused",
    "missing_credential": "no credential stored",
    "locked": "the keyring is locked",
    "disabled": "disabled",
    "withheld": "its provider does not give it to this account",
    "recovering": "one request is testing whether it is back",
    "paused": "paused by you",
    "not_pinned": "another provider is pinned",
    "held": "failover.on keeps this model with a provider before it",
    "user_cap": "your own limit for it is reached",
    "consent": "metered spending is not allowed now",
    "budget": "your budget for what is metered is spent",
    "no_tools": "cannot use tools",
    "no_images": "cannot read images",
    "no_pdf": "cannot read PDF",
    "no_json_schema": "cannot hold answers to a JSON schema",
    "no_reasoning": "cannot reason as asked",
    "not_brought": "who asks brings no credential of its own",
    "context": "the conversation does not fit its context window",
    **{f"no_{use}": f"does not take {words}" for use, words in USES.items()},
}
"""Why an offer is not tried: code -> words."""

NOTHING = Needs()
FEATURE_CODES = ("tools", "images", "pdf", "json_schema", "reasoning")


class Standing(Struct, frozen=True):
    """Whether one offer can serve this request now. `code` "" means yes."""

    offer: Offer
    code: str = ""
    reason: str = ""
    until: float | None = None  # wall
    left: float | None = None  # seconds until it may be tried; None: not a matter of time
    hint: str | None = None
    downgrades: tuple[str, ...] = ()
    well_for: float = 0.0  # seconds it has been available
    cause: FailureKind | None = None  # the failure that blocks it, where one does
    headroom: float = 1.0  # the fraction left of its tightest quota window
    pressing: Pressing | None = None  # a window that is nearly spent: what is left is for sessions it has
    note: str = ""  # why it stands where it does, where that is not the user's order

    @property
    def usable(self) -> bool:
        return not self.code


class Plan(Struct, frozen=True):
    model: MergedModel
    candidates: tuple[Standing, ...]
    skipped: tuple[Standing, ...]
    sticky: Offer | None = None  # the offer this session stays with, when it leads the plan
    warm: Standing | None = None  # the same offer, when it cannot serve now
    pinned: str | None = None

    @property
    def retry_after(self) -> float | None:
        """Seconds until the first skipped offer may serve (I20); None when no time will help."""
        return min((s.left for s in self.skipped if s.left is not None), default=None)

    @property
    def settling(self) -> bool:
        """Whether a skipped offer is only waiting for a probe that is under way."""
        return any(s.code == "recovering" for s in self.skipped)


def lacking(offer: Offer, needs: Needs) -> tuple[str, ...]:
    """Features the request needs and the offer does not have, or its wire or its model cannot be told."""
    missing = (name for name in FEATURE_CODES if getattr(needs, name) and not getattr(offer.features, name))
    beyond = (use for use in needs.beyond(offer.wire, offer.model) if use not in offer.carries)
    return (*missing, *beyond, *needs.refused(offer.lacks))


def overflows(offer: Offer, needs: Needs) -> bool:
    """Whether the conversation cannot fit. The estimate is rough, so only a clear excess counts."""
    return offer.features.context is not None and needs.input_tokens > offer.features.context * 1.25


def gate(offer: Offer, needs: Needs, policy: RoutingPolicy) -> Standing:
    """The capability gate: skipped rather than silently downgraded, unless the user allowed it."""
    if offer.withheld:
        return Standing(offer, "withheld", offer.withheld, hint="switchgear models propose --refresh")
    if offer.brought and not (needs.brings and needs.dialect == offer.wire):
        return Standing(offer, "not_brought", SKIPS["not_brought"])
    if overflows(offer, needs):
        window = offer.features.context
        return Standing(offer, "context", f"about {needs.input_tokens} tokens, its window is {window}")
    missing = lacking(offer, needs)
    if missing and not policy.allow_feature_downgrade:
        code = f"no_{missing[0]}"
        hint = "set routing.allow_feature_downgrade = true to use it without " + ", ".join(missing)
        return Standing(offer, code, SKIPS[code], hint=hint)
    return Standing(offer, downgrades=(*missing, *needs.spared(offer.wire, offer.model)))


def longest(obstacles: Iterable[Standing | None]) -> Standing | None:
    """Of several obstacles the one that lasts longest, because its end is when the offer may serve (I20).

    What time does not remove outlasts all; of equals the first is told.
    """
    met = [standing for standing in obstacles if standing is not None]
    if not met:
        return None
    return max(met, key=lambda s: float("inf") if s.left is None else s.left)


def plan(
    model: MergedModel,
    standings: list[Standing],
    assignment: Assignment | None,
    pin: PinState | None,
    turn_boundary: bool,
    now: Now,
    needs: Needs = NOTHING,
) -> Plan:
    """The order of tries. `standings` are in the user's order, one per offer of `model`.

    `needs`: for what it would cost.
    """
    if model.routing.order == "cheapest":
        standings = _cheapest(standings, needs)
    if pin is not None:
        standings = [_unless_pinned(s, pin, now, model.alias) for s in standings]
    stay = None if pin is not None else _stays_with(standings, assignment, model.routing, now)
    standings = _held(standings, model, stay)
    usable = [s for s in standings if s.usable]
    skipped = tuple(s for s in standings if not s.usable)
    fresh = tuple(_sparing(usable))
    if stay is None or not stay.usable:
        return Plan(model, fresh, skipped, warm=stay, pinned=pin.provider if pin else None)
    window = model.routing.sticky_mode is StickyMode.TIME_WINDOW  # which is kept to its end
    better = next((s for s in usable[: usable.index(stay)] if s.pressing is None), None)
    if better and not window and _goes_back(stay, better, assignment, needs, turn_boundary, now):
        return Plan(model, fresh, skipped)
    rest = tuple(s for s in fresh if s.offer.key != stay.offer.key)
    return Plan(model, (stay, *rest), skipped, sticky=stay.offer)


def _sparing(usable: list[Standing]) -> list[Standing]:
    """New sessions: before a nearly spent offer go the others it may leave them to, in their own order."""
    result = list(usable)
    for standing in reversed(usable):
        pressing = standing.pressing
        if pressing is None:
            continue
        at = result.index(standing)
        takers = [s for s in result[at + 1 :] if s.pressing is None and _may_take(s, standing)]
        if takers:
            kept = replace(standing, note=f"{pressing.words}: kept for its sessions")
            told = f"before {standing.offer.provider}, whose {pressing.words}"
            others = [s for s in result[at + 1 :] if s not in takers]
            result[at:] = [*(replace(s, note=s.note or told) for s in takers), kept, *others]
    return result


def _may_take(taker: Standing, spared: Standing) -> bool:
    """Nobody is moved from what is paid for to what costs anew, unless he wrote from when on. Of a plan that is used up
    and goes on at a price nothing is left to spare: who costs anew as well takes nothing from it."""
    pressing, billed = spared.pressing, spared.offer.billing is Billing.METERED
    spares = billed and not (pressing is not None and pressing.window.status == OVERDRAWN)
    return taker.offer.billing is not Billing.METERED or spares or (pressing is not None and pressing.written)


def withheld(plan: Plan, served: Offer | None) -> Standing | None:
    """The first offer that only the user's word on spending keeps from going before `served`, or from serving."""
    keys = [offer.key for offer in plan.model.offers]
    place = len(keys) if served is None else keys.index(served.key)
    return next((s for s in plan.skipped if s.code in ("consent", "budget") and keys.index(s.offer.key) < place), None)


def _unless_pinned(standing: Standing, pin: PinState, now: Now, alias: str) -> Standing:
    """Another provider's offer waits for the end of the pin, and for its own obstacle."""
    if standing.offer.provider == pin.provider:
        return standing
    own, its = 0.0 if standing.usable else standing.left, pin.left(now)
    left = None if its is None or own is None else max(its, own)
    reason, hint = f"{pin.provider} is pinned", f"switchgear unpin {alias}"
    return Standing(standing.offer, "not_pinned", reason, left=left, hint=hint)


def _held(standings: list[Standing], model: MergedModel, stay: Standing | None) -> list[Standing]:
    """Nothing passes over an offer blocked by what `failover.on` does not name, but a session that is past it."""
    before = next((i for i, s in enumerate(standings) if _holds(s, model)), len(standings))
    return [
        s if i <= before or (s is stay and s.usable) else _behind(s, standings[before]) for i, s in enumerate(standings)
    ]


def _holds(standing: Standing, model: MergedModel) -> bool:
    return standing.cause is not None and config_word(standing.cause) not in model.failover.on


def _behind(standing: Standing, holder: Standing) -> Standing:
    """Its own time does not count: once the holder is back, that one serves."""
    if not standing.usable:
        return replace(standing, left=None)
    return Standing(standing.offer, "held", f"failover.on does not let it take over from {holder.offer.provider}")


def _stays_with(
    standings: list[Standing], assignment: Assignment | None, policy: RoutingPolicy, now: Now
) -> Standing | None:
    if assignment is None or not sticky.alive(assignment, policy, now):
        return None
    return next((s for s in standings if s.offer.key == assignment.key), None)


def _goes_back(
    stay: Standing, preferred: Standing, assignment: Assignment | None, needs: Needs, turn_boundary: bool, now: Now
) -> bool:
    if assignment is None:
        return False
    at, there = (Place(s.offer, s.headroom, s.well_for) for s in (stay, preferred))
    return sticky.moves_back(at, there, assignment, needs.input_tokens, turn_boundary, now)


def price_usd(standing: Standing, needs: Needs, cached: int = 0) -> float | None:
    """What this request would add to the user's bill there, so many tokens of it being cached; estimated."""
    return turn_usd(standing.offer, turn(needs.input_tokens, needs.output_tokens, cached), standing.headroom)


def _cheapest(standings: list[Standing], needs: Needs) -> list[Standing]:
    """By marginal price, the unknown ones last; the user's order decides between equals."""
    prices = {standing.offer.key: price_usd(standing, needs) for standing in standings}
    known = {key: float("inf") if usd is None else usd for key, usd in prices.items()}
    return sorted(standings, key=lambda standing: known[standing.offer.key])
