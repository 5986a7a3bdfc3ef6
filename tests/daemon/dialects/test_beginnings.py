"""How a conversation begins, on wires that want the user to begin it."""

import json
from typing import Any

import pytest

from switchgear_protocol.content import Message, Request, Thinking
from switchgeard.core.issuer import Issuer
from switchgeard.core.offer import Features
from switchgeard.dialects.known import DIALECTS
from switchgeard.dialects.turns import BEGUN

MODELS = {
    "openai.chat": "gpt-5.5",
    "openai.responses": "gpt-5.5",
    "anthropic.messages": "claude-opus-4-6",
    "google.generate": "gemini-3-pro",
}
TURNS = {"openai.chat": "messages", "openai.responses": "input", "anthropic.messages": "messages"}
EACH = pytest.mark.parametrize("wire", MODELS)


def turns(wire: str, request: Request) -> list[dict[str, Any]]:
    """What is said in the body, the system prompt not counted where it has a place of its own."""
    issuer = Issuer("p#1", wire, MODELS[wire])
    body = DIALECTS[wire].encode(request, MODELS[wire], stream=True, issuer=issuer, features=Features())
    found: list[dict[str, Any]] = json.loads(body)[TURNS.get(wire, "contents")]
    return found


@EACH
def test_a_system_prompt_alone_is_said_once(wire: str) -> None:
    """As what there is to answer: a request without a message is a 400."""
    request = Request([], system="Greet the user.")
    [turn] = turns(wire, request)
    assert turn["role"] == {"openai.chat": "system", "openai.responses": "developer"}.get(wire, "user")
    issuer = Issuer("p#1", wire, MODELS[wire])
    body = DIALECTS[wire].encode(request, MODELS[wire], stream=True, issuer=issuer, features=Features())
    assert body.count(b"Greet the user.") == 1


@EACH
def test_system_messages_alone_are_said_too(wire: str) -> None:
    """However the client put them."""
    assert "Greet the user." in json.dumps(turns(wire, Request([Message("system", "Greet the user.")])))


@pytest.mark.parametrize("wire", ["anthropic.messages", "google.generate"])
def test_the_user_speaks_first_where_the_wire_wants_it(wire: str) -> None:
    """Chats that open with a greeting of the assistant are everyday."""
    first, second, third = turns(wire, Request([Message("assistant", "How can I help?"), Message("user", "Sing.")]))
    assert [turn["role"] for turn in (first, third)] == ["user", "user"]
    assert BEGUN in json.dumps(first)
    assert "How can I help?" in json.dumps(second)


@EACH
def test_nothing_left_is_still_a_turn(wire: str) -> None:
    """All that was said belongs to another issuer: what remains is not empty."""
    if wire != "openai.chat":  # there a lone thought is no message, and the host says so
        request = Request([Message("assistant", [Thinking("hm", "sig", issuer="q#2|x|y")])])
        assert BEGUN in json.dumps(turns(wire, request))
