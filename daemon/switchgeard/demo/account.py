"""The demo's account: what happened to the question, told from the daemon's own events."""

from collections.abc import Iterable
from typing import Any

OUTCOMES = {"complete": "answered", "failed": "passed on", "interrupted": "cut", "cancelled": "cancelled"}


def attempts(events: Iterable[dict[str, Any]]) -> list[str]:
    """One line per attempt: which offer, how it ended, why, how long it took."""
    tried = [event for event in events if event["type"] == "attempt"]
    width = max((len(event["label"]) for event in tried), default=0)
    return [_attempt(number, event, width) for number, event in enumerate(tried, 1)]


def blocks(events: Iterable[dict[str, Any]], now: float) -> list[str]:
    """What the daemon learned: one line per scope that is closed now."""
    closed = {e["scope"]: e for e in events if e["type"] == "health"}
    return [_block(event, now) for event in closed.values() if event["health"] != "available"]


def _attempt(number: int, event: dict[str, Any], width: int) -> str:
    ended = OUTCOMES[event["outcome"]]
    kind = f" ({event['kind'].replace('_', ' ')})" if "kind" in event else ""
    return f"  {number}. {event['label']:<{width}}  {ended}{kind}, {event['milliseconds']:.0f} ms"


def _block(event: dict[str, Any], now: float) -> str:
    left = event.get("until", now) - now
    when = f"for {_span(left)}" if left > 0 else "until now"
    return f"  {event['provider']}: {event['health'].replace('_', ' ')} {when} ({event.get('source', 'reply')})"


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} m" if minutes < 90 else f"{minutes // 60} h {minutes % 60} m"
