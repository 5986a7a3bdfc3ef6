"""The ledger's sums."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fake_clock import EPOCH
from ledger_rows import row
from switchgear_protocol.content import Usage
from switchgear_protocol.messages import UsageQuery
from switchgear_protocol.words import Billing, FailureKind, Outcome
from switchgeard.rpc_error import RpcError
from switchgeard.store import AttemptRow, ledger
from switchgeard.store.opening import open_memory

DAY = 86_400.0


@pytest.fixture
def database() -> Iterator[sqlite3.Connection]:
    with closing(open_memory()) as connection:
        yield connection


def fill(database: sqlite3.Connection, *rows: AttemptRow) -> None:
    for one in rows:
        ledger.insert(database, one)


def test_the_table_has_exactly_the_rows_columns(database: sqlite3.Connection) -> None:
    """A field without a column, or the reverse, is a forgotten migration."""
    columns = [name for _, name, *_ in database.execute("PRAGMA table_info(attempts)")]
    assert sorted(columns) == sorted(AttemptRow.__struct_fields__)


def test_every_field_is_stored_as_it_was(database: sqlite3.Connection) -> None:
    """A round trip through the file, enums and missing values included."""
    whole = row(
        client="nvim", dialect="anthropic.messages", stream=False, kind=FailureKind.TIMEOUT, status=504,
        milliseconds=12.5, first_content_ms=3.25, cache_read_tokens=1, cache_write_tokens=2, reasoning_tokens=3,
        usage_estimated=True, maybe_billed=True, outcome=Outcome.FAILED, cost_usd=None, session=None,
    )  # fmt: skip
    fill(database, whole)
    stored = database.execute(f"SELECT {', '.join(AttemptRow.__struct_fields__)} FROM attempts").fetchone()
    assert stored == tuple(getattr(whole, name) for name in AttemptRow.__struct_fields__)


def test_absurd_token_counts_break_neither_a_row_nor_a_sum(database: sqlite3.Connection) -> None:
    """A provider may answer any number it likes."""
    fill(database, *(row(f"r{n}", input_tokens=10**30, output_tokens=-5) for n in range(50)))
    usage = ledger.usage(database, UsageQuery()).rows[0].usage
    assert (usage.input, usage.output) == (50 * 10**12, 0)


def test_the_same_attempt_recorded_twice_is_one_row(database: sqlite3.Connection) -> None:
    """A row tried again after a refused commit cannot count double."""
    fill(database, row(), row())
    assert ledger.usage(database, UsageQuery()).rows[0].attempts == 1


def test_usage_sums_by_provider_and_model(database: sqlite3.Connection) -> None:
    """Requests, attempts, outcomes, tokens and money per key; the busiest first."""
    failed = row("r2", 1, outcome=Outcome.FAILED, input_tokens=0, output_tokens=0, cost_usd=0.0)
    left = row("r3", 1, outcome=Outcome.CANCELLED, input_tokens=5, output_tokens=0, cost_usd=0.5)
    fill(database, row(), failed, left, row("r2", 2, provider="copilot", cache_read_tokens=7, reasoning_tokens=4))
    first, second = ledger.usage(database, UsageQuery()).rows
    assert first.key == {"provider": "claude_api", "model": "claude-opus-4-6"}
    assert (first.requests, first.attempts, first.complete, first.failed) == (3, 3, 1, 1)
    assert first.usage == Usage(input=105, output=20)
    assert first.cost_usd == pytest.approx(0.75)
    assert second.key["provider"] == "copilot"
    assert second.usage == Usage(input=100, output=20, cache_read=7, reasoning=4)


def test_the_total_counts_a_request_once(database: sqlite3.Connection) -> None:
    """Two attempts of one request, at two providers."""
    fill(database, row("r1", 1, outcome=Outcome.FAILED), row("r1", 2, provider="copilot"))
    total = ledger.usage(database, UsageQuery()).total
    assert total is not None
    assert (total.key, total.requests, total.attempts) == ({}, 1, 2)


def test_only_attempts_of_the_span_count(database: sqlite3.Connection) -> None:
    """`since` is in, `until` is out."""
    fill(database, *(row(f"r{n}", at=EPOCH + n) for n in range(5)))
    total = ledger.usage(database, UsageQuery(since=EPOCH + 1, until=EPOCH + 3)).total
    assert total is not None
    assert total.attempts == 2


def test_days_come_newest_first(database: sqlite3.Connection) -> None:
    """A bill is read from today backwards."""
    fill(database, *(row(f"r{n}", at=EPOCH + n * DAY) for n in range(3)), row("r9", at=EPOCH))
    days = [found.key["day"] for found in ledger.usage(database, UsageQuery(by=["day"])).rows]
    assert len(days) == 3
    assert days == sorted(days, reverse=True)


def test_attempts_without_a_session_have_an_empty_key(database: sqlite3.Connection) -> None:
    """Keys are text, always."""
    fill(database, row(session=None))
    assert ledger.usage(database, UsageQuery(by=["session", "alias"])).rows[0].key == {
        "session": "",
        "alias": "opus-4.6",
    }


def test_unpriced_counts_what_may_have_cost_something(database: sqlite3.Connection) -> None:
    """Not a subscription's answers, not a refusal that used no tokens; but a maybe-billed one."""
    free: dict[str, Any] = {"input_tokens": 0, "output_tokens": 0, "outcome": Outcome.FAILED}
    fill(
        database,
        row("r1", cost_usd=None),
        row("r2", cost_usd=None, billing=Billing.INCLUDED),
        row("r3", cost_usd=None, **free),
        row("r4", cost_usd=None, maybe_billed=True, **free),
        row("r5", cost_usd=0.0),
    )
    assert ledger.usage(database, UsageQuery(by=["provider"])).rows[0].unpriced == 2


def test_what_subscriptions_saved_is_summed_at_list_price(database: sqlite3.Connection) -> None:
    """And a local server; not what was prepaid, whose money is gone as well."""
    fill(
        database,
        row("r1", cost_usd=0.0, billing=Billing.INCLUDED, notional_usd=1.5),
        row("r2", cost_usd=0.0, billing=Billing.LOCAL, notional_usd=0.5),
        row("r3", cost_usd=0.75, billing=Billing.PREPAID, notional_usd=0.75),
        row("r4", cost_usd=0.25),
        row("r5", cost_usd=0.0, billing=Billing.INCLUDED),
    )
    total = ledger.usage(database, UsageQuery()).total
    assert total is not None
    assert (total.saved_usd, total.cost_usd) == (2.0, 1.0)


def test_tokens_kept_for_an_hour_are_told_beside_those_written(database: sqlite3.Connection) -> None:
    """They are part of them."""
    fill(database, row("r1", cache_write_tokens=5, cache_write_1h_tokens=3), row("r2", cache_write_tokens=2))
    usage = ledger.usage(database, UsageQuery()).rows[0].usage
    assert (usage.cache_write, usage.cache_write_1h) == (7, 3)


def test_estimated_usage_marks_the_sum(database: sqlite3.Connection) -> None:
    """One guess makes the whole a guess."""
    fill(database, row("r1"), row("r2", usage_estimated=True))
    assert ledger.usage(database, UsageQuery()).rows[0].usage.estimated


def test_an_empty_ledger_has_a_total_of_nothing(database: sqlite3.Connection) -> None:
    """Zeros, not nulls."""
    reply = ledger.usage(database, UsageQuery())
    assert reply.rows == []
    assert reply.total is not None
    assert (reply.total.requests, reply.total.usage, reply.total.cost_usd) == (0, Usage(), 0.0)


def test_the_number_of_rows_is_bounded(database: sqlite3.Connection) -> None:
    """By the query's limit, which is never less than one."""
    fill(database, *(row(f"r{n}", session=f"s{n}") for n in range(5)))
    counts = [len(ledger.usage(database, UsageQuery(by=["session"], limit=limit)).rows) for limit in (3, 0, -1, 10**9)]
    assert counts == [3, 1, 1, 5]


def test_an_unknown_key_is_refused_with_the_known_ones(database: sqlite3.Connection) -> None:
    """And is not pasted into SQL."""
    with pytest.raises(RpcError) as refused:
        ledger.usage(database, UsageQuery(by=["model; DROP TABLE attempts"]))
    assert refused.value.answer.data is not None
    assert refused.value.answer.data.kind == "invalid_params"
    assert refused.value.answer.data.hint == "use any of: provider, model, alias, session, client, day"


def test_no_keys_ask_for_the_total_only(database: sqlite3.Connection) -> None:
    """`usage --total`."""
    fill(database, row())
    reply = ledger.usage(database, UsageQuery(by=[]))
    assert reply.rows == []
    assert reply.total is not None
    assert reply.total.attempts == 1


@settings(max_examples=60)
@given(
    kept=st.lists(
        st.tuples(st.sampled_from("ab"), st.sampled_from("xy"), st.integers(0, 99), st.sampled_from(Outcome)),
        max_size=20,
    ),
    by=st.lists(st.sampled_from(sorted(ledger.BY)), min_size=1, max_size=3),
)
def test_the_rows_of_any_grouping_add_up_to_the_total(kept: list[tuple[str, str, int, Outcome]], by: list[str]) -> None:
    """No attempt is lost or counted twice by grouping."""
    with closing(open_memory()) as database:
        for n, (provider, model, tokens, outcome) in enumerate(kept):
            fill(database, row(f"r{n}", provider=provider, model=model, input_tokens=tokens, outcome=outcome))
        reply = ledger.usage(database, UsageQuery(by=by))
    assert reply.total is not None
    assert sum(found.attempts for found in reply.rows) == reply.total.attempts == len(kept)
    assert sum(found.usage.input for found in reply.rows) == reply.total.usage.input == sum(k[2] for k in kept)
    assert sum(found.complete for found in reply.rows) == sum(k[3] is Outcome.COMPLETE for k in kept)


def test_rows_older_than_the_limit_are_forgotten(database: sqlite3.Connection) -> None:
    """Counted from now."""
    fill(database, row("old", at=EPOCH - 11 * DAY), row("kept", at=EPOCH - 9 * DAY), row("new", at=EPOCH))
    ledger.prune(database, EPOCH, keep_days=10)
    assert [name for (name,) in database.execute("SELECT request FROM attempts ORDER BY at")] == ["kept", "new"]


def test_a_clock_set_years_ahead_empties_nothing(database: sqlite3.Connection) -> None:
    """Age is then counted from the newest row."""
    fill(database, row("r1", at=EPOCH - DAY), row("r2", at=EPOCH))
    ledger.prune(database, EPOCH + 9999 * DAY, keep_days=10)
    assert database.execute("SELECT count(*) FROM attempts").fetchone() == (2,)


def test_one_start_forgets_a_bounded_number(database: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest first; the rest goes at later starts."""
    monkeypatch.setattr(ledger, "_PRUNED", 2)
    fill(database, *(row(f"r{n}", at=EPOCH + n) for n in range(4)), row("new", at=EPOCH + 100 * DAY))
    ledger.prune(database, EPOCH + 100 * DAY, keep_days=10)
    assert [name for (name,) in database.execute("SELECT request FROM attempts ORDER BY at")] == ["r2", "r3", "new"]


def test_what_is_billed_is_the_metered_attempts_by_their_own_word(database: sqlite3.Connection) -> None:
    """What a provider is by the config of now does not matter: each row says how it was paid for."""
    paid, included = row("r2", billing=Billing.PREPAID), row("r3", billing=Billing.INCLUDED, cost_usd=0.0)
    fill(database, row(), paid, included, row("r4", provider="gone", cost_usd=0.5), row("r5", cost_usd=None))
    assert ledger.billed(database, EPOCH) == 0.75
    assert ledger.billed(database, EPOCH + 1) == 0.0
    assert ledger.billed_by_session(database, EPOCH, 10) == {("", "s1"): 0.75}


def test_sessions_that_spent_last_are_told_and_told_last(database: sqlite3.Connection) -> None:
    """Who forgets some forgets from the front; a session is one of one client, and nobody's attempts are no session."""
    for number, (client, session) in enumerate([("a", "old"), ("a", "s"), ("b", "s"), ("a", None), ("a", "s")]):
        fill(database, row(f"r{number}", at=EPOCH + number, client=client, session=session))
    assert list(ledger.billed_by_session(database, EPOCH, 2).items()) == [(("b", "s"), 0.25), (("a", "s"), 0.5)]
