"""An answer as openai.responses streams it."""

import json
from typing import Any

import pytest
from hypothesis import given

from answering import FOREIGN, completions, events_of, told
from switchgear_protocol.content import Completion, Usage
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
from switchgeard.dialects import openai_responses, sealed
from switchgeard.dialects.openai_responses.tools import Spelling
from switchgeard.dialects.tool_ids import original

OWN = Issuer("openai#1", "openai.responses", "gpt-5.5")
USAGE = Usage(input=10, output=5, cache_read=3, cache_write=2, reasoning=4)
SPELLED: dict[str, Spelling] = {
    "patch": ("custom", "patch", ""),
    "ns__f": ("function", "f", "ns"),
    "local_shell": ("local_shell", "", ""),
    "shell": ("shell", "", ""),
    "apply_patch": ("apply_patch", "", ""),
    "tool_search": ("tool_search", "", ""),
}

Payloads = list[dict[str, Any]]


def wrote(
    *events: StreamEvent, issuer: Issuer = FOREIGN, finish: Finish = Finish.STOP, spelled: Any = SPELLED
) -> Payloads:
    """The payloads of the whole stream."""
    writer = openai_responses.Writer(told(openai_responses, spelled=spelled))
    writer.begin(issuer)
    out = [made for event in events for made in writer.feed(event)] + writer.finish(finish, USAGE)
    assert all(event.event == json.loads(event.data)["type"] for event in out)
    return [json.loads(event.data) for event in out]


def output(*events: StreamEvent, **how: Any) -> Payloads:
    """The items of the response that ends the stream."""
    return list(wrote(*events, **how)[-1]["response"]["output"])


def call(key: str, name: str, arguments: str) -> list[StreamEvent]:
    return [ToolStart(key, name), ToolArgsDelta(key, arguments), BlockEnd(key)]


def well_formed(payloads: Payloads) -> None:
    """Numbers in a row; every item begins, ends, and stands in the response as it ended; deltas add up."""
    assert [payload["sequence_number"] for payload in payloads] == list(range(len(payloads)))
    assert [payload["type"] for payload in payloads[:2]] == ["response.created", "response.in_progress"]
    places = range(len(payloads[-1]["response"]["output"]))
    for place in places:
        own = [payload for payload in payloads if payload.get("output_index") == place]
        assert (own[0]["type"], own[-1]["type"]) == ("response.output_item.added", "response.output_item.done")
        assert own[-1]["item"] == payloads[-1]["response"]["output"][place]
        assert {payload["item_id"] for payload in own[1:-1]} <= {own[0]["item"]["id"]}
        _adds_up(own)


def _adds_up(own: Payloads) -> None:
    written = ""
    for payload in own:
        if payload["type"].endswith(".delta"):
            written += payload["delta"]
        for field in ("text", "arguments", "input"):
            if payload["type"].endswith(".done") and field in payload:
                assert payload[field] == written
                written = ""
    assert written == ""


def test_a_stream_has_its_golden_form() -> None:
    """Created, in progress, item and part begin, deltas, part and item end, completed."""
    payloads = wrote(Start("up", "m"), TextDelta("Hi"), TextDelta("!"), BlockEnd())
    assert [payload["type"].removeprefix("response.") for payload in payloads] == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    well_formed(payloads)
    last = payloads[-1]["response"]
    assert (last["id"], last["model"], last["created_at"]) == ("resp_0a1b2c", "opus", 1_763_890_000)
    part = {"type": "output_text", "annotations": [], "logprobs": [], "text": "Hi!"}
    item = {"id": "msg_0a1b2c_0", "type": "message", "status": "completed", "role": "assistant", "content": [part]}
    assert last["output"] == [item]
    assert last["usage"] == {
        "input_tokens": 15,
        "input_tokens_details": {"cached_tokens": 3, "cache_write_tokens": 2},
        "output_tokens": 5,
        "output_tokens_details": {"reasoning_tokens": 4},
        "total_tokens": 20,
    }
    assert (
        payloads[0]["response"]
        == payloads[1]["response"]
        == {**last, "status": "in_progress", "output": [], "usage": None}
    )


@pytest.mark.parametrize(
    ("finish", "status", "reason"),
    [
        (Finish.STOP, "completed", None),
        (Finish.TOOL_CALLS, "completed", None),
        (Finish.STOP_SEQUENCE, "completed", None),
        (Finish.PAUSE, "completed", None),
        (Finish.OTHER, "completed", None),
        (Finish.LENGTH, "incomplete", "max_output_tokens"),
        (Finish.CONTEXT_LENGTH, "incomplete", "max_output_tokens"),
        (Finish.CONTENT_FILTER, "incomplete", "content_filter"),
        (Finish.REFUSAL, "incomplete", "content_filter"),
    ],
)
def test_the_finish_is_a_status_and_a_reason(finish: Finish, status: str, reason: str | None) -> None:
    """And the name of the last event."""
    last = wrote(TextDelta("a"), finish=finish)[-1]
    assert (last["type"], last["response"]["status"]) == (f"response.{status}", status)
    assert last["response"]["incomplete_details"] == ({"reason": reason} if reason else None)


def test_text_in_a_row_is_one_message() -> None:
    """A part for each block; what was not ended goes on, also for another offer."""
    writer = openai_responses.Writer(told(openai_responses))
    out = []
    for event in (
        Start("a", "m"),
        TextDelta("one"),
        Start("b", "m"),
        TextDelta(" two"),
        BlockEnd(),
        TextDelta("three"),
    ):
        writer.begin(FOREIGN)
        out += writer.feed(event)
    payloads = [json.loads(event.data) for event in out + writer.finish(Finish.STOP, USAGE)]
    well_formed(payloads)
    [item] = payloads[-1]["response"]["output"]
    assert [part["text"] for part in item["content"]] == ["one two", "three"]


def test_an_answer_without_content_is_one_too() -> None:
    """A beginning and an end."""
    assert [payload["type"] for payload in wrote()] == [
        "response.created",
        "response.in_progress",
        "response.completed",
    ]
    assert output(TextDelta(""), ReasoningDelta(""), BlockEnd()) == []


# --- reasoning


def test_foreign_reasoning_is_sealed() -> None:
    """Also what had no signature: a client sends it back, and it has to be known again."""
    events = (
        ReasoningDelta("h"),
        ReasoningDelta("m"),
        ReasoningSignature("sig"),
        BlockEnd(),
        ReasoningDelta("x"),
        BlockEnd(),
    )
    payloads = wrote(*events)
    well_formed(payloads)
    signed, unsigned = payloads[-1]["response"]["output"]
    assert signed["summary"] == [{"type": "summary_text", "text": "hm"}]
    assert [sealed.opened(item["encrypted_content"]) for item in (signed, unsigned)] == [
        (FOREIGN, sealed.Seal(str(FOREIGN), "sig")),
        (FOREIGN, sealed.Seal(str(FOREIGN), "")),
    ]


def test_own_reasoning_keeps_its_seal() -> None:
    """Raw; what has none gets none."""
    first, second = output(ReasoningSignature("gAAA"), BlockEnd(), ReasoningDelta("x"), BlockEnd(), issuer=OWN)
    assert (first["encrypted_content"], first["summary"]) == ("gAAA", [])
    assert "encrypted_content" not in second


def test_redacted_thinking_is_a_seal_without_a_summary() -> None:
    """It says what it was."""
    [item] = output(ReasoningSignature("blob", redacted=True), BlockEnd())
    assert item["summary"] == []
    assert sealed.opened(item["encrypted_content"]) == (FOREIGN, sealed.Seal(str(FOREIGN), "blob", redacted=True))


def test_one_thing_ends_where_another_begins() -> None:
    """Nobody has to say that a block is over."""
    payloads = wrote(ReasoningDelta("hm"), TextDelta("a"), ReasoningDelta("hm"), *call("c", "f", "{}"), TextDelta("b"))
    well_formed(payloads)
    kinds = [item["type"] for item in payloads[-1]["response"]["output"]]
    assert kinds == ["reasoning", "message", "reasoning", "function_call", "message"]


# --- calls


def test_calls_side_by_side_keep_their_places() -> None:
    """Arguments as they come; ids every client takes, which can be read back."""
    payloads = wrote(
        ToolStart("toolu|1", "f"),
        ToolStart("b", "g"),
        ToolArgsDelta("b", "{"),
        ToolArgsDelta("toolu|1", '{"x":1}'),
        ToolArgsDelta("b", "}"),
        BlockEnd("toolu|1"),
        BlockEnd("b"),
    )
    well_formed(payloads)
    first, second = payloads[-1]["response"]["output"]
    assert (first["name"], first["arguments"], second["name"], second["arguments"]) == ("f", '{"x":1}', "g", "{}")
    assert (original(first["call_id"]), second["call_id"]) == ("toolu|1", "b")
    assert "|" not in first["call_id"]


def test_a_call_without_arguments_has_an_object() -> None:
    """Clients parse it."""
    payloads = wrote(ToolStart("c", "f"), BlockEnd("c"))
    well_formed(payloads)
    assert payloads[-1]["response"]["output"][0]["arguments"] == "{}"


def test_free_text_is_free_text_again() -> None:
    """In one piece; arguments that are none are handed over as they are."""
    payloads = wrote(*call("c", "patch", '{"input":"*** Begin\\n"}'))
    well_formed(payloads)
    assert [payload["type"] for payload in payloads[3:5]] == [
        "response.custom_tool_call_input.delta",
        "response.custom_tool_call_input.done",
    ]
    item = {"id": "ctc_0a1b2c_0", "type": "custom_tool_call", "name": "patch", "call_id": "c", "status": "completed"}
    assert payloads[-1]["response"]["output"] == [{**item, "input": "*** Begin\n"}]
    for odd in ('{"other":1}', "*** Begin", '{"input":5}'):
        assert output(*call("c", "patch", odd))[0]["input"] == odd


def test_a_namespace_is_apart_from_the_name() -> None:
    """As the client declared it."""
    [item] = output(*call("c", "ns__f", "{}"))
    assert (item["type"], item["namespace"], item["name"]) == ("function_call", "ns", "f")


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        (
            "local_shell",
            '{"command":["ls"]}',
            {"type": "local_shell_call", "action": {"type": "exec", "command": ["ls"], "env": {}}},
        ),
        (
            "shell",
            '{"commands":["ls"]}',
            {
                "type": "shell_call",
                "action": {"commands": ["ls"], "timeout_ms": None, "max_output_length": None},
                "environment": {"type": "local"},
            },
        ),
        (
            "apply_patch",
            '{"type":"delete_file","path":"x"}',
            {"type": "apply_patch_call", "operation": {"type": "delete_file", "path": "x", "diff": ""}},
        ),
        (
            "tool_search",
            '{"query":"x"}',
            {"type": "tool_search_call", "execution": "client", "arguments": {"query": "x"}},
        ),
    ],
)
def test_calls_of_other_shapes_come_in_one_piece(name: str, arguments: str, expected: dict[str, Any]) -> None:
    """With what the shape asks for beside."""
    payloads = wrote(*call("c", name, arguments))
    well_formed(payloads)
    assert [payload["type"] for payload in payloads[2:-1]] == [
        "response.output_item.added",
        "response.output_item.done",
    ]
    [item] = payloads[-1]["response"]["output"]
    assert {field: item[field] for field in expected} == expected
    assert (item["call_id"], item["status"]) == ("c", "completed")


# --- what this dialect said itself, and errors


def test_own_items_are_told_as_they_are() -> None:
    """Those of other dialects have no place here; notes go into their message."""
    item = {"type": "web_search_call", "id": "ws_1", "status": "completed"}
    notes = {"type": "message_notes", "phase": "commentary", "annotations": [[{"type": "url_citation"}]]}
    payloads = wrote(
        OpaqueBlock("openai.responses", item),
        OpaqueBlock("anthropic.messages", {"type": "server_tool_use"}),
        TextDelta("a"),
        BlockEnd(),
        OpaqueBlock("openai.responses", notes),
        issuer=OWN,
    )
    well_formed(payloads)
    search, message = payloads[-1]["response"]["output"]
    assert search == item
    assert (message["phase"], message["content"][0]["annotations"]) == ("commentary", [{"type": "url_citation"}])


@pytest.mark.parametrize(
    ("events", "item"),
    [
        ([TextDelta("a")], {"status": "incomplete"}),
        ([ReasoningDelta("hm")], {"summary": [{"type": "summary_text", "text": "hm"}]}),
        ([ToolStart("c", "f"), ToolArgsDelta("c", "{")], {"status": "incomplete", "arguments": ""}),
    ],
)
def test_an_answer_that_is_cut_fails_with_what_there_is(events: list[StreamEvent], item: dict[str, Any]) -> None:
    """No item and no response is called complete, and nothing comes behind."""
    writer = openai_responses.Writer(told(openai_responses))
    writer.begin(FOREIGN)
    for event in events:
        writer.feed(event)
    [last] = [json.loads(event.data) for event in writer.fail(error("interrupted", "Cut", detail="It went away"))]
    response = last["response"]
    assert (last["type"], response["status"]) == ("response.failed", "failed")
    assert response["error"] == {"code": "server_error", "message": "Cut. It went away."}
    assert {field: response["output"][0][field] for field in item} == item


def test_an_error_behind_events_that_were_passed_on_begins_nothing() -> None:
    """The writer has not been fed: the client holds the provider's own beginning."""
    writer = openai_responses.Writer(told(openai_responses))
    assert [event.event for event in writer.fail(error("interrupted", "No"))] == ["response.failed"]


@given(completions())
def test_any_answer_is_well_formed(answer: Completion) -> None:
    """Whatever it holds."""
    well_formed(wrote(*events_of(answer)[:-2], finish=answer.finish, spelled={}))
