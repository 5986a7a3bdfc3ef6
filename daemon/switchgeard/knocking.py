"""Knocking: whether a provider's address answers at all, without a credential and without spending anything.

Rules for editing: the address is the config's own, nothing but a plain GET of it is sent, and any answer is a good one:
a 404 says that DNS, TCP, TLS and HTTP work.
"""

import shutil
from collections.abc import Callable
from email.utils import parsedate_to_datetime

import trio
from msgspec import Struct

from .core.clock import Now
from .core.provider import Provider
from .kinds.calls import USER_AGENT
from .kinds.known import KINDS
from .upstream.call import HTTPCall
from .upstream.fault import TransportFault
from .upstream.transport import Transport

WITHIN = 8.0  # seconds
HEADERS = (("accept", "*/*"), ("accept-encoding", "identity"), ("user-agent", USER_AGENT))


class Knock(Struct, frozen=True):
    """`told` says what answered, or why nothing did. `skew`: seconds our clock is ahead of theirs, if they say."""

    answered: bool
    told: str
    skew: float | None = None


async def knock(transport: Transport, provider: Provider, now: Callable[[], Now]) -> Knock:
    """At its address; for a program of this machine, whether it is there."""
    if KINDS[provider.kind].program:
        return _found(provider.options["program"])
    where = provider.base_url.partition("://")[2].partition("/")[0]
    with trio.move_on_after(WITHIN):
        try:
            return await _asked(transport, provider.base_url, where, now)
        except TransportFault as fault:
            return Knock(False, f"{where}: {fault.failure.message}")
    return Knock(False, f"{where}: no answer within {WITHIN:g} s")


def _found(program: str) -> Knock:
    path = shutil.which(program)
    return Knock(True, path) if path else Knock(False, f"{program} is not there")


async def _asked(transport: Transport, url: str, where: str, now: Callable[[], Now]) -> Knock:
    began = now()
    async with transport.open(HTTPCall("GET", url, HEADERS), connect=WITHIN) as reply:
        ended = now()
        skew = ahead(reply.headers.get("date"), ended.wall)
        return Knock(True, f"{where} answers in {(ended.boot - began.boot) * 1000:.0f} ms", skew)


def ahead(date: str | None, wall: float) -> float | None:
    """Seconds `wall` is ahead of what they say, which is whole seconds."""
    try:
        return wall - parsedate_to_datetime(date or "").timestamp()
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
