"""OpenRouter: prices by token, limits of its upstreams, what a key has left."""

import msgspec
import pytest

from switchgeard.core.clock import Now
from switchgeard.core.offer import Price
from switchgeard.core.quota import state_of
from switchgeard.kinds.openrouter import KIND, allowance, day_end, models, week_end

NOW = Now(wall=1_795_000_000.0, boot=1.0)  # Wednesday 2026-11-18T11:06:40Z
MODEL = {
    "id": "anthropic/claude-opus-4.6",
    "canonical_slug": "anthropic/claude-4.6-opus-20260205",
    "name": "Anthropic: Claude Opus 4.6",
    "created": 1770219050,
    "context_length": 1000000,
    "architecture": {"input_modalities": ["text", "image", "file"], "output_modalities": ["text"]},
    "pricing": {
        "prompt": "0.000005",
        "completion": "0.000025",
        "request": "0",
        "input_cache_read": "0.0000005",
        "input_cache_write": "0.00000625",
        "input_cache_write_1h": "0.00001",
    },
    "top_provider": {"context_length": 200000, "max_completion_tokens": 128000, "is_moderated": True},
    "supported_parameters": ["tools", "reasoning", "structured_outputs"],
}
ALIAS = {
    "id": "~anthropic/claude-opus-latest",
    "alias_target": "anthropic/claude-opus-4.6",
    "pricing": {"prompt": "-1"},
}
PICTURES = {"id": "x/paint", "architecture": {"output_modalities": ["image"]}}


def test_a_model_is_listed_with_all_that_its_row_says() -> None:
    """The context is that of the upstream that serves, not the model's best; prices are per million tokens."""
    (opus,) = models(msgspec.json.encode({"data": [MODEL]}))
    assert (opus.id, opus.context, opus.max_output) == ("anthropic/claude-opus-4.6", 200_000, 128_000)
    assert opus.price == Price(5.0, 25.0, 0.5, 6.25, 10.0)
    assert (opus.tools, opus.images, opus.pdf, opus.json_schema, opus.reasoning) == (True,) * 5


def test_an_alias_says_what_it_stands_for_and_no_price_it_does_not_have() -> None:
    """ "-1" is no bargain."""
    (alias,) = models(msgspec.json.encode({"data": [ALIAS, PICTURES]}))
    assert (alias.target, alias.price, alias.tools) == ("anthropic/claude-opus-4.6", None, None)


@pytest.mark.parametrize(
    ("resets", "at"),
    [("daily", 1_795_046_400.0), ("weekly", 1_795_392_000.0), ("monthly", 1_796_083_200.0), (None, None)],
)
def test_a_keys_own_limit_is_a_window(resets: str | None, at: float | None) -> None:
    """Money left of the limit, until it starts again: at midnight, on Monday, on the first."""
    told = {"limit": 20, "limit_remaining": 5, "limit_reset": resets, "usage": 15}
    (window,) = allowance(msgspec.json.encode({"data": told}), "or", NOW)
    assert (window.window, window.unit, window.used, window.remaining) == ("key", "usd", 0.75, 5.0)
    assert window.resets_at == at


def test_a_key_without_a_limit_tells_no_window_and_free_requests_one_of_their_own() -> None:
    """Free requests cover the free models only."""
    told = {"limit": None, "limit_remaining": None, "free_model_daily_requests": {"limit": 50, "remaining": 0}}
    (window,) = allowance(msgspec.json.encode({"data": told}), "or", NOW)
    assert (window.family, window.remaining, window.unit) == ("*:free", 0.0, "requests")
    assert window.resets_at == day_end(NOW.wall)


def test_a_page_that_is_none_is_refused_and_an_empty_one_tells_nothing() -> None:
    """The poller tells ValueError in words."""
    assert allowance(b"{}", "or", NOW) == ()
    with pytest.raises(ValueError, match="JSON"):
        allowance(b"<html>", "or", NOW)


def test_weeks_begin_on_monday() -> None:
    """From the last second of one to the first of the next."""
    monday = 1_795_392_000.0
    assert (week_end(monday - 1), week_end(monday)) == (monday, monday + 7 * 86_400)


def test_the_page_is_asked_under_the_providers_own_address() -> None:
    """The key goes into a header, never into the address."""
    assert KIND.quota is not None
    call = KIND.quota.call("http://127.0.0.1:1/api/v1", "sk-or-1", {})
    assert (call.method, call.url) == ("GET", "http://127.0.0.1:1/api/v1/key")
    assert dict(call.headers)["authorization"] == "Bearer sk-or-1"


def test_an_overspent_key_has_nothing_left() -> None:
    """The answer that crosses the limit is still given, so what is left may be below zero: spent, not unsaid."""
    told = {"limit": 50, "limit_remaining": -0.5, "limit_reset": "monthly", "usage": 50.5}
    (window,) = allowance(msgspec.json.encode({"data": told}), "or", NOW)
    assert (window.used, window.remaining, state_of(window, NOW)) == (1.0, 0.0, "spent")
