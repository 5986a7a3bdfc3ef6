"""Caps: the user's own limits on a provider, kept as sliding windows over what was settled and what is in flight.

A request is counted exactly once: as a reservation while it is in flight, in the meter from the moment it
is settled. Minutes slide on the boot clock. A day is the UTC day, because it needs no time zone, is the
same in every client and can be summed again from the ledger after a restart. Money in
flight is held as it is expected to cost (`typical`). Rules for editing: the meter stays bounded (one slot a
second, one day).
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from msgspec import Struct

from .clock import Now
from .offer import Caps

DAY = 86_400
IN_FLIGHT = 60.0  # seconds after which what is in flight has been settled, most likely
_HELD = 61  # seconds a slot counts: a minute, and the second it was made in


class Slot(Struct, frozen=True):
    """What was settled within one second of the boot clock."""

    second: int
    requests: int = 0
    tokens: int = 0


class Meter(Struct, frozen=True):
    """What one provider has used: at most 62 slots, and USD of one UTC day (days since the epoch).

    `before`: the day counted before it and its USD, should a clock that ran ahead be set back into that.
    """

    slots: tuple[Slot, ...] = ()
    day: int = 0
    usd: float = 0.0
    before: tuple[int, float] = (0, 0.0)


@dataclass(slots=True)
class Reservations:
    """Tokens and USD held by requests in flight, by permit. All idle means all zero."""

    held: dict[int, int] = field(default_factory=dict)
    money: dict[int, float] = field(default_factory=dict)  # only of those that cost something
    so_far: dict[int, Callable[[], float]] = field(default_factory=dict)  # USD that what has come of it cost

    def reserve(self, permit: int, tokens: int, usd: float = 0.0) -> None:
        """Holds them for a permit; again for the same permit replaces what it held."""
        self.held[permit] = max(0, tokens)
        if usd > 0:
            self.money[permit] = usd

    def follow(self, permit: int, so_far: Callable[[], float]) -> None:
        """From now on it holds what it has cost, once that is more than was expected."""
        if permit in self.money:
            self.so_far[permit] = so_far

    def settle(self, permit: int) -> int:
        """Lets go of what a permit holds and returns its tokens; 0 when it holds none (twice is harmless)."""
        self.money.pop(permit, None)
        self.so_far.pop(permit, None)
        return self.held.pop(permit, 0)

    def usd(self, before: int | None = None) -> float:
        """What all together hold; `before`: those that were there when this permit was given."""
        return sum(self._grown(permit, usd) for permit, usd in self.money.items() if before is None or permit < before)

    def _grown(self, permit: int, expected: float) -> float:
        so_far = self.so_far.get(permit)
        return expected if so_far is None else max(expected, so_far())

    @property
    def requests(self) -> int:
        return len(self.held)

    @property
    def tokens(self) -> int:
        return sum(self.held.values())


def restored(now: Now, usd: float) -> Meter:
    """A meter after a restart: the USD the ledger has for today (UTC); the last minute is forgotten."""
    return Meter(day=_day(now), usd=usd)


def day_start(now: Now) -> float:
    """Epoch seconds when the current UTC day began: where the ledger sum for `restored` starts."""
    return float(_day(now) * DAY)


def add(meter: Meter, now: Now, tokens: int, usd: float) -> Meter:
    """The meter with one settled request more. `tokens` are input and output, negative counts as 0."""
    second = int(now.boot)
    last = meter.slots[-1] if meter.slots else None
    if last is not None and last.second == second:
        rest = meter.slots[:-1]  # nothing grows old within a second
    else:
        last, rest = Slot(second), _recent(meter, now)
    slot = Slot(second, last.requests + 1, last.tokens + max(0, tokens))
    if (day := _day(now)) > meter.day:
        return Meter((*rest, slot), day, max(0.0, usd), (meter.day, meter.usd))
    return Meter((*rest, slot), meter.day, meter.usd + max(0.0, usd), meter.before)


def blocked(
    meter: Meter, reserved: Reservations, caps: Caps, now: Now, tokens: int, own: int | None = None
) -> tuple[str, float | None] | None:
    """Why a request of so many tokens may not start, and the epoch second when it may; None when it may.

    The time is None when no waiting helps. `own`: the permit it has already.
    """
    return (
        over_budget(meter, reserved.usd(own), caps, now)
        or _too_many_requests(meter, reserved, caps, now)
        or _too_many_tokens(meter, reserved, caps, now, tokens)
    )


class Used(Struct, frozen=True):
    """How much of one limit is used, what is in flight included. `until`: when the day ends; a minute slides."""

    unit: str
    period: str
    used: float
    reserved: float
    limit: float
    until: float | None = None


def used(meter: Meter, reserved: Reservations, caps: Caps, now: Now) -> list[Used]:
    """Each limit that is set, with what counts against it."""
    recent, told = _recent(meter, now), []
    if caps.requests_per_minute is not None:
        count = sum(slot.requests for slot in recent) + reserved.requests
        told.append(Used("requests", "minute", count, reserved.requests, caps.requests_per_minute))
    if caps.tokens_per_minute is not None:
        count = sum(slot.tokens for slot in recent) + reserved.tokens
        told.append(Used("tokens", "minute", count, reserved.tokens, caps.tokens_per_minute))
    if caps.usd_per_day is not None:
        held = reserved.usd()
        told.append(Used("USD", "day", _spent_today(meter, now) + held, held, caps.usd_per_day, _midnight(meter, now)))
    return told


def over_budget(meter: Meter, held: float, caps: Caps, now: Now) -> tuple[str, float | None] | None:
    """`blocked`, by the day's USD alone; `held`: USD that others hold."""
    limit, usd = caps.usd_per_day, _spent_today(meter, now)
    if limit is None or usd + held < limit:
        return None
    if usd < limit:
        return f"requests in flight hold what is left of your {limit:g} USD a day", now.wall + IN_FLIGHT
    return f"your limit of {limit:g} USD a day is spent ({usd:.2f} USD today, UTC)", _midnight(meter, now)


def _too_many_requests(meter: Meter, reserved: Reservations, caps: Caps, now: Now) -> tuple[str, float | None] | None:
    limit = caps.requests_per_minute
    if limit is None:
        return None
    amounts = [(slot.second, slot.requests) for slot in _recent(meter, now)]
    excess = sum(amount for _, amount in amounts) + reserved.requests + 1 - limit
    if excess <= 0:
        return None
    return f"your limit of {limit} requests a minute is reached", _free_at(amounts, excess, now)


def _too_many_tokens(
    meter: Meter, reserved: Reservations, caps: Caps, now: Now, tokens: int
) -> tuple[str, float | None] | None:
    limit = caps.tokens_per_minute
    if limit is None:
        return None
    if tokens > limit:
        return f"the request needs about {tokens} tokens, your limit is {limit} a minute", None
    amounts = [(slot.second, slot.tokens) for slot in _recent(meter, now)]
    excess = sum(amount for _, amount in amounts) + reserved.tokens + tokens - limit
    if excess <= 0:
        return None
    return f"your limit of {limit} tokens a minute is reached", _free_at(amounts, excess, now)


def _free_at(amounts: list[tuple[int, int]], excess: int, now: Now) -> float:
    """When enough old slots have left the minute; a whole minute when what is in flight fills it."""
    for second, amount in amounts:
        excess -= amount
        if excess <= 0:
            return now.wall + max(0.0, second + _HELD - now.boot)
    return now.wall + _HELD


def _recent(meter: Meter, now: Now) -> tuple[Slot, ...]:
    return tuple(slot for slot in meter.slots if slot.second + _HELD > now.boot)


def _spent_today(meter: Meter, now: Now) -> float:
    """A wall clock that is set back does not forget what was spent, neither then nor before it ran ahead."""
    day, (earlier, usd) = _day(now), meter.before
    if day > meter.day:
        return 0.0
    return meter.usd + (usd if day <= earlier < meter.day else 0.0)


def _midnight(meter: Meter, now: Now) -> float:
    """Epoch seconds when the day that is counted ends, also where the wall clock was set back since."""
    return float((max(_day(now), meter.day) + 1) * DAY)


def _day(now: Now) -> int:
    return int(now.wall // DAY)
