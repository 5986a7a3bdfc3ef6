"""The daemon as a process, before stand-ins that live in the test."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import trio

from daemon_process import Home, home
from standins.standin import Script, StandIn
from world import PATIENT, config


@asynccontextmanager
async def served(path: Path, **scripts: Script) -> AsyncIterator[tuple[Home, dict[str, StandIn]]]:
    """One provider a script, all behind the model `m`."""
    async with standing(scripts) as standins:
        with home(path) as place:
            place.configure(config(standins, {}, timeouts=PATIENT))
            await trio.to_thread.run_sync(place.start)
            yield place, standins


@asynccontextmanager
async def standing(scripts: Mapping[str, Script]) -> AsyncIterator[dict[str, StandIn]]:
    """Stand-ins while the block runs."""
    standins = {name: StandIn(script) for name, script in scripts.items()}
    async with trio.open_nursery() as nursery:
        for standin in standins.values():
            await nursery.start(standin.serve)
        yield standins
        nursery.cancel_scope.cancel()
