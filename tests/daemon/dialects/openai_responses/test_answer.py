"""A whole answer as the body of openai.responses."""

import json

from hypothesis import given

from answering import FOREIGN, completions, events_of, streamed, told
from switchgear_protocol.content import Block, Completion, Message, Opaque, Text, Thinking, Usage
from switchgear_protocol.words import Finish
from switchgeard.core.issuer import Issuer
from switchgeard.dialects import openai_responses, sealed


@given(completions())
def test_a_body_is_what_its_stream_ends_with(answer: Completion) -> None:
    """The very same response."""
    body = openai_responses.answer(answer, told(openai_responses), FOREIGN)
    last = streamed(openai_responses, events_of(answer), told(openai_responses))[-1]
    assert json.loads(body) == json.loads(last.data)["response"]


def test_what_only_its_issuer_understands_is_told_too() -> None:
    """Redacted thinking in a seal, items of this dialect as they are."""
    item = {"type": "web_search_call", "id": "ws_1"}
    blocks: list[Block] = [
        Thinking(redacted="blob"),
        Text("a"),
        Opaque("openai.responses", item),
        Opaque("other", item),
    ]
    answer = Completion(Message("assistant", blocks), Finish.STOP, Usage())
    body = json.loads(openai_responses.answer(answer, told(openai_responses), FOREIGN))
    assert [found["type"] for found in body["output"]] == ["reasoning", "message", "web_search_call"]
    assert sealed.opened(body["output"][0]["encrypted_content"]) == (
        FOREIGN,
        sealed.Seal(str(FOREIGN), "blob", redacted=True),
    )
    assert body["output"][2] == item


def test_its_own_issuers_reasoning_is_not_sealed_again() -> None:
    """The provider has done that."""
    own = Issuer("openai#1", "openai.responses", "m")
    answer = Completion(Message("assistant", [Thinking("hm", "gAAA")]), Finish.STOP, Usage())
    body = json.loads(openai_responses.answer(answer, told(openai_responses), own))
    assert body["output"][0]["encrypted_content"] == "gAAA"
