"""What an answer cost by its provider's own word, on every wire it is said on."""

import json
from typing import Any

import msgspec
import pytest

from switchgear_protocol.events import StreamEvent, UsageReport
from switchgeard.demo import wires
from switchgeard.demo.said import Said
from switchgeard.dialects import known
from switchgeard.upstream.sse import Event

SPOKEN = ("openai.chat", "openai.responses", "anthropic.messages")
NANO: dict[str, Any] = {"copilot_usage": {"total_nano_aiu": 1_250_000_000, "token_details": []}}
FREE: dict[str, Any] = {"copilot_usage": {"total_nano_aiu": 0, "token_details": []}}
LAST = {"openai.responses": "response.completed", "anthropic.messages": "message_delta"}


def whole(wire: str, more: dict[str, Any], counts: dict[str, Any]) -> float | None:
    """The cost in an answer that is not streamed; `counts` go into its usage."""
    body = msgspec.json.decode(wires.whole(Said(), wire, "m"))
    body["usage"] |= counts
    (report,) = [e for e in known.WIRES[wire].whole(json.dumps(body | more).encode()) if isinstance(e, UsageReport)]
    return report.usage.cost_usd


def streamed(wire: str, more: dict[str, Any], counts: dict[str, Any]) -> float | None:
    """The cost in a stream, where the payload that has the counts says it."""
    decoder, told = known.WIRES[wire].Decoder(), list[StreamEvent]()
    for text in wires.stream(Said(), wire, "m"):
        told += decoder.feed(Event("", _said(text, wire, more, counts)))
    reports = [event for event in told + decoder.end() if isinstance(event, UsageReport)]
    return reports[-1].usage.cost_usd


def _said(text: str, wire: str, more: dict[str, Any], counts: dict[str, Any]) -> str:
    payload = {} if text == wires.DONE else msgspec.json.decode(text)
    if not (payload.get("type") == LAST[wire] if wire in LAST else payload.get("usage")):
        return text
    payload.get("response", payload)["usage"] |= counts
    return json.dumps(payload | more)


@pytest.mark.parametrize("wire", SPOKEN)
@pytest.mark.parametrize("read", [whole, streamed])
def test_copilots_account_is_read_on_each_of_its_wires(wire: str, read: Any) -> None:
    """In billionths of a credit, which is a cent; nothing is nothing, not unknown."""
    assert read(wire, NANO, {}) == pytest.approx(0.0125)
    assert read(wire, FREE, {}) == 0.0


@pytest.mark.parametrize("wire", SPOKEN)
@pytest.mark.parametrize("read", [whole, streamed])
def test_openrouters_account_is_read_on_each_of_its_wires(wire: str, read: Any) -> None:
    """In dollars, among the counts."""
    assert read(wire, {}, {"cost": 0.00042}) == pytest.approx(0.00042)


@pytest.mark.parametrize("wire", SPOKEN)
@pytest.mark.parametrize("read", [whole, streamed])
@pytest.mark.parametrize("said", [3, {}, {"total_nano_aiu": -1}, {"total_nano_aiu": "x"}, {"total_nano_aiu": True}])
def test_what_is_no_account_says_no_cost(wire: str, read: Any, said: object) -> None:
    """Not even zero."""
    assert read(wire, {"copilot_usage": said}, {"cost": "much"}) is None


def test_copilot_says_it_inside_the_response_too() -> None:
    """Where a host puts it there."""
    said = {"id": "r", "status": "completed", "output": [], "usage": {"input_tokens": 3}, **NANO}
    decoder = known.WIRES["openai.responses"].Decoder()
    told = decoder.feed(Event("", json.dumps({"type": "response.completed", "response": said}))) + decoder.end()
    (report,) = [event for event in told if isinstance(event, UsageReport)]
    assert report.usage.cost_usd == pytest.approx(0.0125)
