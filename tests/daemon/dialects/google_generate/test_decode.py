"""What a google.generate provider answers, read."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering import assembled
from switchgear_protocol.content import Completion, Text, Thinking, ToolCall, Usage
from switchgear_protocol.events import Finished, OpaqueBlock, Start, StreamEvent, TextDelta
from switchgear_protocol.words import Finish
from switchgeard.dialects.fault import Garbled, UpstreamError
from switchgeard.dialects.google_generate import NAME, Decoder, whole
from switchgeard.upstream.sse import Event

CHUNK = ("candidates", "usageMetadata", "promptFeedback", "error", "content", "index", "finishReason")
PART = ("parts", "text", "functionCall", "name", "args", "partialArgs", "jsonPath", "willContinue", "thoughtSignature")
KNOWN = (*CHUNK, *PART)

COUNTS = {"promptTokenCount": 9, "candidatesTokenCount": 3, "totalTokenCount": 12}


def chunk(*parts: Any, finish: str | None = None, **more: Any) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"parts": list(parts), "role": "model"}, "index": 0}
    if finish:
        candidate["finishReason"] = finish
    return {"candidates": [candidate], "modelVersion": "gemini-3-pro", "responseId": "r1", **more}


def fed(*chunks: Any) -> list[StreamEvent]:
    decoder = Decoder()
    return [event for each in chunks for event in decoder.feed(Event(None, json.dumps(each)))] + decoder.end()


def blocks(*chunks: Any) -> list[Any]:
    return list(answer(*chunks).message.content)


def answer(*chunks: Any) -> Completion:
    return assembled(fed(*chunks))


def test_a_stream_of_text_is_told_piece_by_piece() -> None:
    """Start with the answer's id, deltas, the last counts, and the end only when the stream ends."""
    out = fed(chunk({"text": "a"}), chunk({"text": "b"}, usageMetadata=COUNTS, finish="STOP"))
    assert out[0] == Start("r1", "gemini-3-pro")
    assert [event.text for event in out if isinstance(event, TextDelta)] == ["a", "b"]
    assert out[-1] == Finished(Finish.STOP)
    assert answer(chunk({"text": "a"}, usageMetadata=COUNTS, finish="STOP")).usage == Usage(9, 3)


def test_counts_that_are_missing_keep_those_before() -> None:
    """Cumulative: the last counts; some hosts send none but a traffic type. They may follow the reason."""
    partial = {"trafficType": "ON_DEMAND"}
    late = {"usageMetadata": {**COUNTS, "candidatesTokenCount": 5}}
    chunks = [chunk({"text": "a"}, usageMetadata=partial), chunk(usageMetadata=COUNTS, finish="STOP"), late]
    assert answer(*chunks).usage == Usage(9, 5)
    assert answer(*chunks[:2], {"usageMetadata": partial}).usage == Usage(9, 3)


def test_thoughts_are_reasoning_and_a_signature_stands_with_them() -> None:
    """Before the part it came on, in the standard alphabet whatever the host wrote."""
    call = {"functionCall": {"name": "f", "args": {"a": 1}}, "thoughtSignature": "-_8"}
    found = blocks(chunk({"text": "hm", "thought": True}), chunk(call, finish="STOP"))
    assert found == [Thinking("hm", signature="+/8=", issuer=found[0].issuer), ToolCall("call_r1_0", "f", '{"a": 1}')]


def test_a_signature_on_a_text_comes_before_it_and_on_an_empty_text_at_its_place() -> None:
    """So that each can be put back where it was."""
    signed = blocks(chunk({"text": "a", "thoughtSignature": "Zg=="}, finish="STOP"))
    assert [type(block) for block in signed] == [Thinking, Text]
    trailing = blocks(chunk({"text": "a"}), chunk({"text": "", "thoughtSignature": "Zg=="}, finish="STOP"))
    assert [type(block) for block in trailing] == [Text, Thinking]
    assert (signed[0].signature, trailing[1].signature) == ("Zg==", "Zg==")


def test_a_turn_of_calls_ends_in_stop_and_is_tool_calls() -> None:
    """The wire says STOP for both; ids are the host's, or made from the answer's; each is its own."""
    calls = [{"functionCall": {"name": "f", **named}} for named in ({}, {"id": "x"}, {"id": "x"})]
    found = answer(chunk(*calls, finish="STOP"))
    assert found.finish is Finish.TOOL_CALLS
    assert [block.id for block in found.message.content if isinstance(block, ToolCall)] == ["call_r1_0", "x", "x_2"]
    assert [block.arguments for block in found.message.content if isinstance(block, ToolCall)] == ["{}"] * 3


def test_arguments_in_pieces_are_put_together() -> None:
    """By their paths; the call ends with the piece that does not go on, with the next call, or with the answer."""

    def piece(path: str, value: Any, **more: Any) -> dict[str, Any]:
        return {"functionCall": {"partialArgs": [{"jsonPath": path, **value}], "willContinue": True, **more}}

    begun = {"functionCall": {"name": "f", "willContinue": True}}
    pieces = [piece("$.a.b[0]", {"stringValue": "x"}), piece("$.a.b[0]", {"stringValue": "y"})]
    pieces += [piece("$['c d']", {"numberValue": 3}), piece('$.a["e"]', {"boolValue": False}), piece("$.n", {})]
    expected = {"a": {"b": ["xy"], "e": False}, "c d": 3, "n": None}
    endings: list[list[Any]] = [[{"functionCall": {}}], [], [{"functionCall": {"name": "g"}}], [{"text": "t"}]]
    for ending in endings:
        found = blocks(*[chunk(part) for part in [begun, *pieces, *ending]], chunk(finish="STOP"))
        assert json.loads(found[0].arguments) == expected


@pytest.mark.parametrize("path", ["$", "$.a[", "$.a.b", "$[0]", "$.l[99]", "$" + ".x" * 99, ""])
def test_a_piece_that_fits_nowhere_is_garbled(path: str) -> None:
    """And costs no memory for places nobody fills."""
    pieces = [{"jsonPath": "$.a", "boolValue": True}, {"jsonPath": "$.l[0]", "boolValue": True}]
    parts = {"functionCall": {"name": "f", "partialArgs": [*pieces, {"jsonPath": path, "stringValue": "x"}]}}
    with pytest.raises(Garbled):
        fed(chunk(parts, finish="STOP"))


def test_pieces_for_no_call_are_garbled_and_an_empty_call_is_nothing() -> None:
    """The second ends a call that has ended."""
    with pytest.raises(Garbled):
        fed(chunk({"functionCall": {"partialArgs": [{"jsonPath": "$.a"}]}}))
    assert blocks(chunk({"functionCall": {}}, finish="STOP")) == []


def test_other_parts_are_handed_over_whole() -> None:
    """Pictures, code that was run, whatever comes next year."""
    picture = {"inlineData": {"mimeType": "image/png", "data": "AA=="}, "thoughtSignature": "Zg=="}
    out = fed(chunk(picture, {"news": 1}, finish="STOP"))
    assert [event.data for event in out if isinstance(event, OpaqueBlock)] == [picture, {"news": 1}]
    assert all(event.dialect == NAME for event in out if isinstance(event, OpaqueBlock))


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("MAX_TOKENS", Finish.LENGTH),
        ("SAFETY", Finish.CONTENT_FILTER),
        ("SPII", Finish.CONTENT_FILTER),
        ("OTHER", Finish.OTHER),
        ("NEW_ONE", Finish.OTHER),
        ("CONTINUATION", Finish.PAUSE),
    ],
)
def test_finish_reasons_have_their_class(reason: str, finish: Finish) -> None:
    """One that is not known is other."""
    assert answer(chunk({"text": "a"}, finish=reason)).finish is finish


def test_a_blocked_prompt_is_a_whole_answer_without_content() -> None:
    """It has no candidate."""
    found = answer({"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": COUNTS})
    assert (found.finish, found.message.content) == (Finish.CONTENT_FILTER, [])


@pytest.mark.parametrize("reason", ["MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "MALFORMED_RESPONSE"])
def test_what_the_model_could_not_write_is_garbled(reason: str) -> None:
    """Another try may do."""
    with pytest.raises(Garbled, match=reason):
        fed(chunk(finish=reason))


def test_a_missing_signature_is_the_requests_fault() -> None:
    """In words by which the request is sent again without those of others."""
    with pytest.raises(UpstreamError) as caught:
        fed(chunk(finish="MISSING_THOUGHT_SIGNATURE"))
    assert caught.value.status == 400
    assert b"THOUGHT_SIGNATURE" in caught.value.body


def test_an_error_in_the_stream_is_an_error() -> None:
    """With its status, and its body as it came."""
    with pytest.raises(UpstreamError) as caught:
        fed(chunk({"text": "a"}), {"error": {"code": 503, "status": "UNAVAILABLE", "message": "overloaded"}})
    assert caught.value.status == 503
    assert json.loads(caught.value.body)["error"]["status"] == "UNAVAILABLE"


def test_an_answer_without_a_reason_is_not_whole() -> None:
    """A clean end of bytes is none."""
    decoder = Decoder()
    decoder.feed(Event(None, json.dumps(chunk({"text": "a"}, finish="FINISH_REASON_UNSPECIFIED"))))
    assert not decoder.complete
    with pytest.raises(Garbled):
        decoder.end()


def test_what_is_spoiled_behind_the_reason_spoils_nothing() -> None:
    """It would have been counts."""
    decoder = Decoder()
    decoder.feed(Event(None, json.dumps(chunk({"text": "a"}, finish="STOP"))))
    assert decoder.complete
    assert decoder.feed(Event(None, '{"usageMeta')) == []
    assert decoder.end()[-1] == Finished(Finish.STOP)
    assert decoder.done
    assert (decoder.end(), decoder.feed(Event(None, "x"))) == ([], [])


def test_only_the_first_candidate_counts() -> None:
    """We ask for one."""
    two = chunk({"text": "a"}, finish="STOP")
    two["candidates"].append({"index": 1, "content": {"parts": [{"text": "b"}]}, "finishReason": "MAX_TOKENS"})
    assert blocks(two) == [Text("a")]
    assert answer(two).finish is Finish.STOP


def test_a_whole_body_or_a_list_of_chunks_is_read_like_a_stream() -> None:
    """Without alt=sse Google sends a list."""
    chunks = [chunk({"text": "a"}), chunk({"text": "b"}, finish="STOP")]
    listed = assembled(whole(json.dumps(chunks).encode()))
    single = assembled(whole(b"\xef\xbb\xbf" + json.dumps(chunk({"text": "ab"}, finish="STOP")).encode()))
    assert listed.message.content == single.message.content == [Text("ab")]
    with pytest.raises(UpstreamError):
        whole(b'[{"error":{"code":429,"message":"no"}}]')


@pytest.mark.parametrize("body", [b"", b"null", b"{}", b"[]", b"<html>", b"[" * 100_000, b'{"candidates":[]}', b"\xff"])
def test_what_is_no_answer_is_garbled(body: bytes) -> None:
    """Whatever it is."""
    with pytest.raises(Garbled):
        whole(body)


def test_an_answer_has_a_bounded_number_of_calls() -> None:
    """More is none."""
    with pytest.raises(Garbled):
        fed(chunk(*[{"functionCall": {"name": "f"}}] * 1025))


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KNOWN), inner, max_size=4),
    max_leaves=12,
)


@given(st.lists(ANY, max_size=4))
def test_nothing_but_the_two_errors_is_raised(payloads: list[Any]) -> None:
    """Whatever JSON comes."""
    with suppress(Garbled, UpstreamError):
        assert isinstance(fed(*payloads)[-1], Finished)
    with suppress(Garbled, UpstreamError):
        assert isinstance(whole(json.dumps(payloads).encode())[-1], Finished)


def test_an_answer_of_several_candidates_ends_with_the_last_of_them() -> None:
    """The first may be done long before the others: cut then, the answer is not whole."""
    decoder = Decoder()
    other = {"candidates": [{"index": 1, "content": {"parts": [{"text": "b"}]}}]}
    for item in (chunk({"text": "a"}), other, chunk(finish="STOP")):
        decoder.feed(Event(None, json.dumps(item)))
    assert not decoder.complete
    with pytest.raises(Garbled, match="before its finishReason"):
        decoder.end()
    decoder.feed(Event(None, json.dumps({"candidates": [{"index": 1, "finishReason": "MAX_TOKENS"}]})))
    assert decoder.complete
    assert decoder.end()[-1] == Finished(Finish.STOP)
