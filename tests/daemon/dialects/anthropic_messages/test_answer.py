"""A whole answer as one body of the Messages API."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from switchgear_protocol.content import Block, Completion, Message, Opaque, Text, Thinking, ToolCall, Usage
from switchgear_protocol.words import Finish
from switchgeard.core.issuer import Issuer
from switchgeard.core.needs import Needs
from switchgeard.dialects.anthropic_messages import NAME, Writer, answer, whole
from switchgeard.dialects.assemble import Assembler
from switchgeard.dialects.dialect import Told
from switchgeard.dialects.glimpse import Glimpse
from switchgeard.dialects.sealed import Seal, opened, seal

OWN = Issuer("claude#1", NAME, "opus")
CHAT = Issuer("glm#1", "openai.chat", "glm-5")
TOLD = Told("mine", "abc", 1, Glimpse("mine", False, Needs()))
USAGE = Usage(input=5, output=7, cache_read=3, cache_write=2, reasoning=4)


def told(*blocks: Block, issuer: Issuer = CHAT, finish: Finish = Finish.STOP) -> Any:
    return json.loads(answer(Completion(Message("assistant", list(blocks)), finish, USAGE), TOLD, issuer))


def test_an_answer_has_its_golden_body() -> None:
    """Thinking, text, a call; usage without cached tokens in the input."""
    body = told(Thinking("hm", signature="sig"), Text("Hi"), ToolCall("t", "f", '{"a":1}'), issuer=OWN)
    assert body == {
        "id": "msg_abc",
        "type": "message",
        "role": "assistant",
        "model": "mine",
        "content": [
            {"type": "thinking", "thinking": "hm", "signature": "sig"},
            {"type": "text", "text": "Hi"},
            {"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}},
        ],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {
            "input_tokens": 5,
            "cache_creation_input_tokens": 2,
            "cache_read_input_tokens": 3,
            "output_tokens": 7,
            "output_tokens_details": {"thinking_tokens": 4},
        },
    }


def test_a_plain_text_is_one_block() -> None:
    """Also when the message is a string."""
    body = json.loads(answer(Completion(Message("assistant", "Hi"), Finish.LENGTH, Usage()), TOLD, CHAT))
    assert (body["content"], body["stop_reason"]) == ([{"type": "text", "text": "Hi"}], "max_tokens")


def test_foreign_thinking_is_sealed() -> None:
    """Like a Writer does it."""
    body = told(Thinking("hm"), Thinking(redacted="blob"), ToolCall("call|1", "f"))
    assert opened(body["content"][0]["signature"]) == (CHAT, Seal(str(CHAT), ""))
    assert body["content"][1]["data"] == seal(CHAT, "blob", redacted=True)
    assert body["content"][2]["id"].startswith("sgid_")
    assert body["content"][2]["input"] == {}


def test_opaque_blocks_stay_on_their_wire() -> None:
    """Citations within their text."""
    cited = Opaque(NAME, {"type": "citations", "citations": [{"url": "u"}]})
    search = Opaque(NAME, {"type": "server_tool_use", "id": "s", "name": "n", "input": {}})
    other = Opaque("openai.responses", {"type": "citations", "citations": [1]})
    assert told(cited, search, Text("a"), cited, other, Text("b"), other, issuer=OWN)["content"] == [
        search.data,
        {"type": "text", "text": "a", "citations": [{"url": "u"}]},
        {"type": "text", "text": "b"},
    ]


BLOCKS: st.SearchStrategy[Block] = st.one_of(
    st.builds(Text, st.text(min_size=1)),
    st.builds(lambda text: Thinking(text, signature="sig", issuer=str(OWN)), st.text(min_size=1)),
    st.builds(lambda blob: Thinking(redacted=blob, issuer=str(OWN)), st.text(min_size=1)),
)


@given(st.lists(BLOCKS, max_size=6), st.lists(st.dictionaries(st.text(), st.integers()), max_size=3))
def test_an_answer_reads_back_the_same(blocks: list[Block], calls: list[dict[str, int]]) -> None:
    """Through our own decoder and assembler."""
    made = [ToolCall(f"t{at}", "f", json.dumps(call)) for at, call in enumerate(calls)]
    finish = Finish.TOOL_CALLS if made else Finish.STOP
    before = Completion(Message("assistant", [*blocks, *made]), finish, USAGE, "mine")
    assembler = Assembler(str(OWN))
    for event in whole(answer(before, TOLD, OWN)):
        assembler.feed(event)
    after = assembler.completion()
    assert not isinstance(after.message.content, str)
    assert after.message.content[: len(blocks)] == blocks
    assert [
        json.loads(b.arguments or "{}") for b in after.message.content[len(blocks) :] if isinstance(b, ToolCall)
    ] == calls
    assert (after.finish, after.usage, after.model) == (finish, USAGE, "mine")


def test_the_stop_sequence_an_answer_ended_at_is_named_where_there_is_no_doubt() -> None:
    """Other wires say only that it was one: of several it cannot be told which."""
    for asked, named in ((("END",), "END"), (("END", "STOP"), None)):
        told = Told("mine", "abc", 1, Glimpse("mine", False, Needs(), stops=asked))
        for finish, reason, sequence in (
            (Finish.STOP_SEQUENCE, "stop_sequence", named),
            (Finish.STOP, "end_turn", None),
        ):
            body = json.loads(answer(Completion(Message("assistant", []), finish, USAGE), told, CHAT))
            assert (body["stop_reason"], body["stop_sequence"]) == (reason, sequence)
            [delta] = [json.loads(e.data) for e in Writer(told).finish(finish, USAGE) if e.event == "message_delta"]
            assert delta["delta"] == {"stop_reason": reason, "stop_sequence": sequence}
