"""The stand-in as tests have it: its script may name every fault."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from switchgeard.demo import standin
from switchgeard.demo.answers import Behaviour
from switchgeard.demo.standin import Line, Script

from .faults import FAULTS

__all__ = ["Line", "Script", "StandIn"]


@dataclass(slots=True, repr=False)
class StandIn(standin.StandIn):
    answers: Mapping[str, Behaviour] = field(default_factory=lambda: FAULTS)
