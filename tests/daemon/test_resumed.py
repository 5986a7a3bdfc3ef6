"""What the user's limits begin with, by the ledger of earlier lives."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

from msgspec.structs import replace

from fake_clock import ManualClock
from ledger_rows import row
from sample_offers import T0, merged, offer, state
from switchgear_protocol.events import Event
from switchgear_protocol.words import Billing
from switchgeard.announce import Announce
from switchgeard.bus import Bus
from switchgeard.core.caps import DAY
from switchgeard.core.needs import Needs
from switchgeard.core.offer import Caps
from switchgeard.resumed import SESSION_DAYS, resume_sessions, resume_spending
from switchgeard.services import Services
from switchgeard.store import Store

PAID = offer("paid", billing=Billing.METERED, caps=Caps(usd_per_day=1.0))
WHO = ("", "s1")


@asynccontextmanager
async def life(path: Path, told: list[Event], **spend: float) -> AsyncIterator[Services]:
    """A daemon with these budgets, before its first request; the row in its ledger is of a minute ago."""
    world, nobody = state(merged(PAID), **spend), cast(Any, None)
    async with Store.open(path, ManualClock(T0.wall, T0.boot)) as store:
        await store.record(row(at=T0.wall - 60, provider="paid", cost_usd=1.0))
        await store.record(row("r2", at=T0.wall - (SESSION_DAYS + 1) * DAY, session="s2"))
        bus = Bus(lambda: nobody)
        yield Services(world, nobody, nobody, store, Announce(world, bus, store, told.append), lambda: T0, lambda: 0.5)


async def test_limits_go_on_where_they_were(tmp_path: Path) -> None:
    """A provider's own, the day's, and a session's; a session of long ago begins anew."""
    async with life(tmp_path / "state.db", [], usd_per_day=9.0, usd_per_session=1.0) as at:
        await resume_spending(at)
        spending, config = at.state.spending, at.state.config
        assert spending.session_usd == {WHO: 1.0}
        capped = spending.unpaid(config, PAID, WHO, T0), spending.unpaid(config, PAID, ("", "s2"), T0)
        assert [found and found.code for found in capped] == ["budget", None]
        config = replace(config, usd_per_session=None, usd_per_day=1.0)
        assert spending.unpaid(config, PAID, None, T0) is not None
        own = spending.capped(PAID, Needs(), T0)
        assert own is not None
        assert own.code == "user_cap"


async def test_sessions_are_summed_only_where_they_have_a_budget(tmp_path: Path) -> None:
    """A start waits for it; given later, a budget counts what was spent until then, once."""
    async with life(tmp_path / "state.db", []) as at:
        await resume_spending(at)
        assert at.state.spending.session_usd == {}
        at.state.config = replace(at.state.config, usd_per_session=1.0)
        for _ in range(2):
            await resume_sessions(at)
            assert at.state.spending.session_usd == {WHO: 1.0}


async def test_a_ledger_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """Once for the start, and for a budget that comes later; the daemon goes on."""
    told: list[Event] = []
    async with life(tmp_path / "state.db", told, usd_per_session=1.0) as at:
        other = sqlite3.connect(tmp_path / "state.db")
        other.execute("DROP TABLE attempts")
        other.close()
        await resume_spending(at)
        await resume_sessions(at)
    assert [event.type for event in told] == ["storage", "storage"]
    assert "limits begin anew: the ledger cannot be read" in str(told[0].reason)
    assert "budgets begin anew: the ledger cannot be read" in str(told[1].reason)
