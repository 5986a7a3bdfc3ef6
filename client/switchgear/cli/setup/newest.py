"""Newest: the few models to begin with, where there is nothing to merge. Pure."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from switchgear.cli.wire import Json

FEW = 6


def newest(proposals: list[Json], few: int = FEW) -> list[Json]:
    """By the day their provider's list gives, else by the version in their names."""
    return sorted(proposals, key=_age, reverse=True)[:few]


def _age(proposal: Json) -> tuple[float, list[int]]:
    released = max((float(offer.get("released") or 0.0) for offer in proposal["offers"]), default=0.0)
    return released, [int(number) for number in re.findall(r"\d{1,3}", str(proposal["alias"]))]
