"""A world where clients of every dialect meet a provider of their own wire and one of another, all at once.

One faulty provider for every crossing, so that none is judged by what another went through; behind it a healthy
one of the wire the faulty one does not speak.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import httpx  # noqa: TID251 - a client that is not ours
import trio

from door_client import request, tool
from standins.standin import Script, StandIn
from world import World, world

OTHER = {
    "openai.chat": "anthropic.messages",
    "anthropic.messages": "openai.responses",
    "openai.responses": "google.generate",
    "google.generate": "openai.chat",
}
"""A client's dialect -> the foreign wire it meets."""

KINDS = {
    "openai.chat": "openai-compatible",
    "openai.responses": "openai",
    "anthropic.messages": "anthropic",
    "google.generate": "google",
}
"""Wire -> a kind that speaks it."""


class Crossing(NamedTuple):
    """One client's request: the faulty provider speaks `wire`, the one behind it `behind`."""

    dialect: str
    stream: bool
    wire: str
    behind: str

    def __str__(self) -> str:
        return f"{self.dialect} {'stream' if self.stream else 'whole'} via {self.wire}"

    @property
    def model(self) -> str:
        manner = "stream" if self.stream else "whole"
        return f"{_short(self.dialect)}-{manner}-{_short(self.wire)}"

    @property
    def passing(self) -> bool:
        return self.dialect == self.wire


def _short(wire: str) -> str:
    return wire.rpartition(".")[2]


def crossings() -> list[Crossing]:
    """Each dialect, streamed and whole, at home and abroad."""
    pairs = [(dialect, dialect, OTHER[dialect]) for dialect in OTHER]
    pairs += [(dialect, wire, dialect) for dialect, wire in OTHER.items()]
    return [
        Crossing(dialect, stream, wire, behind) for (dialect, wire, behind), stream in product(pairs, (True, False))
    ]


CROSSINGS = crossings()


@asynccontextmanager
async def crossroads(home: Path, script: Script) -> AsyncIterator[World]:
    """A world with a model per crossing; what stands before it does what `script` says."""
    standins: dict[str, Script | StandIn] = {crossing.model: script for crossing in CROSSINGS}
    standins |= {f"ok-{_short(wire)}": "ok" for wire in KINDS}
    kinds = {crossing.model: KINDS[crossing.wire] for crossing in CROSSINGS}
    kinds |= {f"ok-{_short(wire)}": kind for wire, kind in KINDS.items()}
    more = "".join(_model(crossing) for crossing in CROSSINGS)
    async with world(home, standins, kinds=kinds, more=more, door=True) as w:
        yield w


def _model(crossing: Crossing) -> str:
    group = ", ".join(
        f'{{provider = "{name}", model = "model-{name}", wire = "{wire}"}}'
        for name, wire in ((crossing.model, crossing.wire), (f"ok-{_short(crossing.behind)}", crossing.behind))
    )
    return f'[[models]]\nalias = "{crossing.model}"\ngroup = [{group}]\n'


async def crossed(w: World, crossings: list[Crossing]) -> dict[Crossing, httpx.Response]:
    """What each client was answered; all of them ask at once."""
    replies: dict[Crossing, httpx.Response] = {}

    async def ask(crossing: Crossing) -> None:
        path, body = asked(crossing)
        replies[crossing] = await client.post(path, json=body)

    async with tool(w) as client, trio.open_nursery() as nursery:
        for crossing in crossings:
            nursery.start_soon(ask, crossing)
    return {crossing: replies[crossing] for crossing in crossings}


def asked(crossing: Crossing) -> tuple[str, dict[str, Any]]:
    """Path and body of the least request, with counts wanted."""
    counted = crossing.dialect == "openai.chat" and crossing.stream
    wish = {"stream_options": {"include_usage": True}} if counted else {}
    return request(crossing.dialect, model=crossing.model, stream=crossing.stream, **wish)


def hits(w: World, crossing: Crossing) -> int:
    """Requests the faulty provider of this crossing got."""
    return w.standins[crossing.model].hits
