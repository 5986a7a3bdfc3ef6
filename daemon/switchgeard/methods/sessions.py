"""`sessions/*`: who stays with whom, and pins."""

from switchgear_protocol.messages import (
    Done,
    Nothing,
    Pin,
    Sessions,
    SessionsPin,
    SessionsUnpin,
)
from switchgeard import views
from switchgeard.core.clock import Now
from switchgeard.rpc_error import RpcError
from switchgeard.serving.caller import Caller
from switchgeard.steering import PinState

from .daemon import Daemon, offered, positive

MOST_PINS = 1000  # people set a few; a client that pins every session it opens must not fill the state


async def sessions_list(at: Daemon, caller: Caller, params: Nothing) -> Sessions:
    return Sessions(views.sessions(at.at.state), views.pins(at.at.state, at.at.now()))


async def sessions_pin(at: Daemon, caller: Caller, params: SessionsPin) -> Pin:
    model, now = at.model(params.model), at.at.now()
    provider = offered(at, model, params.provider)
    until = None if params.for_s is None else now.wall + positive("for_s", params.for_s)
    _make_room_for_pin(at, (model.alias, params.session), now)
    at.announce(at.at.state.pin(model.alias, params.session, PinState(provider.id, until), now))
    return Pin(model.alias, provider.id, until, params.session)


async def sessions_unpin(at: Daemon, caller: Caller, params: SessionsUnpin) -> Done:
    model = at.model(params.model)
    at.announce(at.at.state.unpin(model.alias, params.session, at.at.now()))
    return Done()


def _make_room_for_pin(at: Daemon, key: tuple[str, str | None], now: Now) -> None:
    """Forgets pins that have run out when there are many. Raises RpcError(busy) when all of them hold."""
    pins = at.at.state.pins
    if key in pins or len(pins) < MOST_PINS:
        return
    for alias, session in [key for key, pin in pins.items() if pin.until is not None and pin.until <= now.wall]:
        at.announce(at.at.state.unpin(alias, session, now))
    if len(pins) >= MOST_PINS:
        raise RpcError.of("busy", f"There are {MOST_PINS} pins already.", hint=f"switchgear unpin {key[0]}")
