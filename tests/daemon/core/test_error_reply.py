"""Classification: literal error bodies of providers, and what each means."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from literal.error_bodies import ANTHROPIC, DAY, GOOGLE, MODEL, OPENAI, OTHERS, Case, openai, unified
from switchgear_protocol.words import FailureKind as K
from switchgear_protocol.words import Scope
from switchgeard.core.clock import Now
from switchgeard.core.error_reply import ErrorReply, classify
from switchgeard.core.failure_tables import CODES, REQUEST_SHAPED, by_status

NOW = Now(wall=1_795_000_000.0, boot=1_000.0)  # 2026-11-18T11:06:40Z


def reply(status: int | None, body: object, headers: dict[str, str] | None = None, **more: str) -> ErrorReply:
    raw = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    wire, model = more.get("wire", "openai.chat"), more.get("model", MODEL)
    return ErrorReply(wire, "openai", status, headers or {}, raw, "p", model, in_stream=status is None)


@pytest.mark.parametrize("case", [*OPENAI, *OTHERS, *ANTHROPIC, *GOOGLE], ids=lambda case: case.said.replace(" ", "-"))
def test_each_literal_error_means_what_its_provider_means(case: Case) -> None:
    """Kind, scope, bucket, family and wait of a body as it was on the wire."""
    failure = classify(reply(case.status, case.body, case.headers, wire=case.wire, model=case.model), NOW)
    assert (failure.kind, failure.scope, failure.bucket, failure.family) == (
        case.kind,
        case.scope,
        case.bucket,
        case.family,
    )
    assert failure.retry_after == (None if case.retry_after is None else pytest.approx(case.retry_after))
    assert (failure.retry_after is None) is (failure.source == "")


@pytest.mark.parametrize("code", CODES)
def test_every_decisive_code_is_believed_inside_a_stream(code: str) -> None:
    """Where no status helps, the code alone decides."""
    assert classify(reply(None, openai("x", code.upper(), None)), NOW).kind is CODES[code]


@pytest.mark.parametrize(
    ("status", "body", "headers", "opaque"),
    [
        (429, b"", {}, True),
        (429, b"{}", {}, True),
        (429, b'{"error": {"code": 429}}', {}, True),
        (429, b"Too Many Requests", {}, True),
        (402, b"", {}, True),
        (429, b"", {"retry-after": "30"}, False),
        (429, b'{"error": {"code": "rate_limit_exceeded"}}', {}, False),
        (503, b"", {}, False),
    ],
)
def test_a_limit_that_explains_nothing_is_marked(
    status: int, body: bytes, headers: dict[str, str], opaque: bool
) -> None:
    """Several of them in a row mean a spent quota; one with a time or a reason does not count."""
    assert classify(reply(status, body, headers), NOW).opaque is opaque


def test_the_providers_word_on_retrying_is_kept() -> None:
    """`x-should-retry` speaks of the same account; the class still comes from the body."""
    for text, said in (("false", False), ("true", True), ("maybe", None)):
        assert classify(reply(500, b"", {"x-should-retry": text}), NOW).should_retry is said


def test_a_gateway_page_is_called_one() -> None:
    """Its text is nobody's business; its status counts."""
    failure = classify(reply(503, "<html><body>secret maintenance", {"content-type": "text/html"}), NOW)
    assert failure.message == "gateway page (HTML) with status 503"


def test_a_request_shaped_error_keeps_its_message_and_gets_no_wait() -> None:
    """What the client did wrong is for the client to read."""
    failure = classify(reply(400, openai("Unsupported value: 'temperature'"), {"retry-after": "9"}), NOW)
    assert failure.message == "Unsupported value: 'temperature'"
    assert (failure.retry_after, failure.scope, failure.code) == (None, Scope.NONE, "invalid_request_error")


BODIES = st.one_of(
    st.binary(max_size=200),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=30) | st.sampled_from(sorted(CODES)),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["error", "code", "type", "message", "detail", "details", "metadata", "headers", "status"]
                ),
                inner,
            )
        ),
        max_leaves=10,
    ).map(lambda value: json.dumps(value).encode()),
)
HEADERS = st.dictionaries(
    st.sampled_from(
        [
            "retry-after",
            "date",
            "content-type",
            "x-should-retry",
            "x-ratelimit-reset",
            *unified(status="", w5h__reset=""),
        ]
    ),
    st.text(max_size=30) | st.sampled_from(["rejected", "10", "1e9", "text/html", "1795003600"]),
)
STATUSES = st.none() | st.integers(-1, 1000) | st.sampled_from([400, 402, 403, 413, 429, 500])


@given(STATUSES, HEADERS, BODIES)
def test_no_reply_makes_classification_fail(status: int | None, headers: dict[str, str], body: bytes) -> None:
    """Any status, headers and bytes give a failure; the request's own faults never reach beyond it."""
    failure = classify(reply(status, body, headers), NOW)
    assert (failure.scope is Scope.NONE) is (failure.kind in REQUEST_SHAPED)
    assert (failure.bucket is not None) is (failure.scope is Scope.BUCKET)
    assert failure.retry_after is None or 0 < failure.retry_after <= 8 * DAY
    assert failure.message


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"error":' * 100_000, b'"' * 100_000, b"\xff" * 100_000])
def test_a_hostile_body_is_only_a_bad_body(body: bytes) -> None:
    """Depth and size are bounded."""
    assert classify(reply(500, body), NOW).kind is K.OVERLOADED


@given(STATUSES, st.sampled_from(["message", "code", "type"]), st.text(max_size=20), st.text(max_size=20))
def test_no_failure_repeats_a_key(status: int | None, place: str, before: str, after: str) -> None:
    """Neither in its message nor in its code."""
    canary = "sk-canary-7Hq2Zt9Lw4Xv8Rb3"
    failure = classify(reply(status, {"error": {place: f"{before} {canary} {after}"}}), NOW)
    assert "7Hq2Zt9Lw4Xv8Rb3".lower() not in repr(failure).lower()


@given(st.integers(100, 999))
def test_every_status_means_something(status: int) -> None:
    """4xx without a meaning of its own is the request's fault, 5xx the provider's, 2xx and 3xx no answer."""
    kind = by_status(status)
    assert (kind is K.PROTOCOL) is (status < 400)
    assert status < 500 or kind in (K.OVERLOADED, K.TIMEOUT)
