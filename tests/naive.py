"""Recorded payloads read as naively as can be: the oracle that knows nothing of our decoders.

Rules for editing: nothing of `switchgeard` or `switchgear` is imported here.
"""

import json
from typing import Any

Reading = dict[str, Any]


def flat(content: Any, kind: str) -> str:
    if isinstance(content, str):
        return content if kind == "text" else ""
    pieces = [piece[kind] for piece in content or [] if piece["type"] == kind]
    return "".join(p if isinstance(p, str) else "".join(inner["text"] for inner in p) for p in pieces)


def naive_chat(chunks: list[Reading], field: str) -> Reading:
    choices = [choice for chunk in chunks for choice in chunk["choices"] if choice["index"] == 0]
    said = [choice.get(field) or {} for choice in choices]
    calls: dict[int, list[str]] = {}
    for delta in said:
        for position, part in enumerate(delta.get("tool_calls") or []):
            call = calls.setdefault(part.get("index", position), ["", "", ""])
            call[0] = call[0] or part.get("id") or ""
            call[1] = call[1] or part["function"].get("name") or ""
            call[2] += part["function"].get("arguments") or ""
    counts = [chunk["usage"] for chunk in chunks if chunk.get("usage")][-1:] or [{}]
    total, prompt = counts[0].get("total_tokens", 0), counts[0].get("prompt_tokens", 0)
    finish = [choice["finish_reason"] for choice in choices if choice.get("finish_reason")][-1]
    return {
        "text": "".join(flat(delta.get("content"), "text") for delta in said),
        "reasoning": "".join(
            delta.get("reasoning_content") or delta.get("reasoning") or flat(delta.get("content"), "thinking")
            for delta in said
        ),
        "calls": [(call[0], call[1], json.loads(call[2])) for call in calls.values()],
        "finish": finish,
        "prompt": prompt,
        "output": total - prompt,
        "model": next((chunk["model"] for chunk in chunks if chunk["choices"]), None),
    }


STOPS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "refusal",
}


def naive_message(message: Reading) -> Reading:
    content, usage = message["content"], message.get("usage") or {}
    return {
        "text": "".join(block["text"] for block in content if block["type"] == "text"),
        "reasoning": "".join(block["thinking"] for block in content if block["type"] == "thinking"),
        "calls": [(block["id"], block["name"], block["input"]) for block in content if block["type"] == "tool_use"],
        "finish": STOPS[message["stop_reason"]],
        "prompt": sum(
            usage.get(name) or 0 for name in ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
        ),
        "output": usage.get("output_tokens", 0),
        "model": message["model"],
    }


def naive_anthropic(events: list[Reading]) -> Reading:
    """Each message built up: one that was not over when another began is void, the others are one answer."""
    messages: list[Reading] = []
    for event in events:
        if event["type"] == "message_start":
            _begin(messages, event["message"])
        elif event["type"] == "content_block_start":
            messages[-1]["content"].append(dict(event["content_block"], args=""))
        elif event["type"] == "content_block_delta":
            _grow(messages[-1]["content"][event["index"]], event["delta"])
        elif event["type"] == "message_delta":
            messages[-1]["stop_reason"] = event["delta"]["stop_reason"]
            messages[-1]["usage"] = {**messages[-1]["usage"], **event.get("usage", {})}
        elif event["type"] == "message_stop":
            messages[-1]["over"] = True
    return _one([naive_message(_parsed(message)) for message in messages])


def _begin(messages: list[Reading], message: Reading) -> None:
    if messages and not messages[-1].get("over"):
        messages.pop()
    messages.append({**message, "content": list(message["content"])})


def _grow(block: Reading, delta: Reading) -> None:
    for source, target in (("text", "text"), ("thinking", "thinking"), ("partial_json", "args")):
        block[target] = block.get(target, "") + delta.get(source, "")


def _parsed(message: Reading) -> Reading:
    for block in message["content"]:
        if block.get("args"):
            block["input"] = json.loads(block["args"])
    return message


def _one(readings: list[Reading]) -> Reading:
    """Text, calls and counts of all; the last one says why it ended."""
    whole = {"finish": readings[-1]["finish"], "model": readings[0]["model"]}
    for name in ("text", "reasoning", "calls", "prompt", "output"):
        whole[name] = readings[0][name]
        for reading in readings[1:]:
            whole[name] = whole[name] + reading[name]
    return whole


INCOMPLETE = {"max_output_tokens": "length", "content_filter": "content_filter"}


def naive_response(response: Reading) -> Reading:
    """A whole body of openai.responses; items it does not know are nobody's business here."""
    items = response["output"]
    said = [part for item in items if item["type"] == "message" for part in item["content"]]
    calls = [item for item in items if item["type"] in ("function_call", "custom_tool_call")]
    ended = "tool_calls" if calls else "stop"
    if response["status"] == "incomplete":
        ended = INCOMPLETE[response["incomplete_details"]["reason"]]
    usage = response.get("usage") or {"input_tokens": 0, "output_tokens": 0}
    return {
        "text": "".join(part.get("text") or part.get("refusal") or "" for part in said),
        "reasoning": "".join(
            part["text"] for item in items if item["type"] == "reasoning" for part in item.get("summary") or []
        ),
        "calls": [(call["call_id"], call["name"], _input(call)) for call in calls],
        "finish": "refusal" if any(part["type"] == "refusal" for part in said) else ended,
        "prompt": usage["input_tokens"],
        "output": usage["output_tokens"],
        "model": response["model"],
    }


def _input(call: Reading) -> Any:
    return json.loads(call["arguments"]) if call["type"] == "function_call" else {"input": call["input"]}


def naive_responses(events: list[Reading]) -> Reading:
    """The response that ends a stream; what its deltas said must be what it says."""
    last = events[-1]
    assert last["type"] in ("response.completed", "response.incomplete")
    reading = naive_response(last["response"])
    deltas = [
        event["delta"] for event in events if event["type"] in ("response.output_text.delta", "response.refusal.delta")
    ]
    assert "".join(deltas) == reading["text"]
    done = {event["output_index"]: event["item"] for event in events if event["type"] == "response.output_item.done"}
    assert [done[index] for index in sorted(done)] == last["response"]["output"]
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    return reading


ENDS = {"STOP": "stop", "MAX_TOKENS": "length"}


def naive_google(chunks: list[Reading]) -> Reading:
    """Chunks of google.generate, or one whole body."""
    candidates = [candidate for chunk in chunks for candidate in chunk.get("candidates") or []]
    parts = [part for candidate in candidates for part in (candidate.get("content") or {}).get("parts") or []]
    calls = [part["functionCall"] for part in parts if "functionCall" in part]
    ended = [candidate["finishReason"] for candidate in candidates if candidate.get("finishReason")][-1]
    usage = ([chunk["usageMetadata"] for chunk in chunks if chunk.get("usageMetadata")] or [{}])[-1]
    finish = ENDS.get(ended, "content_filter")
    return {
        "text": "".join(part.get("text", "") for part in parts if not part.get("thought")),
        "reasoning": "".join(part.get("text", "") for part in parts if part.get("thought")),
        "calls": [(call.get("id"), call["name"], call.get("args") or {}) for call in calls],
        "finish": "tool_calls" if calls and finish == "stop" else finish,
        "prompt": usage.get("promptTokenCount", 0),
        "output": usage.get("candidatesTokenCount", 0) + usage.get("thoughtsTokenCount", 0),
        "model": chunks[-1].get("modelVersion"),
    }
