"""Recorded streams and bodies of google.generate, compared with a naive reading of the same JSON."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from answering import assembled
from naive import naive_google
from recorded import GOOGLE, answers_and_errors, bodies, parse, payloads, streams
from switchgear_protocol.content import Completion, Message, Request, Text, Thinking, ToolCall
from switchgear_protocol.events import BlockEnd, Finished, Start, StreamEvent, ToolStart
from switchgeard.core.issuer import Issuer
from switchgeard.core.offer import Features
from switchgeard.dialects.fault import Garbled, UpstreamError
from switchgeard.dialects.google_generate import NAME, Decoder, encode, whole
from switchgeard.dialects.google_generate.signature import normal

STREAMS = streams(GOOGLE)
ANSWERS, ERRORS = answers_and_errors(bodies(GOOGLE))
OURS = Issuer("g#1", NAME, "gemini-3-pro")


def decoded(wire: bytes) -> list[StreamEvent]:
    decoder = Decoder()
    return [out for event in parse(wire) for out in decoder.feed(event)] + decoder.end()


def wire_of(path: Path) -> bytes:
    return "".join(f"data: {line}\r\n\r\n" for line in payloads(path)).encode()


def compared(answer: Completion, chunks: list[Any]) -> None:
    """With arguments in one piece, all of it; with arguments in pieces, all but those."""
    assert not isinstance(answer.message.content, str)
    blocks = answer.message.content
    calls = [block for block in blocks if isinstance(block, ToolCall)]
    in_pieces = "partialArgs" in json.dumps(chunks)
    expected = naive_google(chunks) if not in_pieces else None
    if expected is not None:
        assert "".join(block.text for block in blocks if isinstance(block, Text)) == expected["text"]
        assert "".join(block.text for block in blocks if isinstance(block, Thinking)) == expected["reasoning"]
        assert [(c.name, json.loads(c.arguments)) for c in calls] == [(n, args) for _, n, args in expected["calls"]]
        assert answer.finish == expected["finish"]
        assert answer.usage.input + answer.usage.cache_read == expected["prompt"]
        assert answer.usage.output == expected["output"]
    signatures = [part["thoughtSignature"] for part in parts_of(chunks) if part.get("thoughtSignature")]
    assert [b.signature for b in blocks if isinstance(b, Thinking) and b.signature] == list(map(normal, signatures))
    named = [part["functionCall"]["name"] for part in parts_of(chunks) if part.get("functionCall", {}).get("name")]
    assert [call.name for call in calls] == named


def parts_of(chunks: list[Any]) -> list[Any]:
    contents = [candidate.get("content", {}) for chunk in chunks for candidate in chunk.get("candidates", [])]
    return [part for content in contents for part in content.get("parts", [])]


@pytest.mark.parametrize("path", STREAMS)
def test_a_recorded_stream_arrives_whole(path: Path) -> None:
    """Text, thoughts, calls, signatures, finish and counts."""
    compared(assembled(decoded(wire_of(path))), [json.loads(line) for line in payloads(path)])


@pytest.mark.parametrize("path", ANSWERS)
def test_a_recorded_body_arrives_whole(path: Path) -> None:
    """The same of an answer in one piece."""
    compared(assembled(whole(path.read_bytes())), [json.loads(path.read_text())])


@pytest.mark.parametrize("path", ERRORS)
def test_a_recorded_error_is_one(path: Path) -> None:
    """With its body as it came."""
    with pytest.raises(UpstreamError) as caught:
        whole(path.read_bytes())
    assert caught.value.body == path.read_bytes()


@pytest.mark.parametrize("path", STREAMS)
def test_a_recording_cut_before_its_reason_is_never_whole(path: Path) -> None:
    """Wherever it is cut."""
    wire = wire_of(path)
    end = wire.index(b"\r\n", wire.index(b'"finishReason"'))
    rand = random.Random(path.name)
    for cut in {0, 1, end - 1, end // 2, *(rand.randrange(end) for _ in range(12))}:
        with pytest.raises(Garbled):
            decoded(wire[:cut])
    assert isinstance(decoded(wire[:end])[-1], Finished)


@pytest.mark.parametrize("path", STREAMS)
def test_events_of_a_recording_are_in_order(path: Path) -> None:
    """Start first, the end last, every call closed once."""
    out = decoded(wire_of(path))
    assert isinstance(out[0], Start)
    assert [type(event) for event in out].count(Finished) == 1
    begun = [event.id for event in out if isinstance(event, ToolStart)]
    assert begun == [event.id for event in out if isinstance(event, BlockEnd) and event.id]


@pytest.mark.parametrize("path", STREAMS)
def test_a_recorded_answer_goes_back_to_its_issuer_with_its_signatures(path: Path) -> None:
    """Each on a part of the sort it came on."""
    answer = assembled(decoded(wire_of(path)), OURS)
    request = Request([Message("user", "Hi"), answer.message, Message("user", "And?")])
    body = json.loads(encode(request, "gemini-3-pro", stream=True, issuer=OURS, features=Features()))
    sent = [part for content in body["contents"] for part in content["parts"] if "thoughtSignature" in part]
    came = [part for part in parts_of([json.loads(line) for line in payloads(path)]) if "thoughtSignature" in part]
    assert [("functionCall" in part, part["thoughtSignature"]) for part in sent] == [
        ("functionCall" in part, normal(part["thoughtSignature"])) for part in came
    ]
