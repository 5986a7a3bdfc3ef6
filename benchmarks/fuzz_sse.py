"""Mutated provider streams through the event parser and every dialect: only their two errors may escape.

    python benchmarks/fuzz_sse.py [--inputs 1000000] [--seed 0]

One input is one mutated stream, fed in random chunks and then assembled. Deterministic per seed; a
failure prints the seed, the number of the input and its bytes. The parser's limits are small, so
that they are hit. A stream cut before its terminal marker that still came out complete is a failure.
"""

import argparse
import json
import random
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "protocol"), str(ROOT / "daemon")]

from switchgeard.demo import generate, responses  # noqa: E402
from switchgeard.demo.said import Said  # noqa: E402
from switchgeard.dialects import anthropic_messages, google_generate, openai_chat, openai_responses  # noqa: E402
from switchgeard.dialects.assemble import Assembler  # noqa: E402
from switchgeard.dialects.dialect import Dialect  # noqa: E402
from switchgeard.dialects.fault import Garbled, UpstreamError  # noqa: E402
from switchgeard.upstream.sse import Event, Parser  # noqa: E402


def _chat(**delta: object) -> dict[str, object]:
    finish = delta.pop("finish", None)
    return {"id": "c", "model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


CALL = {"index": 0, "id": "a", "function": {"name": "f", "arguments": '{"x"'}}
CHAT: list[dict[str, object]] = [
    _chat(role="assistant", content=""),
    _chat(reasoning_content="hm \u00e9"),
    _chat(content=[{"type": "thinking", "thinking": [{"type": "text", "text": "t"}]}, {"type": "text", "text": "u"}]),
    _chat(content="Hello \U0001f600"),
    _chat(tool_calls=[CALL]),
    _chat(tool_calls=[{"index": 0, "function": {"arguments": ":1}"}}]),
    _chat(finish="tool_calls"),
    {"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 2, "prompt_tokens_details": None}},
    {"error": {"message": "no", "code": 429}},
]
MESSAGES: list[dict[str, object]] = [
    {"type": "message_start", "message": {"id": "1", "model": "m", "content": [], "usage": {"input_tokens": 5}}},
    {"type": "ping"},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "hm"}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "s"}},
    {"type": "content_block_stop", "index": 0},
    {"type": "content_block_start", "index": 1, "content_block": {"type": "server_tool_use", "id": "s", "input": {}}},
    {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": "{}"}},
    {"type": "content_block_stop", "index": 1},
    {"type": "content_block_start", "index": 2, "content_block": {"type": "tool_use", "id": "t", "name": "f"}},
    {"type": "content_block_delta", "index": 2, "delta": {"type": "input_json_delta", "partial_json": "{}"}},
    {"type": "content_block_stop", "index": 2},
    {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 9}},
    {"type": "message_stop"},
]
MORE: list[dict[str, object]] = [  # another message of the same answer
    {"type": "message_start", "message": {"id": "2", "model": "m", "content": [], "usage": {"input_tokens": 5}}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "a"}},
    {"type": "content_block_stop", "index": 0},
    *MESSAGES[-2:],
]
*SPEAKS, ENDS = generate.stream(Said(thinking="hm \u00e9", tool="f"), "m")
GOOGLE: list[dict[str, object]] = [
    *SPEAKS,
    {"candidates": [{"content": {"parts": [{"functionCall": {"name": "g", "willContinue": True}}]}}]},
    {"candidates": [{"content": {"parts": [{"functionCall": {"partialArgs": [{"jsonPath": "$.a[0]"}]}}]}}]},
    ENDS,
    {"promptFeedback": {"blockReason": "SAFETY"}},
    {"error": {"code": 503, "message": "no"}},
]
RESPONSES: list[dict[str, object]] = [
    *responses.stream(Said(text=("Hello \U0001f600", "b"), thinking="hm \u00e9", tool="f", tool_id="t"), "m"),
    {"type": "response.created", "response": {"id": "resp_2", "model": "m"}},  # another response of the same answer
    {"type": "response.custom_tool_call_input.delta", "output_index": 5, "delta": "x"},
    *list(responses.stream(Said(text=("c",)), "m"))[2:],
]
VALUES = ["null", "0", "-1", "1e308", "99999999999999999999", '""', '"\\ud800"', "[]", "{}", "[[[[]]]]", "true", '"x"']
BYTES = [
    b"\n",
    b"\r",
    b"\n\n",
    b"\r\n",
    b"\x00",
    b"\xff",
    b"\xf0\x9f",
    b"\xef\xbb\xbf",
    b"data:",
    b":",
    b"[DONE]",
    b"{",
    b"}",
    b'"',
]


def _frames(rand: random.Random, payloads: list[dict[str, object]]) -> list[bytes]:
    """The stream's events, some of them dropped, doubled, swapped, or with a value replaced."""
    events = [json.dumps(payload, ensure_ascii=rand.random() < 0.5) for payload in payloads]
    for _ in range(rand.choice((0, 0, 1, 2))):
        at, other = rand.randrange(len(events)), rand.randrange(len(events))
        match rand.randrange(4):
            case 0:
                del events[at]
            case 1:
                events.insert(at, events[other])
            case 2:
                events[at], events[other] = events[other], events[at]
            case _:
                events[at] = _replaced(rand, events[at])
    end = rand.choice(("\n\n", "\r\n\r\n", "\r\r"))
    return [f"data: {event}{end}".encode("utf-8", "replace") for event in events]


def _replaced(rand: random.Random, text: str) -> str:
    """One value of the JSON text exchanged for another, by splicing after a colon."""
    colons = [at for at, char in enumerate(text) if char == ":"]
    at = rand.choice(colons) + 1
    stop = min((found for found in (text.find(mark, at) for mark in ",}]") if found >= 0), default=len(text))
    return text[:at] + rand.choice(VALUES) + text[stop:]


def _mutated(rand: random.Random, wire: bytes) -> bytes:
    for _ in range(rand.choice((0, 1, 1, 2, 4))):
        at = rand.randrange(len(wire) + 1)
        match rand.randrange(5):
            case 0:
                wire = wire[:at] + rand.choice(BYTES) + wire[at:]
            case 1:
                wire = wire[:at] + wire[at + rand.randrange(1, 9) :]
            case 2:
                wire = wire[:at] + bytes([rand.randrange(256)]) + wire[at + 1 :]
            case 3:
                wire = wire[:at]
            case _:
                wire = wire[:at] + wire[at : at + 40] * rand.randrange(1, 9) + wire[at:]
    return wire


def _events(rand: random.Random, wire: bytes) -> Iterator[Event]:
    parser, at = Parser(2000, 3000), 0
    while at < len(wire):
        size = rand.choice((1, 7, 100, 4000))
        yield from parser.feed(wire[at : at + size])
        at += size
    yield from parser.end()


def _run(rand: random.Random, dialect: Dialect, wire: bytes) -> str | None:
    """The data of the events read, when the stream came out complete."""
    decoder, assembler, data = dialect.Decoder(), Assembler("p/m"), ""
    try:
        for event in _events(rand, wire):
            data += event.data
            for out in decoder.feed(event):
                assembler.feed(out)
        for out in decoder.end():
            assembler.feed(out)
        assembler.completion()
    except (Garbled, UpstreamError):
        return None
    return data


def _body(rand: random.Random, dialect: Dialect, wire: bytes) -> None:
    """The same bytes as a non-streaming body."""
    try:
        dialect.whole(wire.removeprefix(b"data: "))
    except (Garbled, UpstreamError):
        pass


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--inputs", type=int, default=1_000_000)
    arguments.add_argument("--seed", type=int, default=0)
    options = arguments.parse_args()
    rand, began, complete = random.Random(options.seed), time.perf_counter(), 0
    wires: list[tuple[Dialect, list[dict[str, object]], str]] = [
        (openai_chat, CHAT[:-1], r'"finish_reason"\s*:\s*"'),
        (openai_chat, CHAT, r'"finish_reason"\s*:\s*"'),
        (anthropic_messages, MESSAGES, "message_stop"),
        (anthropic_messages, MESSAGES + MORE, "message_stop"),
        (openai_responses, RESPONSES, r"response.(completed|incomplete|done)"),
        (google_generate, GOOGLE, "finishReason|blockReason"),
    ]
    for number in range(options.inputs):
        dialect, payloads, marker = rand.choice(wires)
        frames = _frames(rand, payloads)
        wire = _mutated(rand, b"".join(frames))
        try:
            data = _run(rand, dialect, wire)
            _body(rand, dialect, rand.choice(frames) if rand.random() < 0.5 else wire)
            assert data is None or re.search(marker, data), "complete without its terminal marker"
        except BaseException:
            print(f"seed {options.seed}, input {number}: {wire!r}", file=sys.stderr)
            raise
        complete += data is not None
    seconds = time.perf_counter() - began
    print(f"{options.inputs} inputs in {seconds:.1f} s, {complete} complete, none escaped")


if __name__ == "__main__":
    main()
