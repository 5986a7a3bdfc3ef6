"""Whole completions in memory: the real State, loop, dialects and vault over `fake_upstream`, under virtual time."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any, cast

import trio
import trio.testing
from msgspec import structs

from fake_clock import EPOCH, trio_clock
from fake_upstream import SECRET, Fault, Hit, Upstream
from sample_offers import configured, merged, offer
from switchgear_protocol.content import Message, Request, Text
from switchgear_protocol.events import Continued, Event, Restarted, TextDelta
from switchgear_protocol.messages import Answer
from switchgear_protocol.words import Billing, Interrupt
from switchgeard.announce import Announce
from switchgeard.asking import asked
from switchgeard.complete import Completing, Options
from switchgeard.core.clock import Now
from switchgeard.core.offer import FailoverPolicy, MergedModel, RoutingPolicy
from switchgeard.core.pin import PinState
from switchgeard.core.provider import Env
from switchgeard.credentials.vault import Vault
from switchgeard.question import ours
from switchgeard.rpc_error import RpcError
from switchgeard.services import Services
from switchgeard.state import State
from switchgeard.store.row import AttemptRow
from switchgeard.voice import Ours

PROMPT = "PROMPT-CANARY"


@dataclass
class Asking:
    """One client's request and behaviour. Times in seconds from the start."""

    at: float = 0.0
    stream: bool = True
    on_interrupt: Interrupt = Interrupt.ERROR
    leaves: float | None = None  # this long after it asked
    deadline: float | None = None
    wait: float = 0.0
    session: str | None = None
    slow: float = 0.0  # seconds it takes over each event


@dataclass
class Told:
    """What became of it."""

    name: str
    asking: Asking
    values: list[Any] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    answer: Answer | None = None
    error: RpcError | None = None
    ended: float = 0.0
    blocked_until: float | None = None  # the earliest time anything can serve, seen when the error came
    usable: bool = False

    @property
    def kind(self) -> str:
        assert self.error is not None
        assert self.error.answer.data is not None
        return self.error.answer.data.kind

    @property
    def text(self) -> str:
        assert self.answer is not None
        return "".join(block.text for block in self.answer.message.content if isinstance(block, Text))

    def pieces(self) -> list[str]:
        """The streamed text, in pieces between the marks that something began anew or went on elsewhere."""
        pieces = [""]
        for value in self.values:
            if isinstance(value, Restarted | Continued):
                pieces.append("")
            elif isinstance(value, TextDelta):
                pieces[-1] += value.text
        return pieces


@dataclass
class World:
    """Everything a completion touches, and everything that came out of it."""

    state: State
    services: Services
    upstream: Upstream
    model: MergedModel
    events: list[Event] = field(default_factory=list)
    rows: list[AttemptRow] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)

    # what a bus and a store look like from here
    def publish(self, events: Iterable[Event]) -> None:
        self.events += events

    def put(self, topic: str, key: str, value: bytes | None) -> None:
        assert SECRET.encode() not in (value or b"")
        assert PROMPT.encode() not in (value or b"")

    async def record(self, row: AttemptRow, *, crowded: bool = False) -> bool:
        with trio.CancelScope(shield=True):  # as the store: not to be cancelled
            await trio.lowlevel.checkpoint()
        self.rows.append(row)
        return True

    async def ask(self, asking: Asking, number: int) -> Told:
        """One completion from its start to its end, whatever that is."""
        told = Told(f"req-{number}", asking)
        self.told.append(told)
        await trio.sleep(asking.at)
        patience = float("inf") if asking.leaves is None else asking.leaves
        with trio.move_on_after(patience):
            await self._complete(told)
        if not told.ends:
            told.ends.append("cancelled")
        told.ended = trio.current_time()
        return told

    async def _complete(self, told: Told) -> None:
        asking = told.asking

        async def send(*values: Any) -> None:
            assert not told.ends, "nothing comes after the end"
            told.values += values
            await trio.sleep(asking.slow * len(values))

        question = ours(Request([Message("user", f"{PROMPT} {told.name}")]))
        ask = asked(told.name, self.model, question, "editor", asking.session)
        options = Options(asking.stream, asking.on_interrupt, asking.wait, asking.deadline)
        try:
            told.answer = await Completing(self.services, ask, question, options, Ours(send)).run()
            told.ends.append("complete")
        except RpcError as error:
            told.error, now = error, trio_clock()
            plan = self.state.plan(ask, now)
            told.usable, told.blocked_until = bool(plan.candidates), plan.retry_after
            told.ends.append("error")

    def pin(self, number: int) -> None:
        """The user pins the model to its provider of this number."""
        self.publish(self.state.pin(self.model.alias, None, PinState(f"p{number}"), Now(EPOCH, 0.0)))

    def hits(self, name: str) -> list[Hit]:
        return [hit for hit in self.upstream.hits if hit.request == name]

    def rows_of(self, name: str) -> list[AttemptRow]:
        return [row for row in self.rows if row.request == name]


def world(
    scripts: Sequence[Sequence[Fault]],
    seed: int = 0,
    failover: FailoverPolicy | None = None,
    *,
    billings: Sequence[Billing] | None = None,
    order: str = "given",
    **settings: object,
) -> World:
    """One provider per script, which it plays over and over; all offer the one model `m`, in this order."""
    each = billings or [Billing.INCLUDED] * len(scripts)
    offers = [offer(f"p{n}", billing=billing) for n, billing in enumerate(each)]
    model = merged(*offers, routing=RoutingPolicy(order=order), failover=failover)
    config = configured(model, **settings)
    providers = {name: structs.replace(one, credential=Env(f"KEY_{name}")) for name, one in config.providers.items()}
    vault = Vault(cast(Any, None), {f"KEY_{name}": SECRET for name in providers}, b"k" * 32)
    vault.use(providers)
    upstream = Upstream({f"{o.provider}.example:443": cycle(script) for o, script in zip(offers, scripts, strict=True)})
    rand = random.Random(seed).random
    state = State(structs.replace(config, providers=providers), rand)
    made = World(state, cast(Any, None), upstream, model)
    announce = Announce(state, cast(Any, made), made)
    made.services = Services(state, vault, cast(Any, upstream), cast(Any, made), announce, trio_clock, rand)
    return made


async def run(made: World, askings: Sequence[Asking]) -> World:
    """All of them, each at its time, until the last has ended."""
    async with trio.open_nursery() as nursery:
        for number, asking in enumerate(askings):
            nursery.start_soon(made.ask, asking, number)
    return made


def play(made: World, askings: Sequence[Asking]) -> World:
    """The same for a test that is no coroutine: a run of its own under a clock that jumps."""
    return trio.run(run, made, askings, clock=trio.testing.MockClock(autojump_threshold=0))
