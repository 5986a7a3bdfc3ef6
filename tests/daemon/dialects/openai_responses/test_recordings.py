"""Recorded streams and bodies of openai.responses, compared with the response object they end with."""

import json
from pathlib import Path
from typing import Any

import pytest

from recorded import RESPONSES, bodies, parse, payloads, streams
from switchgear_protocol.content import Completion, Opaque, Text, Thinking, ToolCall
from switchgear_protocol.events import BlockEnd, Finished, Start, StreamEvent, ToolStart
from switchgeard.dialects.assemble import Assembler
from switchgeard.dialects.fault import Garbled, UpstreamError
from switchgeard.dialects.openai_responses import Decoder, whole
from switchgeard.dialects.openai_responses.items import CALLS, NOTES

STREAMS = streams(RESPONSES)
BODIES = bodies(RESPONSES)
LAST = "response.completed"


def assembled(events: list[StreamEvent]) -> Completion:
    assembler = Assembler("provider")
    for event in events:
        assembler.feed(event)
    return assembler.completion()


def decoded(wire: bytes) -> list[StreamEvent]:
    decoder = Decoder()
    return [out for event in parse(wire) for out in decoder.feed(event)] + decoder.end()


def wire_of(lines: list[str]) -> bytes:
    return "".join(f"data: {line}\n\n" for line in lines).encode()


def readable(path: Path) -> list[str]:
    """The payloads of an answer; a skip for an error, and for a file whose lines are no JSON."""
    lines = payloads(path)
    try:
        kinds = [json.loads(line)["type"] for line in lines]
    except json.JSONDecodeError:
        pytest.skip("a line of the recording is no JSON: written by hand")
    if "error" in kinds:
        with pytest.raises(UpstreamError):
            decoded(wire_of(lines))
        pytest.skip("a recorded error has no answer")
    return lines


def responses(lines: list[str]) -> list[dict[str, Any]]:
    """Every response of the recording, as its last event has it but for the items as they were done."""
    out, items, deltas = [], [], ""
    for event in map(json.loads, lines):
        if event["type"] == "response.output_text.delta":
            deltas += event["delta"]
        if event["type"] == "response.output_item.done":
            items.append(as_told(event["item"], deltas))
            deltas = ""
        if event["type"] == LAST:
            out.append({**event["response"], "output": items})
            items = []
    return out


def as_told(item: dict[str, Any], deltas: str) -> dict[str, Any]:
    """Where a message does not begin as its deltas said (one recording was written by hand), those count."""
    if item["type"] != "message" or "".join(part["text"] for part in item["content"]).startswith(deltas):
        return item
    [part] = item["content"]
    return {**item, "content": [{**part, "text": deltas}]}


def compared(answer: Completion, *responses: dict[str, Any]) -> None:
    """Nothing of the responses is lost: each item is in the completion."""
    blocks = [block for block in answer.message.content if not isinstance(block, str)]
    output = [item for response in responses for item in response["output"]]
    said = [part for item in output if item["type"] == "message" for part in item["content"]]
    calls = [item for item in output if item["type"] in CALLS]
    thoughts = [item for item in output if item["type"] == "reasoning"]
    others = [item for item in output if item["type"] not in ("message", "reasoning", *CALLS)]
    texts = [part["text"] for part in said if part["text"]]
    assert [block.text for block in blocks if isinstance(block, Text)] == texts
    called = {block.id: block.name for block in blocks if isinstance(block, ToolCall)}
    assert called == {item["call_id"]: item["name"] for item in calls}
    assert [block.data for block in blocks if isinstance(block, Opaque) and block.data["type"] != NOTES] == others
    seals = [item["encrypted_content"] for item in thoughts if item.get("encrypted_content")]
    assert [block.signature for block in blocks if isinstance(block, Thinking) and block.signature] == seals
    usage, counts = answer.usage, [response["usage"] for response in responses]
    assert usage.input + usage.cache_read + usage.cache_write == sum(count["input_tokens"] for count in counts)
    assert usage.output == sum(count["output_tokens"] for count in counts)
    assert answer.model == responses[0]["model"]


@pytest.mark.parametrize("path", STREAMS)
def test_a_recorded_stream_arrives_whole(path: Path) -> None:
    """It begins with Start, ends every call, and finishes once."""
    lines = readable(path)
    events = decoded(wire_of(lines))
    assert isinstance(events[0], Start)
    assert [type(event) for event in events].count(Finished) == 1
    begun = {event.id for event in events if isinstance(event, ToolStart)}
    assert begun == {event.id for event in events if isinstance(event, BlockEnd) and event.id}
    compared(assembled(events), *responses(lines))


@pytest.mark.parametrize("path", BODIES)
def test_a_recorded_body_arrives_whole(path: Path) -> None:
    """A recorded error is one."""
    body = json.loads(path.read_text())
    if body.get("error"):
        with pytest.raises(UpstreamError):
            whole(path.read_bytes())
        return
    compared(assembled(whole(path.read_bytes())), body)


@pytest.mark.parametrize("path", STREAMS)
def test_a_recording_cut_anywhere_is_never_whole(path: Path) -> None:
    """Also within the last byte of what ends it; but where one of its responses has ended, and no other begun."""
    lines = readable(path)
    wire = wire_of(lines)
    over: list[range] = []
    for number, line in enumerate(lines[:-1]):
        if json.loads(line)["type"] == LAST:
            over.append(range(len(wire_of(lines[: number + 1])) - 2, len(wire_of(lines[: number + 2]))))
    last = len(wire) - 2
    for cut in (0, 1, last // 3, last // 2, last - 2, last - 1):
        if not any(cut in between for between in over):
            with pytest.raises(Garbled):
                decoded(wire[:cut])
    assert isinstance(decoded(wire[:last])[-1], Finished)


@pytest.mark.parametrize("path", STREAMS)
def test_the_end_of_a_recording_alone_is_its_last_response(path: Path) -> None:
    """A host that streams nothing but the response says as much."""
    last = json.loads(readable(path)[-1])
    assert last["type"] == LAST
    compared(assembled(decoded(wire_of([json.dumps(last)]))), last["response"])
