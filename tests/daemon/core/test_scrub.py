"""Scrub: foreign text is safe to show."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgeard.core.scrub import MAX_CHARS, scrub

SECRETS = [
    "sk-ant-api03-AbCdEf0123456789",
    "sk-ab***cd",
    "sk-…",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "gho_short",
    "github_pat_11ABCDE",
    "xai-abc123",
    "gsk_abc123",
    "AIzaSyD-abcdef",
    "AKIAIOSFODNN7EXAMPLE",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc",
    "Bearer 0123456789abcdef",
    "Authorization: Basic dXNlcjpwYXNz",
    "****abcd",
    "abcd********wxyz",
    "deadbeefdeadbeefdeadbeef",
    "550e8400-e29b-41d4-a716-446655440000",
    "q3Jf8sKd0-Zx9_Lm2Nb7Vc1Q",
    "jane.doe@example.com",
    "x" * 80 + "@example.com",
    "access_token=tiny1",
    "client_secret: s3cr3t",
    "password=hunter2",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_anything_key_like_is_masked(secret: str) -> None:
    """Neither the whole nor the telling part of a secret is left."""
    telling = secret.split()[-1].split("=")[-1]
    assert telling not in scrub(f"Incorrect key {secret} was given")
    assert "***" in scrub(f"Incorrect key {secret} was given")


@pytest.mark.parametrize(
    "text",
    [
        "model: claude-opus-4-6-20260205",
        "anthropic.claude-3-5-sonnet-20241022-v2:0 is not available",
        "see https://platform.openai.com/docs/guides/error-codes/api-errors",
        "request_body_too_large_after_decoding",
        "invalid x-api-key",
        "prompt is too long: 213462 tokens > 200000 maximum",
        "tokens per minute (TPM): Limit 15000, Used 11972, Requested 4351. Please try again in 5.289s",
        "basic plan does not include it; token has expired; bearer token required",
    ],
)
def test_what_a_person_needs_to_read_stays(text: str) -> None:
    """Model ids, codes, paths and counts are no secrets."""
    assert scrub(text) == text


def test_a_key_hidden_by_zero_width_characters_is_found() -> None:
    """Format characters go before the patterns look."""
    assert "abcdef" not in scrub("s\u200bk-abcdef\u200b0123")


def test_a_key_at_the_reading_limit_is_not_cut_into_something_harmless_looking() -> None:
    """The part of a long text that is looked at ends at a space."""
    text = "sk-" + "a" * 3980 + " ghp_" + "Q7" * 40
    assert "Q7" not in scrub(text)


@given(st.text(max_size=6000))
def test_the_result_is_one_short_printable_line(text: str) -> None:
    """Whatever comes in."""
    line = scrub(text)
    assert len(line) <= MAX_CHARS
    assert not any(unicodedata.category(char).startswith("C") for char in line)


@given(st.text(max_size=80), st.text(alphabet=" \t.,;:'\"()", max_size=5), st.text(max_size=80))
def test_a_canary_never_survives(before: str, joint: str, after: str) -> None:
    """A real-looking key in any surroundings is gone."""
    assert "q8Zk3Vw9" not in scrub(f"{before} {joint}sk-canary-q8Zk3Vw9Lp2Xc7Rt5Yb1{joint} {after}")


@pytest.mark.parametrize("run", ["*", "*a", "a.", "@", "-", "=", "authorization:", "bearer ", "\u202e*", "sk-"])
def test_no_text_takes_long(run: str) -> None:
    """No pattern looks at a run again from each of its characters."""
    text = (run * 4000)[:4000]
    begun = time.process_time()
    for _ in range(20):
        scrub(text)
    assert time.process_time() - begun < 1.0


@given(
    st.one_of(
        st.text(st.sampled_from("skgAIZaeyJ29tidb_-.0x() "), max_size=48), st.sampled_from([s[:19] for s in SECRETS])
    )
)
def test_a_harmless_word_is_what_the_patterns_leave_alone(word: str) -> None:
    """The short way gives what the long way does, which white space in front leads to."""
    assert scrub(word) == scrub(" " + word)
