"""Retry budget: how much a target's recent history allows further tries at the same target.

A retry storm starts where everybody retries everything. Each target holds tokens: a failure takes one,
a success gives a fifth back, and only above half is a request tried again at the same target; below,
it goes straight to the next offer. After gRPC's retry throttling (proposal A6).
"""

FULL = 10.0
FAILURE_COSTS = 1.0
SUCCESS_EARNS = 0.2


def after(tokens: float, failed: bool) -> float:
    """The tokens after one attempt more."""
    return max(0.0, tokens - FAILURE_COSTS) if failed else min(FULL, tokens + SUCCESS_EARNS)


def allows_retry(tokens: float) -> bool:
    return tokens > FULL / 2
