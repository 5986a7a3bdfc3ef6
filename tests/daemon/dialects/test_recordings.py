"""Both dialects against recorded provider traffic, compared with a naive reading of the same JSON."""

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from naive import Reading, naive_anthropic, naive_chat, naive_message
from recorded import ANTHROPIC, CHAT, bodies, parse, payloads, streams
from switchgear_protocol.content import Completion, Text, Thinking, ToolCall
from switchgear_protocol.events import BlockEnd, Finished, Restarted, Start, StreamEvent, ToolStart
from switchgeard.dialects import anthropic_messages, openai_chat
from switchgeard.dialects.assemble import Assembler
from switchgeard.dialects.dialect import Decoding
from switchgeard.dialects.fault import Garbled, UpstreamError
from switchgeard.upstream.sse import Event, Parser

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
    """All messages of the recording, one after the other, equal the naive reading."""
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
