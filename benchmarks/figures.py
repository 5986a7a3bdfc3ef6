"""Figures: what a benchmark found, as rows of one table with a word each.

A row passes or is over its limit. Timing rows of a short run on a busy machine say little, so `--quick`
(what CI runs) fails on exact rows only: counts and losses, which no load may change.
"""

import argparse
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """`ok` None: reported, not judged. `exact`: no noise can excuse it."""

    name: str
    measured: str
    allowed: str = ""
    ok: bool | None = None
    exact: bool = False

    @property
    def word(self) -> str:
        return {None: "report", True: "PASS", False: "over-limit"}[self.ok]


def options(doc: str | None) -> argparse.ArgumentParser:
    """A parser that knows `--quick`."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a few rounds; only exact rows decide the exit code")
    return parser


def at_most(name: str, measured: float, limit: float, unit: str = "", *, exact: bool = False, detail: str = "") -> Row:
    """A row whose figure must not be above `limit`."""
    shown = f"{measured:.2f}{unit}" if isinstance(measured, float) else f"{measured}{unit}"
    return Row(name, f"{shown}{detail and '  ' + detail}", f"<= {limit:g}{unit}", measured <= limit, exact)


def at_least(name: str, measured: float, limit: float, unit: str = "", *, detail: str = "") -> Row:
    """A row whose figure must not be below `limit`."""
    return Row(name, f"{measured:.2f}{unit}{detail and '  ' + detail}", f">= {limit:g}{unit}", measured >= limit)


def percentile(values: Sequence[float], percent: int) -> float:
    """`percent` of the values are not above it."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def spread(seconds: Sequence[float]) -> str:
    """p50 and p99 in milliseconds."""
    return f"p50 {statistics.median(seconds) * 1e3:.2f} ms, p99 {percentile(seconds, 99) * 1e3:.2f} ms"


def report(title: str, rows: Sequence[Row], *, quick: bool) -> int:
    """Print the table; the exit code."""
    print(f"\n{title}")
    wide = [max(len(getattr(row, column)) for row in rows) for column in ("name", "measured", "allowed")]
    for row in rows:
        print(f"  {row.name:<{wide[0]}}  {row.measured:<{wide[1]}}  {row.allowed:<{wide[2]}}  {row.word}".rstrip())
    return int(any(row.ok is False and (row.exact or not quick) for row in rows))
