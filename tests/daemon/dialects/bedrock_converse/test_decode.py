"""Converse's answers as canonical events: whole, cut, wrong, and against recordings."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import frames
from answering import assembled
from recorded import BEDROCK, bodies, payloads, streams
from switchgear_protocol.content import Completion, Text, Thinking, ToolCall, Usage
from switchgear_protocol.events import Finished, StreamEvent
from switchgear_protocol.words import Finish
from switchgeard.dialects.bedrock_converse import Decoder, whole
from switchgeard.dialects.fault import Garbled, UpstreamError
from switchgeard.upstream.eventstream import Parser

STREAMS, BODIES = streams(BEDROCK), bodies(BEDROCK)
NOTHING = {"inputTokens": 0, "outputTokens": 0}
SPENT = {"usage": {"inputTokens": 3, "outputTokens": 2, "cacheReadInputTokens": 5, "cacheWriteInputTokens": 7}}
TALK: list[tuple[str, Any]] = [
    ("messageStart", {"role": "assistant"}),
    ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "Hm"}}, "p": "abc"}),
    ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"reasoningContent": {"signature": "c2ln"}}}),
    ("contentBlockStop", {"contentBlockIndex": 0}),
    ("contentBlockDelta", {"contentBlockIndex": 1, "delta": {"text": "Hello "}}),
    ("contentBlockDelta", {"contentBlockIndex": 1, "delta": {"text": "you"}}),
    ("contentBlockStop", {"contentBlockIndex": 1}),
    ("contentBlockStart", {"contentBlockIndex": 2, "start": {"toolUse": {"toolUseId": "t1", "name": "look"}}}),
    ("contentBlockDelta", {"contentBlockIndex": 2, "delta": {"toolUse": {"input": '{"at"'}}}),
    ("contentBlockDelta", {"contentBlockIndex": 2, "delta": {"toolUse": {"input": ":1}"}}}),
    ("contentBlockStop", {"contentBlockIndex": 2}),
    ("messageStop", {"stopReason": "tool_use"}),
    ("metadata", SPENT),
]


def wire(*told: tuple[str, Any]) -> bytes:
    return b"".join(frames.event(name, payload) for name, payload in told)


def decoded(*pieces: bytes) -> list[StreamEvent]:
    parser, decoder = Parser(), Decoder()
    events = [event for piece in pieces for event in parser.feed(piece)] + parser.end()
    return [out for event in events for out in decoder.feed(event)] + decoder.end()


def test_an_answer_of_every_kind_of_block_arrives_whole() -> None:
    """Thoughts with their signature, text, a call, its finish and the tokens."""
    answer = assembled(decoded(wire(*TALK)))
    thought, text, call = list(answer.message.content)
    assert isinstance(thought, Thinking)
    assert (thought.text, thought.signature) == ("Hm", "c2ln")
    assert (text, call) == (Text("Hello you"), ToolCall("t1", "look", '{"at":1}'))
    assert (answer.finish, answer.usage) == (Finish.TOOL_CALLS, Usage(3, 2, 5, 7))


@given(st.lists(st.integers(0, len(wire(*TALK))), max_size=6))
def test_pieces_change_nothing(cuts: list[int]) -> None:
    """Wherever the network cut them."""
    sent, cuts = wire(*TALK), sorted(cuts)
    pieces = [sent[a:b] for a, b in zip([0, *cuts], [*cuts, len(sent)], strict=True)]
    assert decoded(*pieces) == decoded(sent)


@given(st.integers(0, len(wire(*TALK[:-1])) - 1))
def test_a_stream_that_was_cut_is_never_complete(length: int) -> None:
    """Before the end of the messageStop frame, wherever."""
    with pytest.raises(Garbled):
        decoded(wire(*TALK)[:length])


def test_the_usage_may_come_before_the_end_or_not_at_all() -> None:
    """What ends an answer is messageStop."""
    *said, stop, spent = TALK
    assert assembled(decoded(wire(*said, spent, stop))).usage == Usage(3, 2, 5, 7)
    assert isinstance(decoded(wire(*said, stop))[-1], Finished)


@pytest.mark.parametrize("reason", ["throttlingException", "modelStreamErrorException"])
def test_an_exception_in_the_stream_is_an_error(reason: str) -> None:
    """With its code, for the classifier; behind the terminal marker it can spoil nothing."""
    with pytest.raises(UpstreamError) as caught:
        decoded(wire(*TALK[:3]) + frames.exception(reason, "No."))
    assert json.loads(caught.value.body) == {"code": reason, "message": "No."}
    assert isinstance(decoded(wire(*TALK[:-1]) + frames.exception(reason, "No."))[-1], Finished)


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("end_turn", Finish.STOP),
        ("max_tokens", Finish.LENGTH),
        ("stop_sequence", Finish.STOP_SEQUENCE),
        ("guardrail_intervened", Finish.CONTENT_FILTER),
        ("model_context_window_exceeded", Finish.CONTEXT_LENGTH),
        ("malformed_tool_use", Finish.OTHER),
    ],
)
def test_every_stop_reason_has_a_finish(reason: str, finish: Finish) -> None:
    """One that nobody knows is OTHER."""
    assert assembled(decoded(wire(*TALK[:1], ("messageStop", {"stopReason": reason})))).finish == finish


def test_thinking_that_is_hidden_keeps_its_seal() -> None:
    """It goes back as it came."""
    sealed = ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"reasoningContent": {"redactedContent": "YQ=="}}})
    (block,) = list(assembled(decoded(wire(TALK[0], sealed, *TALK[3:4], *TALK[-2:]))).message.content)
    assert isinstance(block, Thinking)
    assert block.redacted == "YQ=="


def test_a_call_the_provider_runs_itself_is_nobodys_to_run() -> None:
    """Its arguments are dropped with it."""
    start = {"toolUse": {"toolUseId": "s", "name": "nova_grounding", "type": "server_tool_use"}}
    run = ("contentBlockStart", {"contentBlockIndex": 2, "start": start})
    answer = assembled(decoded(wire(*TALK[:7], run, *TALK[8:])))
    assert not any(isinstance(block, ToolCall) for block in answer.message.content)


@pytest.mark.parametrize(
    "told",
    [
        [("contentBlockDelta", {"contentBlockIndex": 4, "delta": {"toolUse": {"input": "{}"}}})],
        [("contentBlockStart", {"contentBlockIndex": 0, "start": {"toolUse": {"name": "x"}}})],
        [("messageStop", {})],
        [("messageStart", [])],
    ],
)
def test_what_is_not_converse_is_garbled(told: list[tuple[str, Any]]) -> None:
    """Arguments of no call, a call without an id, an end without a reason, another shape."""
    with pytest.raises(Garbled):
        decoded(wire(*told, *TALK[-2:]))


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"output":{"message":{"content":[]}}}', b"{"])
def test_a_body_that_is_no_answer_is_garbled(body: bytes) -> None:
    """An end without a stop reason too."""
    with pytest.raises(Garbled):
        whole(body)


# --- recordings -----------------------------------------------------------------------------------


def naive(content: list[Any], stop: str, usage: dict[str, int]) -> dict[str, Any]:
    thoughts = [block["reasoningContent"]["reasoningText"] for block in content if "reasoningContent" in block]
    return {
        "text": "".join(block.get("text", "") for block in content),
        "reasoning": "".join(thought["text"] for thought in thoughts),
        "signatures": [thought["signature"] for thought in thoughts],
        "calls": [(c["toolUseId"], c["name"], c["input"]) for c in (b["toolUse"] for b in content if "toolUse" in b)],
        "called": stop == "tool_use",
        "tokens": (usage["inputTokens"], usage["outputTokens"]),
    }


def naive_stream(lines: list[Any]) -> dict[str, Any]:
    """The blocks put together by index."""
    blocks: dict[int, dict[str, Any]] = {}
    for line in lines:
        for part in (line.get("contentBlockStart", {}), line.get("contentBlockDelta", {})):
            index, delta = part.get("contentBlockIndex", 0), part.get("delta") or part.get("start") or {}
            block = blocks.setdefault(index, {}) if delta else {}
            if "text" in delta:
                block["text"] = block.get("text", "") + delta["text"]
            for name, value in delta.get("reasoningContent", {}).items():
                thought = block.setdefault("reasoningContent", {"reasoningText": {"text": "", "signature": ""}})
                thought["reasoningText"][name] += value
            for name, value in delta.get("toolUse", {}).items():
                call = block.setdefault("toolUse", {"input": ""})
                call[name] = call[name] + value if name == "input" else value
    for block in blocks.values():
        if "toolUse" in block:
            block["toolUse"]["input"] = json.loads(block["toolUse"]["input"] or "{}")
    stop = next(line["messageStop"]["stopReason"] for line in lines if "messageStop" in line)
    usage = next((line["metadata"]["usage"] for line in lines if "metadata" in line), NOTHING)
    return naive([blocks[index] for index in sorted(blocks)], stop, usage)


def reading(answer: Completion) -> dict[str, Any]:
    blocks = [block for block in answer.message.content if not isinstance(block, str)]
    thoughts = [block for block in blocks if isinstance(block, Thinking)]
    return {
        "text": "".join(block.text for block in blocks if isinstance(block, Text)),
        "reasoning": "".join(thought.text for thought in thoughts),
        "signatures": [thought.signature for thought in thoughts],
        "calls": [(b.id, b.name, json.loads(b.arguments or "{}")) for b in blocks if isinstance(b, ToolCall)],
        "called": answer.finish is Finish.TOOL_CALLS,
        "tokens": (answer.usage.input, answer.usage.output),
    }


@pytest.mark.parametrize("path", STREAMS)
def test_a_recorded_stream_arrives_whole(path: Path) -> None:
    """In frames, as it was before it was written down; one without an end is no answer."""
    lines = payloads(path)
    if not any("messageStop" in line for line in lines):
        with pytest.raises(Garbled, match="messageStop"):
            decoded(frames.stream(lines))
        return
    assert reading(assembled(decoded(frames.stream(lines)))) == naive_stream([json.loads(line) for line in lines])


@pytest.mark.parametrize("path", BODIES)
def test_a_recorded_body_arrives_whole(path: Path) -> None:
    """An answer in one piece."""
    body = json.loads(path.read_text())
    expected = naive(body["output"]["message"]["content"], body["stopReason"], body["usage"])
    assert reading(assembled(whole(path.read_bytes()))) == expected
