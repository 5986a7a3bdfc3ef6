"""Ledger rows for tests."""

from typing import Any

from fake_clock import EPOCH
from switchgear_protocol.words import Billing, Outcome
from switchgeard.store import AttemptRow


def row(request: str = "r1", n: int = 1, **other: Any) -> AttemptRow:
    """A complete, priced attempt with the given fields different."""
    fields: dict[str, Any] = {
        "at": EPOCH,
        "alias": "opus-4.6",
        "provider": "claude_api",
        "model": "claude-opus-4-6",
        "outcome": Outcome.COMPLETE,
        "billing": Billing.METERED,
        "session": "s1",
        "input_tokens": 100,
        "output_tokens": 20,
        "cost_usd": 0.25,
    }
    return AttemptRow(request=request, n=n, **{**fields, **other})
