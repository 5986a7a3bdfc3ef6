"""Quota windows: how long they are and how they are shown; as read from headers: test_readings."""

import pytest

from switchgear_protocol.messages import WindowView
from switchgeard.core.clock import Now
from switchgeard.core.quota import Window, length, rate, view

NOW = Now(wall=1_795_000_000.0, boot=1_000.0)  # 2026-11-18T11:06:40Z


@pytest.mark.parametrize(
    ("name", "resets_in", "seconds", "pace"),
    [
        ("tokens-minute", None, 60.0, True),
        ("requests", 40.0, 40.0, True),
        ("requests", 360.0, 360.0, False),
        ("requests-day", 40.0, 86_400.0, False),
        ("5h", 40.0, 18_000.0, False),
        ("7d_opus", None, 604_800.0, False),
        ("month", 9e5, 2_592_000.0, False),
        ("credits", None, None, False),
    ],
)
def test_a_short_window_is_a_rate(name: str, resets_in: float | None, seconds: float | None, pace: bool) -> None:
    """By its name, else by how far its reset is; what nobody knows is no rate."""
    resets = None if resets_in is None else NOW.wall + resets_in
    window = Window("p", name, NOW.wall, "header", resets_at=resets)
    assert (length(window), rate(window)) == (seconds, pace)


def test_the_view_carries_what_a_person_is_shown() -> None:
    """Field by field."""
    window = Window("p", "5h", 1.0, "s", "*opus*", 0.5, 10, 5, "requests", 9.0, "allowed")
    assert view(window) == WindowView("p", "5h", "s", 1.0, "*opus*", 0.5, 10, 5, "requests", 9.0, "allowed")
