"""One attempt at a State: begun, ended, and who comes first, for tests of what State believes."""

from sample_offers import T0, ask, merged, offer
from switchgear_protocol.content import Usage
from switchgear_protocol.events import Event
from switchgear_protocol.words import Outcome
from switchgeard.ask import Ask, Settled
from switchgeard.core.clock import Now
from switchgeard.core.failure import Failure
from switchgeard.core.permit import Permit
from switchgeard.core.routing import Standing
from switchgeard.state import State

MODEL = merged(offer("a"), offer("b"))


def begun(world: State, one: Standing, asking: Ask, now: Now = T0) -> Permit:
    """A permit that is given."""
    given, _ = world.begin(one, asking, now)
    assert given is not None
    return given


def ended(
    world: State, trouble: Failure | None = None, asking: Ask | None = None, now: Now = T0, cost: float | None = None
) -> list[Event]:
    """One attempt at the first candidate, and the events of its end."""
    asking = asking or ask(MODEL)
    given = begun(world, world.plan(asking, now).candidates[0], asking, now)
    outcome = Outcome.COMPLETE if trouble is None else Outcome.FAILED
    if trouble is None:
        world.committed(given, asking, now)
    return world.finish(given, asking, Settled(outcome, 12.34, trouble, Usage(3, 4), cost), now)


def first(world: State, asking: Ask | None = None, now: Now = T0) -> str | None:
    """The provider a new request would go to."""
    candidates = world.plan(asking or ask(MODEL), now).candidates
    return candidates[0].offer.provider if candidates else None
