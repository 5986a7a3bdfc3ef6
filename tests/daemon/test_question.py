"""Question: how what a client asked is put to one offer."""

import json
from typing import Any

import msgspec
import pytest

from sample_offers import offer
from switchgear_protocol.content import Message, Request, ResponseFormat, Text, ToolResult
from switchgeard.core.issuer import Issuer
from switchgeard.core.offer import Features, Offer
from switchgeard.dialects import anthropic_messages, openai_chat
from switchgeard.question import CONTINUE, Manner, Theirs, Wording, ours

CHAT, MESSAGES = openai_chat.NAME, anthropic_messages.NAME
BODY = b'{"model":"m", "max_tokens":50, "messages":[{"role":"user","content":"hello"}], "zz":1}'
HERE, THERE = Issuer("p#1", MESSAGES, "m-1"), Issuer("q#1", MESSAGES, "m-1")
KNOWN = {"by-here": HERE, "by-there": THERE}


def asked(body: bytes = BODY, **more: Any) -> Theirs:
    glimpse = anthropic_messages.glimpse(body)
    return Theirs(anthropic_messages, body, glimpse, KNOWN.get, **more)


def speaking(wire: str, **more: Any) -> Offer:
    return msgspec.structs.replace(offer(), wire=wire, **more)


def worded(question: Theirs, to: Offer, manner: Manner = Manner()) -> Wording:  # noqa: B008 - frozen
    return question.wording(to, Issuer("p#1", to.wire, to.model), manner)


def signed(*signatures: str) -> bytes:
    """A conversation with one thinking block per signature."""
    thoughts = [{"type": "thinking", "thinking": "hm", "signature": s} for s in signatures]
    turns = [
        {"role": "user", "content": "hello"},
        {"role": "assistant", "content": [*thoughts, {"type": "text", "text": "Hi."}]},
        {"role": "user", "content": "and?"},
    ]
    return json.dumps({"model": "m", "max_tokens": 50, "messages": turns}).encode()


def signatures(wording: Wording) -> list[str]:
    said = json.loads(wording.body)["messages"][1]["content"]
    return [block["signature"] for block in said if block["type"] == "thinking"]


def test_an_offer_of_the_same_dialect_gets_the_clients_own_bytes() -> None:
    """With its own name for the model, and the headers that belong to the words."""
    to = speaking(MESSAGES)
    wording = worded(asked(headers=(("anthropic-beta", "b"),)), to)
    assert wording.body == BODY.replace(b'"m"', json.dumps(to.model).encode())
    assert (wording.passing, wording.stream, wording.headers) == (True, False, (("anthropic-beta", "b"),))


def test_an_offer_of_another_dialect_gets_a_translation() -> None:
    """Always streamed, so that silence means something; without the client's headers."""
    wording = worded(asked(headers=(("anthropic-beta", "b"),)), speaking(CHAT))
    sent = json.loads(wording.body)
    assert sent["messages"] == [{"role": "user", "content": "hello"}]
    assert (wording.passing, wording.stream, sent["stream"], wording.headers) == (False, True, True, ())


def test_what_is_continued_is_translated() -> None:
    """The beginning of an answer is ours to add."""
    sent = json.loads(worded(asked(), speaking(MESSAGES), Manner(so_far="Once")).body)
    assert [message["role"] for message in sent["messages"]] == ["user", "assistant", "user"]
    assert CONTINUE in json.dumps(sent["messages"][2])


def test_what_the_offer_cannot_do_is_taken_out_of_a_translation() -> None:
    """A downgrade the user allowed; the client's own bytes would still ask for it."""
    body = json.dumps(json.loads(BODY) | {"tools": [{"name": "f", "input_schema": {"type": "object"}}]}).encode()
    poor = speaking(MESSAGES, features=Features(tools=False))
    wording = worded(asked(body), poor)
    assert not wording.passing
    assert "tools" not in json.loads(wording.body)


def test_more_than_the_offer_puts_out_is_not_asked_of_it() -> None:
    """It would refuse what the one before it took."""
    small = speaking(MESSAGES, features=Features(max_output=20))
    assert json.loads(worded(asked(), small).body)["max_tokens"] == 20
    assert json.loads(worded(asked(), speaking(MESSAGES)).body)["max_tokens"] == 50


def test_what_another_sealed_stays_behind() -> None:
    """Its own goes, and what nobody is known to have sealed."""
    question = asked(signed("by-here", "by-there", "by-nobody"))
    assert signatures(worded(question, speaking(MESSAGES))) == ["by-here", "by-nobody"]


def test_asked_plainly_nothing_sealed_goes() -> None:
    """After an objection."""
    question = asked(signed("by-here", "by-nobody"))
    assert signatures(worded(question, speaking(MESSAGES), Manner(plain=True))) == []


def test_a_transcript_with_nothing_foreign_is_not_touched() -> None:
    """Byte for byte."""
    body = signed("by-here", "by-nobody")
    to = speaking(MESSAGES)
    assert worded(asked(body), to).body == body.replace(b'"m"', json.dumps(to.model).encode())


def test_only_plain_text_is_put_together_from_two() -> None:
    """A structured answer never."""
    assert ours(Request([Message("user", "x")])).splices
    assert not ours(Request([Message("user", "x")], response_format=ResponseFormat("json"))).splices
    assert not ours(Request([Message("user", "x")], stop=list("abcde"))).splices  # not all of them would go along
    assert asked().splices


@pytest.mark.parametrize(
    ("last", "boundary"),
    [
        (Message("user", "x"), True),
        (Message("user", [Text("x")]), True),
        (Message("user", [ToolResult("1")]), False),
        (Message("assistant", "x"), False),
    ],
)
def test_between_turns_the_last_word_is_the_users(last: Message, boundary: bool) -> None:
    """Not a tool's."""
    assert ours(Request([last])).turn_boundary is boundary


def test_only_as_many_stop_sequences_as_the_offer_takes_are_told_it() -> None:
    """Four, where its kind does not say that it takes any number: of a loss the gate has told."""
    stops = list("abcdef")
    question = ours(Request([Message("user", "x")], stop=stops))
    issuer = Issuer("p#1", CHAT, "m-1")

    def told(to: Offer) -> Any:
        return json.loads(question.wording(to, issuer, Manner()).body)["stop"]

    assert told(speaking(CHAT)) == stops[:4]
    assert told(speaking(CHAT, carries=frozenset({"many_stops"}))) == stops
