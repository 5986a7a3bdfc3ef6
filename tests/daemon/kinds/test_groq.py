"""Groq: the periods that its headers leave unsaid, and its list."""

from pathlib import Path

import msgspec

from standins.standin import StandIn
from switchgeard.core.clock import Now
from switchgeard.kinds.groq import KIND, models, readings
from world import world

NOW = Now(wall=1_795_000_000.0, boot=1.0)
HEADERS = {
    "x-ratelimit-limit-requests": "14400",
    "x-ratelimit-limit-tokens": "18000",
    "x-ratelimit-remaining-requests": "14370",
    "x-ratelimit-remaining-tokens": "17997",
    "x-ratelimit-reset-requests": "2m59.56s",
    "x-ratelimit-reset-tokens": "7.66s",
}


def test_requests_are_counted_by_the_day_and_tokens_by_the_minute() -> None:
    """Each once: the usual reading of the same headers is left out."""
    found = {window.window: window for window in readings("g", "m", HEADERS, NOW)}
    assert found.keys() == {"requests-day", "tokens-minute"}
    assert found["requests-day"].remaining == 14_370
    assert found["tokens-minute"].resets_at == NOW.wall + 7.66
    assert KIND.reads_alone


def test_the_list_tells_limits_and_what_is_not_active() -> None:
    """Whisper is no model to talk to."""
    rows = [
        {"id": "llama-3.3-70b-versatile", "active": True, "context_window": 131072, "max_completion_tokens": 32768},
        {"id": "old", "active": False},
        {"id": "whisper-large-v3", "active": True},
    ]
    llama, old = models(msgspec.json.encode({"object": "list", "data": rows}))
    assert (llama.context, llama.max_output, llama.enabled) == (131_072, 32_768, True)
    assert (old.enabled, old.why_not) == (False, "not active there")


async def test_the_daemon_tells_each_window_once_and_with_its_period(tmp_path: Path) -> None:
    """From the headers of an answer to `quota/list`."""
    standin = StandIn("ok", headers=lambda wall: tuple(HEADERS.items()))
    async with world(tmp_path, {"a": standin}, kinds={"a": "groq"}) as w:
        await w.ask()
        found = (await w.call("quota/list"))["windows"]
        assert sorted(window["window"] for window in found) == ["requests-day", "tokens-minute"]
