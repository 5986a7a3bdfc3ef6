"""Hints: every spelling of "come back later", and none that can hurt."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear_protocol.words import FailureKind as K
from switchgeard.core.clock import Now
from switchgeard.core.hints import Hint, parse_duration, parse_moment, retry_after, skew
from switchgeard.core.moments import month_end

NOW = Now(wall=1_795_000_000.0, boot=1_000.0)  # 2026-11-18T11:06:40Z
DATE = "Wed, 18 Nov 2026 11:06:40 GMT"
LATER = "Wed, 18 Nov 2026 11:07:10 GMT"  # 30 s after DATE
DAY = 86_400.0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5", 5.0),
        ("0.25", 0.25),
        (" 12 ", 12.0),
        ("7.66s", 7.66),
        ("17ms", 0.017),
        ("6m0s", 360.0),
        ("1h2m3s", 3723.0),
        ("2m59.56s", 179.56),
        ("45.837906927s", 45.837906927),
        ("10h17m5.7s", 37025.7),
        ("2d", 2 * DAY),
        ("500µs", 0.0005),
        ("2 minutes", 120.0),
        ("1 hour 5 minutes", 3900.0),
        ("0", 0.0),
        ("", None),
        ("-5", None),
        ("nan", None),
        ("inf", None),
        ("1e999", None),
        ("abc", None),
        ("5x", None),
        ("5m30", None),
        ("1_000", None),
        ("٣", None),
    ],
)
def test_durations_of_every_provider_are_read(text: str, seconds: float | None) -> None:
    """Go, protobuf, plain numbers, words; anything else is no duration."""
    assert parse_duration(text) == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        (LATER, NOW.wall + 30),
        ("Wednesday, 18-Nov-26 11:07:10 GMT", NOW.wall + 30),
        ("2026-11-18T11:07:10Z", NOW.wall + 30),
        ("2026-11-18T11:07:10.500Z", NOW.wall + 30),
        ("2026-11-18T12:07:10+01:00", NOW.wall + 30),
        ("1795000030", NOW.wall + 30),
        ("1795000030000", NOW.wall + 30),
        ("30", NOW.wall + 30),
        ("30s", NOW.wall + 30),
        ("2026-13-45T99:99:99Z", None),
        ("Wed, 99 Nov 2026 11:07:10 GMT", None),
        ("soon", None),
        ("", None),
    ],
)
def test_moments_of_every_provider_are_read(text: str, moment: float | None) -> None:
    """HTTP dates, RFC 3339, epoch seconds and milliseconds by magnitude, spans from now."""
    assert parse_moment(text, NOW.wall) == moment


ORDERED: list[tuple[dict[str, str], object, str, K, Hint | None]] = [
    ({"retry-after": "30"}, None, "", K.RATE_LIMITED, Hint(30.0, "retry-after")),
    ({"retry-after": "1.5"}, None, "", K.RATE_LIMITED, Hint(1.5, "retry-after")),
    ({"retry-after": "0.2"}, None, "", K.RATE_LIMITED, Hint(1.0, "retry-after")),
    ({"retry-after": "6m0s"}, None, "", K.RATE_LIMITED, Hint(360.0, "retry-after")),
    ({"retry-after": LATER, "date": DATE}, None, "", K.RATE_LIMITED, Hint(30.0, "retry-after")),
    ({"retry-after": "2026-11-18T11:07:10Z"}, None, "", K.RATE_LIMITED, Hint(30.0, "retry-after")),
    ({"retry-after": "1795000030"}, None, "", K.RATE_LIMITED, Hint(30.0, "retry-after")),
    ({"retry-after": "5, 30"}, None, "", K.RATE_LIMITED, Hint(30.0, "retry-after")),
    ({"retry-after": f"{DATE}, {LATER}", "date": DATE}, None, "", K.RATE_LIMITED, Hint(30.0, "retry-after")),
    ({"retry-after-ms": "250", "retry-after": "1"}, None, "", K.RATE_LIMITED, Hint(0.25, "retry-after-ms")),
    ({"retry-after": "4000"}, None, "", K.RATE_LIMITED, Hint(900.0, "retry-after")),
    ({"retry-after": "4000"}, None, "", K.OVERLOADED, Hint(300.0, "retry-after")),
    ({"retry-after": "864000"}, None, "", K.QUOTA_EXCEEDED, Hint(8 * DAY, "retry-after")),
    ({"retry-after": "0"}, None, "", K.RATE_LIMITED, None),
    ({"retry-after": "-3"}, None, "", K.RATE_LIMITED, None),
    ({"retry-after": "abc"}, None, "", K.RATE_LIMITED, None),
    ({"retry-after": "NaN"}, None, "", K.RATE_LIMITED, None),
    ({"retry-after": "1000000000"}, None, "", K.RATE_LIMITED, None),
    ({"retry-after": "999999999"}, None, "", K.RATE_LIMITED, None),
    ({"retry-after": "abc", "x-ratelimit-reset-tokens": "6m0s"}, None, "", K.RATE_LIMITED,
     Hint(360.0, "x-ratelimit-reset tokens")),
    ({"retry-after": "5"}, {"error": {"resets_at": 1795000600}}, "", K.QUOTA_EXCEEDED, Hint(600.0, "body resets_at")),
    ({}, {"error": {"resets_in_seconds": 45}}, "", K.QUOTA_EXCEEDED, Hint(45.0, "body resets_in_seconds")),
    ({}, {"error": {"metadata": {"resets_at": "2026-11-18T12:06:40Z"}}}, "", K.QUOTA_EXCEEDED,
     Hint(3600.0, "body resets_at")),
    ({}, [{"error": {"details": [{"@type": "RetryInfo", "retryDelay": "45.5s"}]}}], "", K.RATE_LIMITED,
     Hint(45.5, "body retryDelay")),
    ({"x-ratelimit-reset-requests": "1s", "x-ratelimit-remaining-requests": "10",
      "x-ratelimit-reset-tokens": "20s", "x-ratelimit-remaining-tokens": "0"}, None, "", K.RATE_LIMITED,
     Hint(20.0, "x-ratelimit-reset tokens")),
    ({"x-ratelimit-reset-requests": "7h", "x-ratelimit-remaining-requests": "10"}, None, "try again in 5.289s.",
     K.RATE_LIMITED, Hint(5.289, "prose")),
    ({"x-ratelimit-reset-requests": "1s", "x-ratelimit-remaining-requests": "10"}, None, "", K.QUOTA_EXCEEDED, None),
    ({}, None, "Please retry after 37 seconds.", K.RATE_LIMITED, Hint(37.0, "prose")),
    ({}, None, "Please retry in 10h17m5.7s", K.QUOTA_EXCEEDED, Hint(37025.7, "prose")),
    ({}, None, "Please try again in 17ms. Visit", K.RATE_LIMITED, Hint(0.017, "prose")),
    ({}, None, "You will regain access on 2026-11-20 at 00:00 UTC.", K.QUOTA_EXCEEDED,
     Hint(1_795_132_800.0 - NOW.wall, "prose date")),
    ({"x-ratelimit-user-retry-after": "40"}, None, "", K.RATE_LIMITED, Hint(40.0, "x-ratelimit-user-retry-after")),
    ({"anthropic-ratelimit-requests-reset": "2026-11-18T11:07:10Z", "anthropic-ratelimit-requests-remaining": "0"},
     None, "", K.RATE_LIMITED, Hint(30.0, "anthropic-ratelimit-reset requests")),
]  # fmt: skip


@pytest.mark.parametrize(("headers", "body", "text", "cls", "hint"), ORDERED)
def test_the_most_trustworthy_hint_wins(
    headers: dict[str, str], body: object, text: str, cls: K, hint: Hint | None
) -> None:
    """Order, clamps, and what is no hint at all."""
    found = retry_after(headers, body, text, NOW, cls)
    if hint is None:
        assert found is None
        return
    assert found is not None
    assert found.seconds == pytest.approx(hint.seconds)
    assert found.source == hint.source


UNIFIED = {
    "anthropic-ratelimit-unified-status": "rejected",
    "anthropic-ratelimit-unified-5h-status": "rejected",
    "anthropic-ratelimit-unified-5h-reset": "1795003600",
    "anthropic-ratelimit-unified-7d-status": "rejected",
    "anthropic-ratelimit-unified-7d-reset": "1795086400",
    "retry-after": "3600",
}


def test_a_spent_subscription_waits_for_the_last_of_its_rejected_windows() -> None:
    """Or for retry-after where that is later still; the reset of a window that is fine is no reason."""
    assert retry_after(UNIFIED, None, "", NOW, K.QUOTA_EXCEEDED) == Hint(DAY, "anthropic-ratelimit-unified-reset")
    longer = {**UNIFIED, "retry-after": "90000"}
    assert retry_after(longer, None, "", NOW, K.QUOTA_EXCEEDED) == Hint(90_000, "anthropic-ratelimit-unified-reset")
    assert retry_after(UNIFIED, None, "", NOW, K.RATE_LIMITED) == Hint(900.0, "retry-after")


def test_an_overall_verdict_without_windows_uses_the_overall_reset() -> None:
    """When neither windows nor a claim are sent."""
    headers = {
        "anthropic-ratelimit-unified-status": "rejected",
        "anthropic-ratelimit-unified-reset": "1795003600",
    }
    assert retry_after(headers, None, "", NOW, K.QUOTA_EXCEEDED) == Hint(3600.0, "anthropic-ratelimit-unified-reset")


@pytest.mark.parametrize("wall", [0.0, NOW.wall - DAY, NOW.wall + DAY, NOW.wall + 3600])
def test_a_wrong_wall_clock_still_gives_right_spans(wall: float) -> None:
    """The response's own Date is what absolute times are compared with."""
    astray = Now(wall, 5.0)
    assert skew({"date": DATE}, astray) == NOW.wall - wall
    for headers in ({"retry-after": LATER}, {"retry-after": "30"}, {"x-ratelimit-reset-requests": "1795000030"}):
        hint = retry_after({**headers, "date": DATE}, None, "", astray, K.RATE_LIMITED)
        assert hint is not None
        assert hint.seconds == pytest.approx(30.0)


def test_a_month_ends_at_midnight_utc_of_the_first() -> None:
    """Also in December, and for a clock gone mad."""
    assert month_end(NOW.wall) == 1_796_083_200.0  # 2026-12-01
    assert month_end(1_796_083_200.0) == 1_798_761_600.0  # 2027-01-01
    assert month_end(1e18) > 1e18


HEADER_NAMES = st.sampled_from(
    ["retry-after", "retry-after-ms", "date", "x-ratelimit-reset-tokens", "x-ratelimit-reset", *UNIFIED]
)
VALUES = st.one_of(
    st.text(max_size=60),
    st.floats().map(str),
    st.integers().map(str),
    st.lists(st.sampled_from([DATE, LATER, "5", "-1", "6m0s", "nan", "1e9"]), max_size=4).map(", ".join),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["error", "resets_at", "retryDelay", "details", "headers", "code"]), inner)
    ),
    max_leaves=8,
)


@given(st.dictionaries(HEADER_NAMES, VALUES), JSON, st.text(max_size=80), st.sampled_from(list(K)))
def test_nothing_a_provider_sends_makes_hints_fail(headers: dict[str, str], body: object, text: str, cls: K) -> None:
    """A hint is positive, finite and within the cap of its class, or there is none."""
    hint = retry_after(headers, body, text, NOW, cls)
    assert hint is None or (math.isfinite(hint.seconds) and 0 < hint.seconds <= 8 * DAY)
    if hint is not None and cls is K.RATE_LIMITED:
        assert hint.seconds <= 900
