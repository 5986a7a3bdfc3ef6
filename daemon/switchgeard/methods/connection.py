"""`initialize`, `status`, `events/subscribe`, `completion/create`."""

from switchgear_protocol.messages import (
    Answer,
    ClientInfo,
    CompletionCreate,
    EventsSubscribe,
    Initialize,
    Initialized,
    Nothing,
    Status,
    Subscribed,
    VersionRange,
)
from switchgear_protocol.words import Interrupt
from switchgeard import __version__, asking
from switchgeard.serving.caller import Caller

from .daemon import Daemon

VERSIONS = VersionRange(1, 1)
OURSELVES = ClientInfo("switchgeard", __version__)
CAPABILITIES = {"dialects": list(asking.SPOKEN), "interrupts": [word.value for word in Interrupt]}


async def initialize(daemon: Daemon, caller: Caller, params: Initialize) -> Initialized:
    """Version negotiation itself happens in the connection; this only introduces the daemon."""
    agreed = min(params.protocol.max, VERSIONS.max)
    return Initialized(agreed, VERSIONS, OURSELVES, CAPABILITIES)


async def status(daemon: Daemon, caller: Caller, params: Nothing) -> Status:
    return daemon.status()


async def events_subscribe(daemon: Daemon, caller: Caller, params: EventsSubscribe) -> Subscribed:
    return caller.subscribe(params)


async def completion_create(daemon: Daemon, caller: Caller, params: CompletionCreate) -> Answer:
    return await asking.complete(daemon.at, await daemon.asked(params.model), caller, params)
