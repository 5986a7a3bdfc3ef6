"""Worth: which proposals a setup shows; the few newest, where there is nothing to merge. Pure.

Rules for editing: what the user left out of a model of his is never put back.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from switchgear.cli.wire import Json

FEW = 6


def worth(proposals: list[Json], fresh: list[str], working: list[str]) -> list[Json]:
    """New models that a working provider has; models of the config that only `fresh` providers would join."""
    return [one for one in proposals if (_joined(one, fresh) if one.get("exists") else _served(one, working))]


def _joined(proposal: Json, fresh: list[str]) -> bool:
    return all(str(name).partition("/")[0] in fresh for name in proposal["new"])


def _served(proposal: Json, working: list[str]) -> bool:
    return any(offer["provider"] in working for offer in proposal["offers"])


def newest(proposals: list[Json], few: int = FEW) -> list[Json]:
    """By the day their provider's list gives, else by the version in their names."""
    return sorted(proposals, key=_age, reverse=True)[:few]


def _age(proposal: Json) -> tuple[float, list[int]]:
    released = max((float(offer.get("released") or 0.0) for offer in proposal["offers"]), default=0.0)
    return released, [int(number) for number in re.findall(r"\d{1,3}", str(proposal["alias"]))]
