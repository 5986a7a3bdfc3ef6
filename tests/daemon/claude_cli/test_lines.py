"""What Claude Code prints, however it is cut, and whatever it is."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sample_offers import offer
from switchgear_protocol.words import Billing, FailureKind, Scope
from switchgeard.claude_cli import run
from switchgeard.claude_cli.lines import Lines, headers
from switchgeard.claude_cli.run import Splitting
from switchgeard.core.clock import Now
from switchgeard.dialects.fault import Garbled, UpstreamError

NOW = Now(wall=1_795_000_000.0, boot=1.0)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.binary(max_size=200), st.lists(st.integers(1, 20), max_size=20))
def test_lines_are_the_same_however_they_come(data: bytes, cuts: list[int]) -> None:
    """What is behind the last end stays for the next read."""
    splitting, lines, at = Splitting(), [], 0
    for size in [*cuts, len(data)]:
        lines += splitting.feed(data[at : at + size])
        at += size
    assert [*lines, bytes(splitting.rest)] == data.split(b"\n")


def test_too_long_a_line_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounded, whoever prints it."""
    monkeypatch.setattr(run, "LINE_LIMIT", 10)
    with pytest.raises(Garbled, match="printed more"):
        Splitting().feed(b"x" * 11)


@given(st.sampled_from(["assistant", "result", "rate_limit_event", "stream_event", "system"]), ANYTHING, st.data())
def test_any_line_is_understood_or_garbled(type: str, value: object, data: st.DataObject) -> None:
    """Never anything else."""
    names = ["message", "event", "error", "rate_limit_info", "api_error_params", "is_error", "result"]
    members = {name: data.draw(ANYTHING) for name in data.draw(st.sets(st.sampled_from(names)))}
    lines = Lines(offer("plan", "claude-opus-5-5", kind="claude-cli", wire="anthropic.messages"))
    try:
        lines.feed(msgspec.json.encode({"type": type, **members}), NOW)
    except (Garbled, UpstreamError):
        assert lines.failure is None


def begun(source: object, billing: Billing) -> Lines:
    lines = Lines(offer("plan", "claude-opus-5-5", kind="claude-cli", wire="anthropic.messages", billing=billing))
    lines.feed(msgspec.json.encode({"type": "system", "subtype": "init", "apiKeySource": source}), NOW)
    return lines


MANAGED = "/login managed key"


@pytest.mark.parametrize("source", [MANAGED, "ANTHROPIC_API_KEY", "apiKeyHelper"])
def test_a_key_in_place_of_the_plan_ends_the_run_before_it_is_billed(source: str) -> None:
    """It says so with its first line; the provider is refused until somebody logs in, or says that it is metered."""
    lines = begun(source, Billing.INCLUDED)
    assert lines.failure is not None
    assert (lines.done, lines.failure.kind, lines.failure.scope) == (True, FailureKind.AUTH_FAILED, Scope.CREDENTIAL)
    assert "billed" in lines.failure.message
    assert 'billing = "metered"' in (lines.failure.hint or "")


@pytest.mark.parametrize(
    ("source", "billing"),
    [
        ("none", Billing.INCLUDED),
        (None, Billing.INCLUDED),
        (7, Billing.INCLUDED),
        ("/login managed key", Billing.METERED),
    ],
)
def test_a_plan_or_a_key_that_may_be_billed_goes_on(source: object, billing: Billing) -> None:
    """None is what it says of a login; what is said in no words is not taken for a key."""
    assert not begun(source, billing).done


def test_windows_of_a_model_line_keep_their_name() -> None:
    """seven_day_opus is the window of one line of models."""
    told = headers({"unifiedWindows": {"seven_day_opus": {"utilization": 0.5, "resetsAt": 1, "status": "allowed"}}})
    assert told["anthropic-ratelimit-unified-7d_opus-utilization"] == "0.5"


@pytest.mark.parametrize(
    "line", [b'{"type":"user","message":{"content":"said"}}', b'{"type":"new","is_error":"?"}', b"oops"]
)
def test_lines_of_other_kinds_are_passed_over_whatever_they_hold(line: bytes) -> None:
    """A later version may print more."""
    assert Lines(offer()).feed(line, NOW) == []
