"""The headers of a ChatGPT plan's answers, read as windows."""

from hypothesis import given
from hypothesis import strategies as st

from switchgeard.core.clock import Now
from switchgeard.core.quota import state_of
from switchgeard.kinds.codex_headers import windows

NOW = Now(wall=1_795_000_000.0, boot=1_000.0)
PLAN = {
    "x-codex-primary-used-percent": "93.5",
    "x-codex-primary-window-minutes": "300",
    "x-codex-primary-reset-after-seconds": "1800",
    "x-codex-primary-reset-at": "1",
    "x-codex-secondary-used-percent": "100",
    "x-codex-secondary-window-minutes": "10080",
    "x-codex-secondary-reset-at": "1795003600",
    "x-codex-bengalfox-primary-used-percent": "12",
    "x-codex-bengalfox-primary-window-minutes": "60",
    "x-codex-bengalfox-limit-name": "Spark",
    "x-codex-plan-type": "plus",
}


def test_a_plans_two_windows_and_a_models_own_meter_are_read() -> None:
    """Names as everywhere; the seconds left are believed over the moment; 100 % alone blocks nothing."""
    read = {window.window: window for window in windows("p", "gpt-5.5-spark", PLAN, NOW)}
    assert set(read) == {"5h", "7d", "60m_bengalfox"}
    assert (read["5h"].used, read["5h"].resets_at, read["5h"].family) == (0.935, NOW.wall + 1800, None)
    assert (read["7d"].used, read["7d"].resets_at) == (1.0, NOW.wall + 3600)
    assert state_of(read["7d"], NOW) == "nearly"
    assert read["60m_bengalfox"].family == "gpt-5.5-spark"


def test_other_headers_tell_nothing() -> None:
    """A window without a figure is none."""
    assert windows("p", "m", {"x-codex-primary-window-minutes": "300", "x-other": "1"}, NOW) == ()


@given(st.dictionaries(st.sampled_from(list(PLAN)), st.text(max_size=30) | st.floats().map(str)))
def test_no_header_makes_reading_fail(headers: dict[str, str]) -> None:
    """Whatever it says, the figure is a number that is not negative and the reset is near."""
    for window in windows("p", "m", headers, NOW):
        assert window.used is not None
        assert window.used >= 0
        assert window.resets_at is None or NOW.wall <= window.resets_at <= NOW.wall + 36 * 86_400
        assert state_of(window, NOW) != "spent"
