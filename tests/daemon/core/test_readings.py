"""Quota windows: every header family, read on every response."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgeard.core.clock import Now
from switchgeard.core.quota import Window, covers, state_of
from switchgeard.core.readings import readings

NOW = Now(wall=1_795_000_000.0, boot=1_000.0)  # 2026-11-18T11:06:40Z


def read(headers: dict[str, str], model: str = "gpt-5.5", now: Now = NOW) -> dict[str, Window]:
    return {window.window: window for window in readings("p", model, headers, now)}


PREFIX = "anthropic-ratelimit-unified"


def test_openai_windows_are_read_with_their_go_durations() -> None:
    """limit, remaining and reset of requests and tokens."""
    windows = read(
        {
            "x-ratelimit-limit-requests": "60",
            "x-ratelimit-remaining-requests": "59",
            "x-ratelimit-reset-requests": "1s",
            "x-ratelimit-limit-tokens": "150000",
            "x-ratelimit-remaining-tokens": "0",
            "x-ratelimit-reset-tokens": "6m0s",
        }
    )
    assert set(windows) == {"requests", "tokens"}
    tokens = windows["tokens"]
    assert (tokens.limit, tokens.remaining, tokens.used, tokens.unit) == (150_000, 0, 1.0, "tokens")
    assert tokens.resets_at == NOW.wall + 360
    assert tokens.family == "gpt-5.5"
    assert state_of(tokens, NOW) == "spent"
    assert state_of(windows["requests"], NOW) == "ok"


def test_windows_of_several_periods_are_told_apart() -> None:
    """Cerebras and Mistral name the period."""
    windows = read(
        {
            "x-ratelimit-limit-tokens-minute": "60000",
            "x-ratelimit-remaining-tokens-minute": "100",
            "x-ratelimit-limit-requests-day": "14400",
            "x-ratelimit-remaining-requests-day": "0",
            "x-ratelimit-reset-requests-day": "33011.382867",
            "x-ratelimit-remaining-req-minute": "4",
        }
    )
    assert set(windows) == {"tokens-minute", "requests-day", "requests-minute"}
    assert windows["requests-day"].resets_at == pytest.approx(NOW.wall + 33011.382867)


def test_anthropic_windows_are_read_with_their_rfc_3339_resets() -> None:
    """All four units; a spent priority tier is no window, the standard tier still serves."""
    headers = {}
    for unit in ("requests", "tokens", "input-tokens", "output-tokens"):
        headers[f"anthropic-ratelimit-{unit}-limit"] = "50"
        headers[f"anthropic-ratelimit-{unit}-remaining"] = "25"
        headers[f"anthropic-ratelimit-{unit}-reset"] = "2026-11-18T11:07:40Z"
    headers["anthropic-priority-input-tokens-remaining"] = "0"
    windows = read(headers, "claude-opus-4-6")
    assert set(windows) == {"requests", "tokens", "input-tokens", "output-tokens"}
    assert all(windows[unit].resets_at == NOW.wall + 60 for unit in ("requests", "input-tokens"))
    assert windows["requests"].used == 0.5


UNIFIED = {
    "anthropic-ratelimit-unified-status": "rejected",
    "anthropic-ratelimit-unified-reset": "1795003600",
    "anthropic-ratelimit-unified-representative-claim": "seven_day_opus",
    "anthropic-ratelimit-unified-5h-status": "allowed_warning",
    "anthropic-ratelimit-unified-5h-utilization": "0.93",
    "anthropic-ratelimit-unified-5h-reset": "1795001800",
    "anthropic-ratelimit-unified-7d-status": "allowed",
    "anthropic-ratelimit-unified-7d-utilization": "1.02",
    "anthropic-ratelimit-unified-7d-reset": "1795500000",
    "anthropic-ratelimit-unified-7d_oi-status": "rejected",
    "anthropic-ratelimit-unified-7d_oi-reset": "1795500000",
    "anthropic-ratelimit-unified-overage-status": "rejected",
    "anthropic-ratelimit-unified-overage-reset": "1796000000",
}


def test_subscription_windows_are_read_and_a_claimed_one_left_out_is_filled_in() -> None:
    """The overall verdict stands for the window its claim names; overage is no window."""
    windows = read(UNIFIED, "claude-opus-4-6")
    assert set(windows) == {"5h", "7d", "7d_oi", "7d_opus"}
    assert (windows["5h"].used, windows["5h"].status, windows["5h"].family) == (0.93, "allowed_warning", None)
    assert (windows["7d_opus"].status, windows["7d_opus"].resets_at) == ("rejected", 1_795_003_600)
    assert windows["7d_opus"].family == "*opus*"
    assert state_of(windows["5h"], NOW) == "nearly"
    assert state_of(windows["7d"], NOW) == "nearly"  # advisory figures never block
    assert state_of(windows["7d_opus"], NOW) == "spent"


@pytest.mark.parametrize("said", ["correct-horse-battery-staple", "sk-CANARY-1", "aB3dE5gH7jK9", "x" * 33, "a b", ""])
def test_a_status_is_a_word_or_nothing(said: str) -> None:
    """It is kept on disk and shown: a provider that repeats a credential there is not quoted."""
    headers = {f"{PREFIX}-5h-status": said, f"{PREFIX}-5h-utilization": "0.5"}
    assert read(headers, "claude-opus-4-6")["5h"].status is None


def test_a_window_covers_its_family_only() -> None:
    """One model line's weekly limit leaves the others alone."""
    windows = read(UNIFIED, "claude-opus-4-6")
    assert covers(windows["7d_opus"], "claude-opus-4-6")
    assert not covers(windows["7d_opus"], "claude-sonnet-4-5")
    assert not covers(windows["7d_oi"], "claude-opus-4-6")
    assert covers(windows["5h"], "claude-haiku-4-5")
    assert not covers(read({"x-ratelimit-remaining-requests": "0"}, "gpt-4o")["requests"], "gpt-4o-mini")


def test_headers_without_a_unit_count_requests() -> None:
    """OpenRouter's free pool resets at epoch milliseconds and covers the free variants."""
    headers = {"x-ratelimit-limit": "50", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795007200000"}
    window = read(headers, "deepseek/deepseek-r1:free")["requests"]
    assert (window.resets_at, window.family) == (1_795_007_200, "*:free")
    assert covers(window, "meta/llama-3.3:free")
    assert not covers(window, "deepseek/deepseek-r1")


def test_a_wrong_local_clock_is_corrected_by_the_date_of_the_response() -> None:
    """A machine that believes in 1970 still gets the right span."""
    astray = Now(wall=12.0, boot=5.0)
    headers = {**UNIFIED, "date": "Wed, 18 Nov 2026 11:06:40 GMT"}
    assert read(headers, now=astray)["5h"].resets_at == 12.0 + 1800


def test_after_its_reset_a_window_counts_as_free() -> None:
    """A reset is believed provisionally; the next reading corrects it."""
    window = read(UNIFIED)["7d_opus"]
    assert state_of(window, NOW.after(3599)) == "spent"
    assert state_of(window, NOW.after(3600)) == "ok"
    assert window.resets_at == 1_795_003_600


def test_a_reading_without_a_reset_is_believed_for_a_quarter_of_an_hour() -> None:
    """It never blocks, and it does not warn for ever."""
    window = read({"x-ratelimit-limit-requests": "100", "x-ratelimit-remaining-requests": "0"})["requests"]
    assert state_of(window, NOW) == "nearly"
    assert state_of(window, NOW.after(901)) == "ok"


NAMES = st.sampled_from(
    [*UNIFIED, "x-ratelimit-reset-tokens", "x-ratelimit-limit", "x-ratelimit-remaining", "ratelimit-reset", "date"]
)
VALUES = st.one_of(st.text(max_size=40), st.floats().map(str), st.integers().map(str))


@given(st.dictionaries(NAMES, VALUES), st.floats(min_value=-1e12, max_value=1e12))
def test_no_header_makes_reading_fail(headers: dict[str, str], wall: float) -> None:
    """Whatever a provider sends, every window has a finite, not past, not absurd reset."""
    now = Now(wall, 0.0)
    for window in readings("p", "m", headers, now):
        assert window.resets_at is None or wall <= window.resets_at <= wall + 35 * 86_400 + 1
        assert state_of(window, now) in ("ok", "nearly", "spent")
