"""The door: a daemon whose HTTP door is asked like any other gateway, and what its memory does meanwhile."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from figures import Row, at_most
from scales import peak, resident
from stage import Home, free_port, home
from switchgear import Client
from switchgear_protocol.messages import TokenCreate
from traffic import Demand, Target, Traffic, await_answer, cores, on_core

BODY = 1_000_000  # bytes
HELD = 16  # bodies at once while memory is weighed
GROWTH = 4.0  # times the bodies
KEPT = 1.0  # times the bodies, when all are answered
REST = 0.2  # seconds until answered means done
CONFIG = """
[http]
listen = "127.0.0.1:{door}"

[[providers]]
id = "chat"
kind = "openai-compatible"
base_url = "http://127.0.0.1:{upstream}/v1"
credential = {{env = "BENCH_KEY"}}

[[providers]]
id = "messages"
kind = "anthropic"
base_url = "http://127.0.0.1:{upstream}"
credential = {{env = "BENCH_KEY"}}

[[models]]
alias = "chat"
group = [{{provider = "chat", model = "x"}}]

[[models]]
alias = "messages"
group = [{{provider = "messages", model = "x"}}]
"""
WAYS = {
    "door chat": ("chat", "chat"),
    "door messages": ("messages", "messages"),
    "door translates": ("messages", "chat"),
}
"""Name -> (dialect of the client, merged model)."""
RELAYED = ("door chat", "door messages")


def furnish(here: Home, upstream: int, door: int) -> None:
    path = here.path / "config.toml"
    path.write_text(CONFIG.format(upstream=upstream, door=door))
    path.chmod(0o600)


@contextmanager
def opened(through: Traffic) -> Iterator[list[Target]]:
    """A daemon with its door open: one target a way. Raises RuntimeError when nothing answers there."""
    port = free_port()
    with home() as here:
        furnish(here, through.port, port)
        with on_core(cores()[1]):
            here.start()
        with Client(here.door) as client:
            token = client.call("tokens/create", TokenCreate(name="bench")).token
        key = (f"authorization: Bearer {token}",)
        targets = [Target(name, port, dialect, model, key, here.pid) for name, (dialect, model) in WAYS.items()]
        assert here.process is not None
        await_answer(through, targets[0], here.process, limit=10.0)
        yield targets


def weigh(through: Traffic, target: Target, turns: int) -> list[Row]:
    """Large bodies held at once by a daemon that has seen little: how far memory grows, and how much stays."""
    pid = target.pid
    assert pid is not None
    through.play()
    through.send(target, Demand(HELD, 200))
    through.play(wait=200_000)
    bodies = HELD * BODY / 2**20
    before, after = resident(pid), []
    for _ in range(turns):
        through.send(target, Demand(HELD, HELD, size=BODY))
        time.sleep(REST)
        after.append(resident(pid))
    grown = (peak(pid) - before) / bodies
    detail = f"{before:.0f} MB, at most {peak(pid):.0f}, then {', '.join(f'{mb:.0f}' for mb in after)}"
    name = f"{target.name}: {HELD} bodies of 1 MB at once"
    return [
        at_most(f"{name}, growth / bodies", grown, GROWTH, detail=detail),
        at_most(f"{name}, kept / bodies", max(0.0, (after[-1] - before) / bodies), KEPT),
    ]
