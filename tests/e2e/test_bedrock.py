"""Bedrock through the whole daemon: frames on a socket, told to our own clients and to tools of any dialect."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from door_client import post
from frames import event, exception
from standins.standin import StandIn
from switchgeard.demo.exchange import Answer, Asked, End, Send, chunk, head, sized
from switchgeard.demo.wires import Said
from world import CANARY, World, world

FRAMES = [
    event("messageStart", {"role": "assistant"}),
    event("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": "Hello "}}),
    event("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": "from Bedrock."}}),
    event("contentBlockStop", {"contentBlockIndex": 0}),
    event("messageStop", {"stopReason": "end_turn"}),
    event("metadata", {"usage": {"inputTokens": 11, "outputTokens": 4, "cacheReadInputTokens": 2, "totalTokens": 17}}),
]
CALL = [
    FRAMES[0],
    event("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "Hm"}}}),
    event("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"reasoningContent": {"signature": "c2ln"}}}),
    event("contentBlockStop", {"contentBlockIndex": 0}),
    event("contentBlockStart", {"contentBlockIndex": 1, "start": {"toolUse": {"toolUseId": "t1", "name": "look"}}}),
    event("contentBlockDelta", {"contentBlockIndex": 1, "delta": {"toolUse": {"input": '{"at":1}'}}}),
    event("contentBlockStop", {"contentBlockIndex": 1}),
    event("messageStop", {"stopReason": "tool_use"}),
]
PAIR = "AKIDEXAMPLE0000000:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY:session/token=="


def framed(*pieces: bytes, end: End = "keep") -> StandIn:
    """A provider that answers these frames, each cut in two in the middle."""
    halves = [half for piece in pieces for half in (piece[: len(piece) // 2], piece[len(piece) // 2 :])]
    framing = (("content-type", "application/vnd.amazon.eventstream"), ("transfer-encoding", "chunked"))
    last = b"0\r\n\r\n" if end == "keep" else b""
    steps = [Send(head(200, framing)), *(Send(chunk(half)) for half in halves), *([Send(last)] if last else [])]

    def answer(asked: Asked, said: Said) -> Answer:
        return Answer(tuple(steps), end)

    return StandIn(answer)


def refused(status: int, code: str, message: str) -> StandIn:
    def answer(asked: Asked, said: Said) -> Answer:
        return sized(status, json.dumps({"message": message}).encode(), (("x-amzn-ErrorType", f"{code}:http://a/"),))

    return StandIn(answer)


async def test_an_answer_in_frames_is_told_as_it_comes(tmp_path: Path) -> None:
    """Text, finish and tokens; the path names the model and the key is a bearer token."""
    async with world(tmp_path, {"a": framed(*FRAMES)}, kinds={"a": "bedrock"}) as w:
        heard = await w.ask(stream=True)
        assert (heard.text, heard.answer) == ("Hello from Bedrock.", "Hello from Bedrock.")
        assert heard.result is not None
        assert heard.result["usage"] == {"input": 11, "output": 4, "cache_read": 2}
        asked = w.standins["a"].asked[-1]
        assert asked.path == "/v1/model/model-a/converse-stream"
        assert asked.header("authorization") == f"Bearer {CANARY}"
        assert asked.json["messages"] == [{"role": "user", "content": [{"text": "hello"}]}]


@pytest.mark.parametrize("dialect", ["openai.chat", "openai.responses", "anthropic.messages", "google.generate"])
@pytest.mark.parametrize("stream", [True, False])
async def test_a_tool_of_any_dialect_hears_it(tmp_path: Path, dialect: str, stream: bool) -> None:
    """Worded for Converse and back, streamed or whole."""
    async with world(tmp_path, {"a": framed(*FRAMES)}, kinds={"a": "bedrock"}, door=True) as w:
        members: dict[str, Any] = {} if dialect == "google.generate" else {"stream": stream}
        reply = await post(w, dialect, **members)
        assert reply.status_code == 200
        assert "from Bedrock." in reply.text


@pytest.mark.parametrize(
    ("first", "kind"),
    [
        (framed(FRAMES[0], exception("throttlingException", "Too many requests")), "rate_limited"),
        (framed(FRAMES[0], exception("modelStreamErrorException", "It broke.")), "overloaded"),
        (refused(429, "ThrottlingException", "Too many tokens per day, please wait."), "quota_exceeded"),
        (refused(403, "ExpiredTokenException", "The security token has expired"), "auth_failed"),
        (framed(FRAMES[0], FRAMES[1][:-1] + b"\xff"), "protocol"),
        (framed(FRAMES[0]), "protocol"),
    ],
    ids=["throttled in the stream", "broken in the stream", "quota", "expired", "checksum", "no end"],
)
async def test_trouble_before_the_first_word_moves_on(tmp_path: Path, first: StandIn, kind: str) -> None:
    """Whatever it is and wherever it stands, the next provider answers and the reason is told."""
    fresh = StandIn(first.script)
    more = "failover = {retry = {attempts = 0}}"
    async with world(tmp_path, {"a": fresh, "b": "ok"}, kinds={"a": "bedrock"}, model=more) as w:
        heard = await w.ask(stream=True)
        assert heard.outcomes == [("a", kind), ("b", None)]


async def test_a_tool_loop_with_thinking_comes_back_as_it_was_signed(tmp_path: Path) -> None:
    """The call with its arguments; the next step shows the provider its own signature."""
    tool = {"name": "look", "description": "Looks.", "parameters": {"type": "object", "properties": {}}}
    async with world(tmp_path, {"a": framed(*CALL)}, kinds={"a": "bedrock"}) as w:
        heard = await w.ask(stream=True, tools=[tool])
        assert heard.result is not None
        assert heard.result["finish"] == "tool_calls"
        result = {"role": "user", "content": [{"type": "tool_result", "id": "t1", "content": "seen"}]}
        talk = [{"role": "user", "content": "hello"}, heard.result["message"], result]
        await w.ask(stream=True, tools=[tool], messages=talk)
        _, assistant, user = w.standins["a"].asked[-1].json["messages"]
        assert assistant["content"] == [
            {"reasoningContent": {"reasoningText": {"text": "Hm", "signature": "c2ln"}}},
            {"toolUse": {"toolUseId": "t1", "name": "look", "input": {"at": 1}}},
        ]
        assert user["content"] == [{"toolResult": {"toolUseId": "t1", "content": [{"text": "seen"}]}}]


async def test_an_answer_that_is_cut_is_never_whole(tmp_path: Path) -> None:
    """In the middle of a frame, after words were told."""
    cut = framed(*FRAMES[:3], FRAMES[4][:20], end="fin")
    async with world(tmp_path, {"a": cut}, kinds={"a": "bedrock"}) as w:
        heard = await w.ask(stream=True)
        assert heard.result is None
        assert heard.text == "Hello from Bedrock."


async def test_access_keys_sign_what_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For the region of the config; neither key is sent."""
    monkeypatch.setenv("AWS_PAIR", PAIR)
    async with world(tmp_path, {"a": framed(*FRAMES)}, kinds={"a": "bedrock"}) as w:
        await _sign(w)
        assert (await w.ask(stream=True)).answer == "Hello from Bedrock."
        asked = w.standins["a"].asked[-1]
        proof = asked.header("authorization") or ""
        assert re.fullmatch(
            r"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE0000000/\d{8}/us-east-1/bedrock/aws4_request, "
            r"SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, Signature=[0-9a-f]{64}",
            proof,
        )
        assert asked.header("x-amz-security-token") == "session/token=="
        assert "wJalrXUtnFEMI" not in str(asked.headers)


async def _sign(w: World) -> None:
    """The same provider, with access keys."""
    path = w.home / "config.toml"
    path.write_text(path.read_text().replace('env = "CANARY"', 'env = "AWS_PAIR"'))
    await w.daemon.configuration.reload()
