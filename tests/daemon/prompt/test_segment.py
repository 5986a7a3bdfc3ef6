"""Segment: what the prompt says of good days and bad ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from attempted import ended
from sample_offers import T0, ask, failure, merged, offer, state
from switchgear_protocol.words import FailureKind as K
from switchgeard.core.pin import PinState
from switchgeard.core.prompt_format import FORMAT, worded
from switchgeard.core.quota import Window
from switchgeard.prompt.recent import Served
from switchgeard.prompt.segment import Segment, segment
from switchgeard.state import State

A, B = offer("a"), offer("b")
MODEL = merged(A, B)
BY_A, BY_B = Served("m", "a", "m-1"), Served("m", "b", "m-1")


def text(seen: Segment) -> str:
    return worded(FORMAT, seen.said)


def window(used: float, name: str = "5h", **more: object) -> Window:
    fields: dict[str, object] = {"resets_at": T0.wall + 3600, **more}
    return Window("a", name, T0.wall, "header", used=used, **fields)  # type: ignore[arg-type]


def failed(made: State, kind: K, retry_after: float | None = None) -> None:
    """The offer first in line fails so."""
    ended(made, failure(kind, retry_after), ask(MODEL))


def test_the_usual_line_has_model_provider_and_the_tightest_window() -> None:
    """The one with the least left, in whole hundredths."""
    made = state(MODEL)
    made.observe([window(0.38), window(0.1, "7d")], T0)
    seen = segment(made, BY_A, T0)
    assert (seen.level, text(seen)) == ("ok", "M via A · 5h 62/100 left")
    assert seen.until == T0.wall + 3600


def test_before_the_first_answer_it_is_who_would_be_asked() -> None:
    """Of the first model."""
    assert text(segment(state(MODEL), None, T0)) == "M via A"


def test_a_window_that_was_reset_is_not_told_of() -> None:
    """Its reading is of the past."""
    made = state(MODEL)
    made.observe([window(0.38)], T0)
    assert text(segment(made, BY_A, T0.after(3601))) == "M via A"


def test_a_nearly_spent_window_is_a_warning() -> None:
    """In words, too."""
    made = state(MODEL)
    made.observe([window(0.95)], T0)
    seen = segment(made, BY_A, T0)
    assert (seen.level, text(seen)) == ("warn", "M via A · 5h 5/100 left · nearly spent")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (K.QUOTA_EXCEEDED, "A quota spent"),
        (K.RATE_LIMITED, "A rate limited"),
        (K.UNAVAILABLE, "A down"),
        (K.AUTH_FAILED, "A login needed"),
        (K.LOCKED, "A keyring locked"),
    ],
)
def test_who_stands_in_is_told_with_the_reason(kind: K, words: str) -> None:
    """Also before the stand-in gave its first answer."""
    made = state(MODEL)
    failed(made, kind, 60.0)
    for used in (BY_A, BY_B):
        seen = segment(made, used, T0)
        assert (seen.level, text(seen)) == ("warn", f"M via B · {words}")


def test_it_says_when_time_alone_will_change_it() -> None:
    """The block's end is when the line is to be made anew."""
    made = state(MODEL)
    failed(made, K.RATE_LIMITED, 60.0)
    assert segment(made, BY_B, T0).until == T0.wall + 60


def test_nobody_is_said_with_what_is_wrong_with_all() -> None:
    """The same trouble everywhere is said once."""
    made = state(MODEL)
    failed(made, K.AUTH_FAILED)
    failed(made, K.AUTH_FAILED)
    seen = segment(made, BY_B, T0)
    assert (seen.level, text(seen)) == ("fail", "M via nobody · login needed")


def test_nobody_for_several_reasons_names_the_first_ones() -> None:
    """The user's first choice counts."""
    made = state(MODEL)
    failed(made, K.QUOTA_EXCEEDED, 3600.0)
    failed(made, K.AUTH_FAILED)
    assert text(segment(made, BY_B, T0)) == "M via nobody · A quota spent"


def test_what_the_user_wished_is_no_trouble() -> None:
    """A pause is told, a pin is not even that; neither is a warning."""
    made = state(MODEL)
    made.pause("a", None, T0)
    assert segment(made, BY_B, T0).level == "ok"
    assert text(segment(made, BY_B, T0)) == "M via B · A paused"
    made.pause("b", None, T0)
    assert text(segment(made, BY_B, T0)) == "M via nobody · paused"
    made = state(MODEL)
    made.pin("m", None, PinState("b"), T0)
    assert (segment(made, BY_A, T0).level, text(segment(made, BY_A, T0))) == ("ok", "M via B")


def test_a_pin_of_the_session_binds_its_line_alone() -> None:
    """The others' line stays."""
    made = state(MODEL)
    made.pin("m", "s", PinState("b"), T0)
    assert text(segment(made, BY_A, T0, "s")) == "M via B"
    assert text(segment(made, BY_A, T0)) == "M via A"


def test_a_model_that_left_the_config_is_not_told_of() -> None:
    """The first one there is takes its place; no models, no line."""
    assert text(segment(state(MODEL), Served("gone", "x", "y"), T0)) == "M via A"
    assert text(segment(state(), BY_A, T0)) == ""


def test_trouble_of_our_own_is_told() -> None:
    """A config that was refused is a warning where all else is well."""
    seen = segment(state(MODEL), BY_A, T0, trouble="config broken")
    assert (seen.level, text(seen)) == ("warn", "M via A · config broken")


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_name_full_of_escape_codes_does_no_harm(label: str, window_name: str) -> None:
    """Labels come from the config, names of windows from providers' headers."""
    evil = structs.replace(MODEL, label=f"x\x1b]0;pwned\x07$(id)`id`%n\\$#(id)\u202e{label}")
    made = state(evil)
    made.observe([window(0.5, f"w\x1b[2J{window_name}")], T0)
    shown = text(segment(made, BY_A, T0))
    assert not set("%`$\\'\"!#\x1b\x07\n\t\r\u202e") & set(shown)
    assert shown.isprintable()
