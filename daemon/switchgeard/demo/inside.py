"""The real daemon inside this process, on a socket of its own, by a clock of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import trio

from switchgear_protocol.limits import DEFAULT
from switchgeard.app import Places, build
from switchgeard.clock import Clock
from switchgeard.serving.instance import claim
from switchgeard.serving.listening import bind_socket
from switchgeard.serving.server import Server
from switchgeard.store import Store

from .running import DemoFailed
from .scene import write_config


@asynccontextmanager
async def daemon(home: Path, config: str, now: Clock) -> AsyncIterator[None]:
    """Serves while the block runs, in the places `scene.environment` names. Raises DemoFailed for a config it does not
    take."""
    write_config(home, config)
    places = Places(f"{home}/run/switchgear/switchgear.sock", f"{home}/config.toml", f"{home}/state")
    instance = claim(f"{home}/run/switchgear")  # by its lock commands know that a daemon runs behind the socket
    listening = bind_socket(places.socket)
    store = Store.open(Path(places.state) / "state.db", now)
    try:
        built, server = build(places, places.state, store, DEFAULT, now)
        await built.configuration.reload()
        if not built.configuration.view().ok:
            raise DemoFailed(f"the config is not taken: {built.configuration.view().error}")
        async with trio.open_nursery() as nursery:
            await nursery.start(server.serve, listening.sock)
            try:
                yield
            finally:
                await _end(server)
                nursery.cancel_scope.cancel()
        await built.at.transport.aclose()
    finally:
        listening.remove()
        store.close()
        instance.release()


async def _end(server: Server) -> None:
    with trio.CancelScope(shield=True):
        await server.wind_down(0)
        await server.hang_up()
