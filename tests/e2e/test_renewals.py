"""F31 through the daemon: a token that ends while 200 requests come."""

from pathlib import Path

import pytest
import trio
from msgspec import structs

from switchgeard.core.clock import Now
from switchgeard.kinds import anthropic
from switchgeard.kinds.bundle import Token
from switchgeard.kinds.kind import Exchange
from switchgeard.kinds.known import KINDS
from switchgeard.upstream.call import HTTPCall
from world import Heard, world

MANY = 200


async def test_200_requests_at_expiry_are_one_call_to_the_issuer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And all of them are answered."""
    calls: list[HTTPCall] = []
    exchange = Exchange(
        lambda secret, options, now: HTTPCall("POST", "http://127.0.0.1:9/token", (), secret.encode()),
        lambda body, now: Token(body.decode(), now.wall + 3600, now.wall + 3000),
    )
    monkeypatch.setitem(KINDS, "anthropic", structs.replace(anthropic.KIND, exchange=exchange))

    async def fetch(call: HTTPCall) -> tuple[int, bytes]:
        calls.append(call)
        await trio.lowlevel.checkpoint()
        return 200, b"short-lived-%d" % len(calls)

    async with world(tmp_path, {"a": "ok"}) as w:
        renewals = w.daemon.at.vault._renewals
        assert renewals is not None
        monkeypatch.setattr(renewals, "_fetch", fetch)
        heard: list[Heard] = [await w.ask()]
        assert len(calls) == 1
        real, ahead = renewals._now, 3600.0
        monkeypatch.setattr(renewals, "_now", lambda: Now(real().wall + ahead, real().boot + ahead))

        async def ask() -> None:
            heard.append(await w.ask())

        async with trio.open_nursery() as nursery:
            for _ in range(MANY):
                nursery.start_soon(ask)
        assert len(calls) == 2
        assert {tuple(one.outcomes) for one in heard} == {(("a", None),)}
