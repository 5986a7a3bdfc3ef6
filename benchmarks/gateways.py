"""The HTTP door beside other gateways: what each adds to a request, a streamed chunk, a large body.

Every target is asked in turn within each round: the upstream itself (`direct`), this daemon's door, and with
`--peers` two gateways from npm. The door is asked in three ways: chat completions and Anthropic messages relayed
(`door chat`, `door messages`), and messages translated to chat completions (`door translates`), which is
what claude-code-router (`ccr`) always does. Upstream and clients are C programs on the first core, what is between them
runs alone on the second; figures are medians over the rounds. Judged are ratios and differences within one run.

    python benchmarks/gateways.py [--quick] [--peers] [--rounds 3] [--only direct,portkey]

Without Linux and a C compiler nothing is measured, and that is said.
"""

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from math import inf
from pathlib import Path

import peers
from door import BODY, RELAYED, WAYS, opened, weigh
from figures import Row, at_least, at_most, options, report
from scales import processor, resident
from traffic import Demand, Figures, Target, Traffic, cores, missing, traffic

OF_PEER = 0.6  # of the faster peer's sequential p50
TIMES_PEER = 2.0  # the better peer's answers per second, 64 at once
CHUNK_ADDED = 2.0  # ms
BODY_ADDED = 15.0  # ms
PIECES = 200
PLAIN = 40  # pieces with as much text as a JSON answer, for who asks for a stream where the client does not


@dataclass(frozen=True, slots=True)
class Cell:
    """One question: how the upstream plays, and what is sent, at length and with --quick."""

    name: str
    full: Demand
    quick: Demand
    play: Mapping[str, int] = field(default_factory=dict)


CELLS = (
    Cell("sequential", Demand(requests=500, warm_up=50), Demand(requests=200, warm_up=20), {"pieces": PLAIN}),
    Cell("at once", Demand(64, seconds=2, warm_up=128), Demand(64, seconds=0.5, warm_up=64), {"pieces": PLAIN}),
    Cell("paced", Demand(requests=8, stream=True), Demand(requests=2, stream=True), {"pieces": 50, "gap": 5000}),
    Cell("paced, 64", Demand(64, 256, stream=True), Demand(64, 64, stream=True), {"pieces": 50, "gap": 20_000}),
    Cell("rush", Demand(16, seconds=2, stream=True, warm_up=16), Demand(16, 48, stream=True), {"pieces": PIECES}),
    Cell(
        "large", Demand(requests=40, warm_up=4, size=BODY), Demand(requests=8, warm_up=2, size=BODY), {"pieces": PLAIN}
    ),
)
WARM_UP = Demand(8, 2000)  # a JIT has seen the code by then


@dataclass(frozen=True, slots=True)
class Measured:
    """One target in one cell of one round. `spent`: microseconds of processor time per answer."""

    figures: Figures
    spent: float


@dataclass(frozen=True, slots=True)
class Found:
    """All rounds of one target."""

    target: Target
    cells: dict[str, list[Measured]] = field(default_factory=dict)

    def middle(self, cell: str, read: Callable[[Measured], float]) -> float:
        """The median over rounds; 0 when there was no answer."""
        values = [read(each) for each in self.cells.get(cell, ()) if each.figures.answers]
        return statistics.median(values) if values else 0.0

    def errors(self) -> int:
        return sum(each.figures.errors for cell in self.cells.values() for each in cell)


# --- measuring ---------------------------------------------------------------------------------------


def measure(through: Traffic, target: Target, demand: Demand) -> Measured:
    before = processor(target.pid) if target.pid else 0.0
    figures = through.send(target, demand)
    used = processor(target.pid) - before if target.pid else 0.0
    return Measured(figures, used / max(1, figures.answers + figures.errors + demand.warm_up) * 1e6)


def rounds(through: Traffic, targets: Sequence[Target], count: int, quick: bool) -> dict[str, Found]:
    found = {target.name: Found(target) for target in targets}
    through.play(pieces=5)
    for target in targets if not quick else ():
        through.send(target, WARM_UP)
    for _ in range(count):
        for cell in CELLS:
            through.play(**cell.play)
            for target in targets:
                taken = measure(through, target, cell.quick if quick else cell.full)
                found[target.name].cells.setdefault(cell.name, []).append(taken)
    return found


# --- telling -----------------------------------------------------------------------------------------

COLUMNS: tuple[tuple[str, Callable[[Found], float], int], ...] = (
    ("p50 us", lambda f: f.middle("sequential", lambda m: m.figures.took_p50), 0),
    ("p99 us", lambda f: f.middle("sequential", lambda m: m.figures.took_p99), 0),
    ("CPU us", lambda f: f.middle("sequential", lambda m: m.spent), 0),
    ("64: rps", lambda f: f.middle("at once", lambda m: m.figures.rps), 0),
    ("CPU us", lambda f: f.middle("at once", lambda m: m.spent), 0),
    ("chunk p50 us", lambda f: f.middle("paced", lambda m: m.figures.age_p50), 0),
    ("p99", lambda f: f.middle("paced", lambda m: m.figures.age_p99), 0),
    ("64: p50 us", lambda f: f.middle("paced, 64", lambda m: m.figures.age_p50), 0),
    ("p99", lambda f: f.middle("paced, 64", lambda m: m.figures.age_p99), 0),
    ("16: chunks/s", lambda f: f.middle("rush", lambda m: m.figures.answers * PIECES / m.figures.seconds), 0),
    ("CPU us", lambda f: f.middle("rush", lambda m: m.spent / PIECES), 1),
    ("1 MB ms", lambda f: f.middle("large", lambda m: m.figures.took_p50 / 1e3), 2),
    ("RSS MB", lambda f: resident(f.target.pid) if f.target.pid else 0.0, 0),
    ("errors", lambda f: float(f.errors()), 0),
)


def matrix(found: Mapping[str, Found]) -> None:
    """The plain figures, one line a target. A dash: nothing to show, or only errors."""
    lines = [["", *(title for title, _, _ in COLUMNS)]]
    for name, each in found.items():
        values = [(read(each), digits) for _, read, digits in COLUMNS]
        lines.append([name, *(f"{value:,.{digits}f}" if value else "-" for value, digits in values)])
    wide = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        print("  " + line[0].ljust(wide[0]), *(word.rjust(size) for word, size in zip(line[1:], wide[1:])), sep="  ")


def added(found: Mapping[str, Found], name: str, cell: str, read: Callable[[Figures], float]) -> float:
    """Milliseconds over direct; without an answer, for ever."""
    ours, direct = (found[each].middle(cell, lambda m: read(m.figures)) for each in (name, "direct"))
    return (ours - direct) / 1e3 if ours else inf


def alone(found: Mapping[str, Found]) -> list[Row]:
    """What needs no peer."""
    rows = []
    for name in (name for name in RELAYED if name in found):
        late = added(found, name, "paced", lambda f: f.age_p50)
        large = added(found, name, "large", lambda f: f.took_p50)
        rows += [
            at_most(f"{name}: added to a paced chunk, p50", late, CHUNK_ADDED, " ms"),
            at_most(f"{name}: added by a body of 1 MB, p50", large, BODY_ADDED, " ms"),
        ]
    for name in (name for name in WAYS if name in found):
        errors = found[name].errors()
        rows.append(Row(f"{name}: requests without an answer", str(errors), "= 0", errors == 0, exact=True))
    return rows


def beside(found: Mapping[str, Found], rivals: Sequence[str]) -> list[Row]:
    """The door relaying against the better of the peers."""
    if not rivals:
        return []
    fast = {name: each.middle("sequential", lambda m: m.figures.took_p50) for name, each in found.items()}
    many = {name: each.middle("at once", lambda m: m.figures.rps) for name, each in found.items()}
    fastest, widest = min(rivals, key=lambda name: fast[name]), max(rivals, key=lambda name: many[name])
    rows = []
    for name in (name for name in RELAYED if name in found):
        rows += [
            at_most(f"{name}: sequential p50 / {fastest}", (fast[name] or inf) / fast[fastest], OF_PEER),
            at_least(f"{name}: 64 at once, answers / {widest}", many[name] / many[widest], TIMES_PEER),
        ]
    return rows


def attempted(stack: ExitStack, through: Traffic) -> Iterator[Target | Row]:
    """The peers that answer; a row for each that does not."""
    reason = peers.install()
    for peer in peers.PEERS:
        try:
            if reason:
                raise RuntimeError(reason)
            yield stack.enter_context(peers.running(peer, through))
        except RuntimeError as trouble:
            yield Row(peer.name, f"not measured: {trouble}")


def door(stack: ExitStack, through: Traffic, quick: bool) -> Iterator[Target | Row]:
    """The door's targets and what its memory did; or a row that says why there is none."""
    try:
        targets = stack.enter_context(opened(through))
    except (RuntimeError, AssertionError) as trouble:
        yield Row("door", f"not measured: {trouble}", "an answer", ok=False, exact=True)
        return
    yield from weigh(through, targets[0], 2 if quick else 6)
    yield from targets


def compare(stack: ExitStack, through: Traffic, asked: argparse.Namespace) -> int:
    """Start everything that is wanted, measure, tell; the exit code."""
    chosen = set(asked.only.split(",")) if asked.only else None
    met = [*door(stack, through, asked.quick), *(attempted(stack, through) if asked.peers else ())]
    targets = [each for each in met if isinstance(each, Target) and (chosen is None or each.name in chosen)]
    load = f"load average {os.getloadavg()[0]:.1f}"
    count = asked.rounds or (1 if asked.quick else 3)
    found = rounds(through, [through.direct, *targets], count, asked.quick)
    place = "" if cores()[0] != cores()[1] else ", all on one core"
    print(f"\nGateways, {count} rounds, {load} before and {os.getloadavg()[0]:.1f} after{place}")
    matrix(found)
    rivals = [peer.name for peer in peers.PEERS if peer.name in found]
    rows = [*beside(found, rivals), *alone(found), *(each for each in met if isinstance(each, Row))]
    return report("What the door adds", rows, quick=asked.quick) if rows else 0


def main() -> int:
    parser = options(__doc__)
    parser.add_argument("--peers", action="store_true", help="install (npm) and measure other gateways too")
    parser.add_argument("--rounds", type=int, help="default: 3; quick: 1")
    parser.add_argument("--only", help="names of targets, comma between (direct is always there)")
    asked = parser.parse_args()
    if reason := missing():
        print(f"\nGateways: not measured, {reason}")
        return 0
    with tempfile.TemporaryDirectory(prefix="switchgear-bench-") as folder, ExitStack() as stack:
        return compare(stack, stack.enter_context(traffic(Path(folder))), asked)


if __name__ == "__main__":
    sys.exit(main())
