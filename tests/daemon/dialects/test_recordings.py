"""Both dialects against recorded provider traffic, compared with a naive reading of the same JSON."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recorded import ANTHROPIC, CHAT, bodies, parse, payloads, streams
from switchgear_protocol.content import Completion, Text, Thinking, ToolCall
from switchgear_protocol.events import BlockEnd, Finished, Restarted, Start, StreamEvent, ToolStart
from switchgeard.dialects import anthropic_messages, openai_chat
from switchgeard.dialects.assemble import Assembler
from switchgeard.dialects.dialect import Decoding
from switchgeard.dialects.fault import Garbled, UpstreamError
from switchgeard.upstream.sse import Event, Parser

Reading = dict[str, Any]
Made = Callable[[], Decoding]


def decoded(decoder: Decoding, events: list[Event]) -> list[StreamEvent]:
    return [out for event in events for out in decoder.feed(event)] + decoder.end()


def completion(events: list[StreamEvent]) -> Completion:
    assembler = Assembler("provider/model")
    for event in events:
        assembler.feed(event)
    return assembler.completion()


def reading(answer: Completion) -> Reading:
    assert not isinstance(answer.message.content, str)
    blocks = answer.message.content
    return {
        "text": "".join(block.text for block in blocks if isinstance(block, Text)),
        "reasoning": "".join(block.text for block in blocks if isinstance(block, Thinking)),
        "calls": [(b.id, b.name, json.loads(b.arguments or "{}")) for b in blocks if isinstance(b, ToolCall)],
        "finish": str(answer.finish),
        "prompt": answer.usage.input + answer.usage.cache_read + answer.usage.cache_write,
        "output": answer.usage.output,
        "model": answer.model,
    }


def chat_wire(path: Path) -> bytes:
    return "".join(f"data: {line}\n\n" for line in [*payloads(path), "[DONE]"]).encode()


def anthropic_wire(path: Path) -> bytes:
    lines = payloads(path)
    return "".join(f"event: {json.loads(line)['type']}\ndata: {line}\n\n" for line in lines).encode()


# --- the naive readings -------------------------------------------------------------------------


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
    """The message built up: from the last message_start before the first message_stop, to that."""
    kinds = [event["type"] for event in events]
    events = events[: kinds.index("message_stop")]
    starts = [at for at, event in enumerate(events) if event["type"] == "message_start"]
    message = dict(events[starts[-1]]["message"], content=[])
    for event in events[starts[-1] :]:
        if event["type"] == "content_block_start":
            message["content"].append(dict(event["content_block"], args=""))
        elif event["type"] == "content_block_delta":
            block, delta = message["content"][event["index"]], event["delta"]
            for source, target in (("text", "text"), ("thinking", "thinking"), ("partial_json", "args")):
                block[target] = block.get(target, "") + delta.get(source, "")
        elif event["type"] == "message_delta":
            message["stop_reason"] = event["delta"]["stop_reason"]
            message["usage"] = {**message["usage"], **event["usage"]}
    for block in message["content"]:
        if block.get("args"):
            block["input"] = json.loads(block["args"])
    return naive_message(message)


# --- the comparisons ----------------------------------------------------------------------------


@pytest.mark.parametrize("path", streams(CHAT))
def test_a_recorded_chat_stream_arrives_whole(path: Path) -> None:
    """Text, reasoning, tool calls, finish and usage equal the naive reading."""
    answer = completion(decoded(openai_chat.Decoder(), parse(chat_wire(path))))
    assert reading(answer) == naive_chat([json.loads(line) for line in payloads(path)], "delta")


@pytest.mark.parametrize("path", bodies(CHAT))
def test_a_recorded_chat_body_arrives_whole(path: Path) -> None:
    """A body is read like a stream; a recorded error is an error."""
    body = json.loads(path.read_text())
    if "error" in body:
        with pytest.raises(UpstreamError) as caught:
            openai_chat.whole(path.read_bytes())
        assert caught.value.body == path.read_bytes()
        return
    assert reading(completion(openai_chat.whole(path.read_bytes()))) == naive_chat([body], "message")


@pytest.mark.parametrize("path", streams(ANTHROPIC))
def test_a_recorded_anthropic_stream_arrives_whole(path: Path) -> None:
    """The first whole message of the recording equals the naive reading."""
    answer = completion(decoded(anthropic_messages.Decoder(), parse(anthropic_wire(path))))
    assert reading(answer) == naive_anthropic([json.loads(line) for line in payloads(path)])


@pytest.mark.parametrize("path", bodies(ANTHROPIC))
def test_a_recorded_anthropic_body_arrives_whole(path: Path) -> None:
    """No block is lost: each has its own in the completion, and each of ours comes from one."""
    body = json.loads(path.read_text())
    answer = completion(anthropic_messages.whole(path.read_bytes()))
    cited = sum(1 for block in body["content"] if block["type"] == "text" and block.get("citations"))
    assert reading(answer) == naive_message(body)
    assert len(answer.message.content) == len(body["content"]) + cited


WIRES: list[tuple[Made, Callable[[Path], bytes], tuple[str, ...]]] = [
    (openai_chat.Decoder, chat_wire, CHAT),
    (anthropic_messages.Decoder, anthropic_wire, ANTHROPIC),
]
BOTH = [
    pytest.param(made, wire, *param.values, id=f"{param.id}", marks=param.marks)  # type: ignore[attr-defined]
    for made, wire, folders in WIRES
    for param in streams(folders)
]


def marker_end(wire: bytes) -> int:
    """Where the payload that holds the terminal marker ends."""
    found = [at for at in (wire.find(mark) for mark in (b'"message_stop"}', b'{"type": "message_stop"}')) if at >= 0]
    if found:
        return wire.index(b"\n\n", min(found))
    at = 0
    for event in wire.split(b"\n\n"):
        payload = event.partition(b"data: ")[2]
        choices = json.loads(payload)["choices"] if payload.startswith(b"{") else []
        if any(choice.get("finish_reason") for choice in choices):
            return at + len(event)
        at += len(event) + 2
    raise AssertionError("no terminal marker")


@pytest.mark.parametrize(("made", "wire", "path"), BOTH)
def test_a_recording_cut_before_its_marker_is_never_whole(
    made: Made, wire: Callable[[Path], bytes], path: Path
) -> None:
    """Cut anywhere, also within the last byte of the marker's payload, the stream ends garbled."""
    whole = wire(path)
    end = marker_end(whole)
    rand = random.Random(path.name)
    for cut in {0, 1, end - 1, end - 2, end // 2, *(rand.randrange(end) for _ in range(12))}:
        with pytest.raises(Garbled):
            decoded(made(), parse(whole[:cut]))
    assert isinstance(decoded(made(), parse(whole[:end]))[-1], Finished)


@pytest.mark.parametrize(("made", "wire", "path"), BOTH)
def test_a_recording_in_other_chunks_gives_the_same_events(
    made: Made, wire: Callable[[Path], bytes], path: Path
) -> None:
    """Events begin with Start, end with Finished, close every tool call, and do not know of chunks."""
    whole = wire(path)
    rand = random.Random(path.name)
    parser, decoder, at, out = Parser(), made(), 0, []
    while at < len(whole):
        size = rand.choice((1, 2, 7, 300, 5000))
        for event in parser.feed(whole[at : at + size].replace(b"\n", b"\r\n")):
            out += decoder.feed(event)
        at += size
    out += [event for last in parser.end() for event in decoder.feed(last)] + decoder.end()
    assert out == decoded(made(), parse(whole))
    assert isinstance(out[0], Start)
    assert [type(event) for event in out].count(Finished) == 1
    last = max((at for at, event in enumerate(out) if isinstance(event, Restarted)), default=0)
    begun = {event.id for event in out[last:] if isinstance(event, ToolStart)}
    assert begun == {event.id for event in out if isinstance(event, BlockEnd) and event.id}
