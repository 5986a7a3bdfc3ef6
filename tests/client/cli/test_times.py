"""Spans and moments, both ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sample_world import NOW
from switchgear.cli.times import LONGEST, ahead, clock_time, parse_moment, parse_span, span

pytestmark = pytest.mark.usefixtures("home")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (-5, "0 s"),
        (0.3, "0.3 s"),
        (45, "45 s"),
        (60, "1 m"),
        (7800, "2 h 10 m"),
        (3600 + 5, "1 h"),
        (86400 * 3 + 7200 + 60, "3 d 2 h"),
    ],
)
def test_a_span_shows_its_two_largest_units(seconds: float, said: str) -> None:
    """A gap between units ends it: an hour and five seconds is an hour."""
    assert span(seconds) == said


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("45s", 45), ("30m", 1800), ("1h30m", 5400), ("7d", 604800), ("1w", 604800)]
)
def test_a_span_is_read(text: str, seconds: float) -> None:
    """Units as people write them."""
    assert parse_span(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "h", "1h30", "-5m", "1.2.3s", "99999999d", "1x"])
def test_what_is_no_span_gets_a_sentence(text: str) -> None:
    """That says how to write one."""
    with pytest.raises(ValueError, match="is not a span of time"):
        parse_span(text)


@given(st.text(max_size=12))
def test_any_text_is_a_bounded_span_or_a_sentence(text: str) -> None:
    """Never another exception, never an endless span."""
    try:
        said = parse_span(text)
    except ValueError as error:
        said = 0.0 if "is not a span of time" in str(error) else -1.0
    assert 0 <= said <= LONGEST


@given(st.floats(allow_nan=False))
def test_any_moment_can_be_said(moment: float) -> None:
    """Daemons may be wrong about time; the command still prints."""
    assert clock_time(moment, NOW)
    assert ahead(moment, NOW)


def test_moments_far_away_name_their_day() -> None:
    """Within a day the clock, within a week the weekday, then the date."""
    said = [clock_time(NOW + hours * 3600, NOW) for hours in (1, 48, 24 * 30)]
    assert said == ["15:00", "Tue 14:00", "23 Dec"]


def test_a_moment_is_read_as_a_span_ago_a_day_or_an_epoch() -> None:
    """`--since`."""
    assert parse_moment("2h", NOW) == NOW - 7200
    assert parse_moment("today", NOW) == NOW - 14 * 3600
    assert parse_moment("2025-11-23", NOW) == NOW - 14 * 3600
    assert parse_moment("1763906400", 0) == NOW


def test_what_is_no_moment_is_told_how_to_write_one() -> None:
    """A day that does not exist is not called a span."""
    with pytest.raises(ValueError, match=r"is not a time: write .* today or 2026-11-23"):
        parse_moment("2026-13-01", NOW)
