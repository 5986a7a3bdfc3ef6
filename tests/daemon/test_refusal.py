"""Refusals: what, why and what helps, for every way a completion can end without an answer."""

import pytest

from sample_offers import failure, merged, offer, standings
from switchgear_protocol.errors import AttemptReport, ErrorData, ErrorObject
from switchgear_protocol.words import FailureKind as K
from switchgeard import refusal
from switchgeard.core.failover import GiveUp
from switchgeard.core.failure import Failure
from switchgeard.core.routing import Plan, Standing
from switchgeard.spending import ALLOW

A, B = offer("a"), offer("b")
MODEL = merged(A, B)
TRIED = [AttemptReport("a", "m-1", "failed", "slow down", K.RATE_LIMITED)]
LIMITED = Standing(A, "rate_limited", "slow down", left=30.4)
SPENT = Standing(B, "quota_exhausted", "5h used up", left=7200.0)


def told(
    why: str, *skipped: Standing, trouble: Failure | None = None, reports: list[AttemptReport] | None = None
) -> tuple[ErrorObject, ErrorData]:
    """The error for a plan with these offers blocked."""
    ended = GiveUp(why, trouble)
    error = refusal.why(ended, Plan(MODEL, (), skipped), TRIED if reports is None else reports).answer
    assert error.data is not None
    return error, error.data


def test_exhausted_says_each_reason_and_the_first_reset() -> None:
    """I20: the least of the times, in milliseconds."""
    error, data = told("exhausted", LIMITED, SPENT)
    assert (error.code, data.kind, data.retry_after_ms) == (-32010, "exhausted", 30_400)
    assert error.message == "No provider can serve m now."
    assert data.detail == "a: slow down; b: 5h used up"
    assert data.hint == "switchgear route m --explain"
    assert data.attempts == TRIED


def test_the_first_reset_is_told_as_a_moment_too() -> None:
    """Of the offer that is back first, tried or not; where only a duration is known there is none."""
    soon = Standing(A, "rate_limited", left=30.4, until=1_000.0)
    late = Standing(B, "quota_exhausted", left=7200.0, until=8_000.0)
    assert told("exhausted", late, soon, reports=[])[1].retry_at == 1_000.0
    assert told("exhausted", LIMITED, late)[1].retry_at is None
    assert told("exhausted", Standing(A, "no_tools"), reports=[])[1].retry_at is None


def test_exhausted_names_no_time_when_none_helps_and_the_cure_when_there_is_one() -> None:
    """A refused credential needs a login."""
    _, data = told("exhausted", Standing(A, "auth_failed", "401", hint="switchgear login a"))
    assert (data.retry_after_ms, data.hint) == (None, "switchgear login a")


def test_an_offer_that_could_serve_again_already_is_worth_a_second_try_soon() -> None:
    """Its attempt failed, and it is not blocked."""
    plan = Plan(MODEL, tuple(standings(A)), (SPENT,))
    answer = refusal.why(GiveUp("exhausted", failure(K.TIMEOUT)), plan, TRIED).answer
    assert answer.data is not None
    assert answer.data.retry_after_ms == 1000
    assert answer.data.detail == "a: slow down; b: 5h used up"


@pytest.mark.parametrize(
    ("code", "kind", "number"),
    [
        ("consent", "consent", -32012),
        ("user_cap", "budget", -32012),
        ("budget", "budget", -32012),
        ("no_tools", "unsupported_feature", -32602),
    ],
)
def test_what_only_the_user_can_change_has_its_own_kind(code: str, kind: str, number: int) -> None:
    """When no offer was even tried."""
    error, data = told("exhausted", Standing(A, code, "why"), Standing(B, code, "why"), reports=[])
    assert (data.kind, error.code) == (kind, number)
    assert told("exhausted", Standing(A, code, "why"), SPENT, reports=[])[1].kind == "exhausted"


def test_a_prompt_no_window_holds_is_told_as_one_that_was_refused_for_it() -> None:
    """Clients make their conversation shorter at that word; no waiting helps, and no other request is concerned."""
    error, data = told("exhausted", Standing(A, "context", "too long"), Standing(B, "context", "too long"), reports=[])
    assert (error.code, data.kind, data.hint) == (-32602, "context_length", None)
    assert error.message == "The conversation is too long for every offer that could serve it."
    assert (data.detail, data.retry_after_ms) == ("a: too long; b: too long", None)
    error, data = told("exhausted", Standing(A, "context", "why"), Standing(B, "no_tools", "why"), reports=[])
    assert (data.kind, error.message) == ("unsupported_feature", "No provider of m can serve this request.")


def test_where_plans_are_spent_for_long_and_the_rest_waits_for_the_users_word_it_is_consent() -> None:
    """He is what an answer waits for: typed so, with the command, however the others ended; a minute is waited out."""
    waits = Standing(B, "consent", "metered spending needs your consent", hint=ALLOW)
    refused = Standing(A, "auth_failed", "401", hint="switchgear login a")
    spent = Standing(A, "quota_exhausted", "5h used up", left=7200.0)
    for skipped in ((spent, waits), (refused, waits)):
        for reports in ([], TRIED):
            error, data = told("exhausted", *skipped, reports=reports)
            assert (error.code, data.kind, data.hint) == (-32012, "consent", ALLOW)
    assert told("exhausted", spent, waits)[1].retry_after_ms == 7_200_000
    assert told("exhausted", LIMITED, waits)[1].kind == "exhausted"
    never = Standing(B, "consent", 'spend.metered is "never"', hint="switchgear config edit")
    assert told("exhausted", spent, never)[1].kind == "exhausted"


@pytest.mark.parametrize("kind", sorted(refusal.REQUEST_SHAPED))
def test_a_request_shaped_failure_keeps_the_providers_words(kind: K) -> None:
    """They are about the client's own request."""
    error, data = told("surface", trouble=failure(kind))
    assert (error.code, data.kind, data.provider) == (-32602, kind.value, "a")
    assert data.detail == f"{kind} it says"


def test_a_failure_the_config_does_not_fail_over_is_an_exhausted_model() -> None:
    """Its words are in the detail."""
    _, data = told("surface", LIMITED, trouble=failure(K.RATE_LIMITED))
    assert (data.kind, data.detail) == ("exhausted", "a: slow down; b: not tried")


def test_an_interruption_says_that_what_arrived_is_not_all() -> None:
    """Never a complete answer."""
    error, data = told("interrupted", trouble=failure(K.PROTOCOL))
    assert (error.code, data.kind, data.provider) == (-32013, "interrupted", "a")
    assert "not complete" in error.message


def test_a_deadline_is_told_before_and_after_commit() -> None:
    """No answer, or a part of one."""
    before = refusal.too_late(MODEL, 1.5, TRIED).answer
    after = refusal.too_late(MODEL, 1.5, TRIED, committed=True).answer
    assert before.data is not None
    assert after.data is not None
    assert (before.data.kind, after.data.kind, after.code) == ("deadline", "interrupted", -32013)
    assert before.message == "No answer from m within 1.5 s."
    assert told("deadline")[1].kind == "deadline"


def test_our_own_trouble_is_internal() -> None:
    """Not the provider's."""
    error, data = told("stopped", trouble=Failure(K.LOCAL, "out of file descriptors"))
    assert (error.message, data.kind) == ("out of file descriptors", "internal")


def test_an_unknown_model_names_the_nearest_or_what_there_is() -> None:
    """Or that none is configured."""
    hints = [
        refusal.no_such_model("opsu", ["opus"], "opus"),
        refusal.no_such_model("x", ["opus", "gpt"], None),
        refusal.no_such_model("x", [], None),
    ]
    data = [hint.answer.data for hint in hints]
    assert [d and d.kind for d in data] == ["no_such_model"] * 3
    assert [d and d.hint for d in data] == ["switchgear ask opus", "switchgear models", "switchgear setup"]
    assert [d and d.detail for d in data] == [
        'Did you mean "opus"?',
        "Known models: opus, gpt.",
        "No model is configured.",
    ]


def test_a_name_of_a_megabyte_is_not_repeated() -> None:
    """Enough of it to be recognised."""
    said = refusal.no_such_model("x" * 1_000_000, ["opus"], None).answer.message
    assert said.startswith('There is no model "xxx')
    assert len(said) < 200
