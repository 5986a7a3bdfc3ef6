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


STOPS = {"end_turn": "stop", "max_tokens": "length", "tool_use": "tool_calls", "refusal": "refusal"}


def naive_message(message: Reading) -> Reading:
    content = message["content"]
    return {
        "text": "".join(block["text"] for block in content if block["type"] == "text"),
        "reasoning": "".join(block["thinking"] for block in content if block["type"] == "thinking"),
        "calls": [(block["id"], block["name"], block["input"]) for block in content if block["type"] == "tool_use"],
        "finish": STOPS[message["stop_reason"]],
        "prompt": sum(
            message["usage"].get(name) or 0
            for name in ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
        ),
        "output": message["usage"]["output_tokens"],
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
            messages[-1]["usage"] = {**messages[-1]["usage"], **event["usage"]}
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
