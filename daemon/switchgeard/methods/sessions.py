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
from switchgeard.core.pin import PinState
from switchgeard.rpc_error import RpcError
from switchgeard.serving.caller import Caller

from .daemon import Daemon, offered, positive

MOST_PINS = 1000  # people set a few; a client that pins every session it opens must not fill the state


async def sessions_list(daemon: Daemon, caller: Caller, params: Nothing) -> Sessions:
    return Sessions(views.sessions(daemon.at.state), views.pins(daemon.at.state, daemon.at.now()))


async def sessions_pin(daemon: Daemon, caller: Caller, params: SessionsPin) -> Pin:
    model, now = await daemon.asked(params.model), daemon.at.now()
    provider = offered(daemon, model, params.provider)
    until = None if params.for_s is None else now.wall + positive("for_s", params.for_s)
    _make_room_for_pin(daemon, (model.alias, params.session), now)
    daemon.announce(daemon.at.state.pin(model.alias, params.session, PinState(provider.id, until), now))
    return Pin(model.alias, provider.id, until, params.session)


async def sessions_unpin(daemon: Daemon, caller: Caller, params: SessionsUnpin) -> Done:
    model = daemon.model(params.model)
    daemon.announce(daemon.at.state.unpin(model.alias, params.session, daemon.at.now()))
    return Done()


def _make_room_for_pin(daemon: Daemon, key: tuple[str, str | None], now: Now) -> None:
    """Forgets pins that have run out when there are many. Raises RpcError(busy) when all of them hold."""
    pins = daemon.at.state.pins
    if key in pins or len(pins) < MOST_PINS:
        return
    for alias, session in [key for key, pin in pins.items() if pin.until is not None and pin.until <= now.wall]:
        daemon.announce(daemon.at.state.unpin(alias, session, now))
    if len(pins) >= MOST_PINS:
        raise RpcError.of("busy", f"There are {MOST_PINS} pins already.", hint=f"switchgear unpin {key[0]}")
