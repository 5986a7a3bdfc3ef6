"""An answer as google.generate streams it."""

import json
from typing import Any

from hypothesis import given

from answering import FOREIGN, assembled, completions, events_of, gist, heard, streamed, told
from switchgear_protocol.content import Block, Completion, Message, Text, Thinking, ToolCall, Usage
from switchgear_protocol.errors import error
from switchgear_protocol.events import (
    BlockEnd,
    OpaqueBlock,
    ReasoningDelta,
    ReasoningSignature,
    Start,
    StreamEvent,
    TextDelta,
    ToolArgsDelta,
    ToolStart,
)
from switchgear_protocol.words import Finish
from switchgeard.core.issuer import Issuer
from switchgeard.dialects import google_generate
from switchgeard.dialects.google_generate.signature import blob
from switchgeard.dialects.sealed import opened

TOLD = told(google_generate)
GOOGLE = Issuer("g#1", google_generate.NAME, "m")


def parts(*events: StreamEvent, issuer: Issuer = FOREIGN) -> list[Any]:
    writer = google_generate.Writer(TOLD)
    writer.begin(issuer)
    chunks = [json.loads(out.data) for event in events for out in writer.feed(event)]
    chunks += [json.loads(out.data) for out in writer.finish(Finish.STOP, Usage())]
    return [part for chunk in chunks for part in chunk["candidates"][0]["content"]["parts"]]


def sealed(part: Any) -> tuple[Issuer, str, bool] | None:
    found = opened(blob(part.get("thoughtSignature")))
    return (found[0], found[1].blob, found[1].redacted) if found else None


def call(id: str, *arguments: str) -> list[StreamEvent]:
    return [ToolStart(id, "f"), *[ToolArgsDelta(id, piece) for piece in arguments], BlockEnd(id)]


def test_a_stream_has_its_golden_form() -> None:
    """Each chunk a whole response; reason and counts in the last, which has an empty text as Google's own."""
    writer = google_generate.Writer(TOLD)
    writer.begin(FOREIGN)
    out = [*writer.feed(Start("up", "m")), *writer.feed(TextDelta("Hi"))]
    out += writer.finish(Finish.STOP, Usage(input=10, output=5, cache_read=3, reasoning=4))
    assert [event.event for event in out] == [None, None]
    head = {"modelVersion": "opus", "responseId": "0a1b2c"}
    assert json.loads(out[0].data) == {
        "candidates": [{"content": {"parts": [{"text": "Hi"}], "role": "model"}, "index": 0}],
        **head,
    }
    assert json.loads(out[1].data) == {
        "candidates": [{"content": {"parts": [{"text": ""}], "role": "model"}, "finishReason": "STOP", "index": 0}],
        "usageMetadata": {
            "promptTokenCount": 13,
            "candidatesTokenCount": 1,
            "totalTokenCount": 18,
            "cachedContentTokenCount": 3,
            "thoughtsTokenCount": 4,
        },
        **head,
    }


def test_a_call_goes_out_when_it_is_whole() -> None:
    """Interleaved ones too; arguments that are no object are wrapped, and each has an id of its own."""
    one, two = call("1", '{"a"', ":1}"), call("a|b", "[1]")
    found = parts(one[0], two[0], one[1], two[1], one[2], one[3], two[2], *call("3"))[:-1]
    assert [part["functionCall"]["args"] for part in found] == [{"a": 1}, {"arguments": "[1]"}, {}]
    assert [part["functionCall"]["id"] for part in found] == ["1", "sgid_mf6ge", "3"]


def test_a_call_that_never_ended_is_told_at_the_end() -> None:
    """With what came of it, which its client is to judge."""
    assert parts(ToolStart("1", "f"))[0]["functionCall"] == {"id": "1", "name": "f", "args": {}}


def test_foreign_thoughts_are_parts_with_their_signature_sealed_on_them() -> None:
    """So a client keeps both or loses both; what may not be shown is a thought without text."""
    found = parts(ReasoningDelta("hm"), ReasoningSignature("s"), BlockEnd(), ReasoningSignature("x", redacted=True))
    assert [(part["text"], part.get("thought")) for part in found] == [("hm", True), ("", True), ("", True), ("", None)]
    assert [sealed(part) for part in found] == [None, (FOREIGN, "s", False), (FOREIGN, "x", True), None]


def test_a_foreign_call_is_known_for_one() -> None:
    """By a seal with nothing in it."""
    assert sealed(parts(*call("1"))[0]) == (FOREIGN, "", False)


def test_googles_own_signatures_stay_on_the_part_they_came_on() -> None:
    """A call, a text, or an empty one."""
    signed = [ReasoningSignature("s1"), BlockEnd(), *call("1"), ReasoningSignature("s2"), BlockEnd(), TextDelta("a")]
    found = parts(ReasoningDelta("hm"), *signed, ReasoningSignature("s3"), ReasoningSignature("s4"), issuer=GOOGLE)
    assert [part.get("thoughtSignature") for part in found] == [None, "s1", "s2", "s3", "s4"]
    assert [part.get("text") for part in found] == ["hm", None, "a", "", ""]


def test_blocks_of_this_dialect_are_told_and_those_of_others_are_not() -> None:
    """They have no place here."""
    data = {"executableCode": {"code": "1"}}
    assert parts(OpaqueBlock("openai.responses", {"type": "x"}), OpaqueBlock(google_generate.NAME, data))[:-1] == [data]


def test_an_error_in_the_middle_is_googles() -> None:
    """Known by how it begins; nothing follows."""
    writer = google_generate.Writer(TOLD)
    writer.begin(FOREIGN)
    [out] = writer.fail(error("interrupted", "Cut"))
    assert out.data.startswith('{"error":')
    assert json.loads(out.data)["error"] == {"code": 502, "message": "Cut.", "status": "UNAVAILABLE"}


def test_calls_and_signatures_of_another_attempt_are_forgotten() -> None:
    """What another offer goes on with is its own."""
    writer = google_generate.Writer(TOLD)
    writer.begin(GOOGLE)
    writer.feed(ToolStart("1", "f"))
    writer.feed(ReasoningSignature("s"))
    writer.begin(GOOGLE)
    assert writer.feed(BlockEnd("1")) == []
    assert writer.feed(ToolArgsDelta("1", "x")) == []
    [out] = writer.feed(TextDelta("a"))
    assert json.loads(out.data)["candidates"][0]["content"]["parts"] == [{"text": "a"}]


@given(completions())
def test_any_answer_arrives(answer: Completion) -> None:
    """Streamed and whole, read by our own decoder."""
    stream = heard(google_generate.Decoder(), streamed(google_generate, events_of(answer), TOLD))
    body = assembled(google_generate.whole(google_generate.answer(answer, TOLD, FOREIGN)))
    assert gist(stream) == gist(body) == gist(answer)


def test_a_whole_answer_has_the_parts_of_its_stream() -> None:
    """Thoughts with their seal, Google's own signatures where they were."""
    said: list[Block] = [
        Thinking("hm", signature="s"),
        Thinking(redacted="x"),
        Text("a"),
        ToolCall("1", "f", '{"a":1}'),
    ]
    answer = Completion(Message("assistant", said), Finish.TOOL_CALLS, Usage())
    found = json.loads(google_generate.answer(answer, TOLD, FOREIGN))["candidates"][0]["content"]["parts"]
    assert [sealed(part) for part in found] == [(FOREIGN, "s", False), (FOREIGN, "x", True), None, (FOREIGN, "", False)]
    ours: list[Block] = [Thinking("hm", signature="s1"), Text("a"), Thinking(signature="s2"), ToolCall("1", "f")]
    ours += [Thinking(signature="s3"), Thinking(signature="s4")]
    answer = Completion(Message("assistant", ours), Finish.STOP, Usage())
    found = json.loads(google_generate.answer(answer, TOLD, GOOGLE))["candidates"][0]["content"]["parts"]
    assert [part.get("thoughtSignature") for part in found] == [None, "s1", "s2", "s3", "s4"]


def test_a_chunk_is_one_line_however_a_model_wrote_its_arguments() -> None:
    """Google's own libraries read a stream line by line."""
    writer = google_generate.Writer(TOLD)
    writer.begin(FOREIGN)
    told_of = [out for event in call("c", '{\r\n  "a":\n "x\\ny"\r}') for out in writer.feed(event)]
    assert [len(out.data.splitlines()) for out in told_of] == [1]
    assert parts(*call("c", '{\r\n  "a":\n "x\\ny"\r}'))[0]["functionCall"]["args"] == {"a": "x\ny"}
