"""Resumed: the user's own limits go on where an earlier life left them: the ledger knows what today has cost, and each
session.

Rules for editing: the daemon's start waits for it, so nothing is summed that no limit asks for. A ledger that cannot be
read is told, and limits begin anew.
"""

from .core.caps import DAY, day_start
from .rpc_error import RpcError
from .services import Services
from .spending import MAX_SESSIONS

SESSION_DAYS = 30  # a session that has spent nothing for longer begins anew, should it ever go on


async def resume_spending(at: Services) -> None:
    """What each provider has cost today, and all that is billed together."""
    now = at.now()
    try:
        usd, billed = await at.store.cost_since(day_start(now))
    except RpcError as error:
        at.announce(at.state.note("storage", f"limits begin anew: {error.answer.message}", now))
        return
    at.state.spending.resume(usd, billed, now)
    await resume_sessions(at)


async def resume_sessions(at: Services) -> None:
    """What sessions have spent, where they have a budget."""
    now = at.now()
    if at.state.config.usd_per_session is None:
        return
    try:
        found = await at.store.billed_by_session(now.wall - SESSION_DAYS * DAY, MAX_SESSIONS)
    except RpcError as error:
        at.announce(at.state.note("storage", f"budgets begin anew: {error.answer.message}", now))
        return
    at.state.spending.remember(found)
