"""Events of an openai.responses stream for its decoder's tests, and what becomes of them."""

import json
from typing import Any

from switchgear_protocol.events import Finished, Start, StreamEvent
from switchgeard.dialects.openai_responses import Decoder
from switchgeard.upstream.sse import Event

BEGUN = {"type": "response.created", "response": {"id": "resp_1", "model": "m", "status": "in_progress"}}
DONE: dict[str, Any] = {"type": "response.completed", "response": {"id": "resp_1", "status": "completed", "output": []}}


def ended(**fields: Any) -> dict[str, Any]:
    return {"type": "response.completed", "response": {"status": "completed", "output": [], **fields}}


def added(place: int, **item: Any) -> dict[str, Any]:
    return {"type": "response.output_item.added", "output_index": place, "item": item}


def done(place: int, **item: Any) -> dict[str, Any]:
    return {"type": "response.output_item.done", "output_index": place, "item": item}


def delta(kind: str, text: Any, place: int | None = 0, **fields: Any) -> dict[str, Any]:
    at = {} if place is None else {"output_index": place}
    return {"type": f"response.{kind}.delta", "delta": text, **at, **fields}


def message(*texts: str, **fields: Any) -> dict[str, Any]:
    return {"type": "message", "content": [{"type": "output_text", "text": text} for text in texts], **fields}


def call(name: str = "f", key: str = "c1", arguments: Any = "") -> dict[str, Any]:
    return {"type": "function_call", "id": "fc_1", "call_id": key, "name": name, "arguments": arguments}


def decode(*payloads: dict[str, Any] | str) -> list[StreamEvent]:
    decoder = Decoder()
    out: list[StreamEvent] = []
    for payload in payloads:
        out += decoder.feed(Event(None, payload if isinstance(payload, str) else json.dumps(payload)))
    return out + decoder.end()


def said(*payloads: dict[str, Any] | str) -> list[StreamEvent]:
    """What lies between Start and Finished."""
    events = decode(BEGUN, *payloads)
    assert events[0] == Start("resp_1", "m")
    assert isinstance(events[-1], Finished)
    return events[1:-1]
