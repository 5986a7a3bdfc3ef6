"""What routing has to know of a client's body."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgeard.core.estimate import IMAGE_TOKENS, PAGE_TOKENS
from switchgeard.core.issuer import Issuer
from switchgeard.core.needs import USES
from switchgeard.dialects.glimpse import Glimpse, Unreadable
from switchgeard.dialects.google_generate import NAME, glimpse
from switchgeard.dialects.google_generate.signature import BYPASS, carried
from switchgeard.dialects.sealed import opened

USER = {"role": "user", "parts": [{"text": "Hi"}]}
MODEL = {"role": "model", "parts": [{"text": "Ho"}]}
CALL = {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {}}}]}
RESULT = {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {}}}]}


def seen(*contents: Any, **body: Any) -> Glimpse:
    given = {"contents": list(contents) or [USER], **body}
    return glimpse(json.dumps(given).encode(), model="opus", stream=True)


def part(**fields: Any) -> dict[str, Any]:
    return {"role": "user", "parts": [fields]}


def uses(*contents: Any, **body: Any) -> set[str]:
    found = set(seen(*contents, **body).needs.uses)
    assert found <= set(USES)
    return found


def test_model_and_manner_are_the_urls() -> None:
    """A body that is sent without a URL names its model as Google does."""
    assert (seen().model, seen().stream, seen().needs.dialect) == ("opus", True, NAME)
    alone = glimpse(b'{"model":"models/opus","contents":[{"parts":[{"text":"a"}]}]}')
    assert (alone.model, alone.stream) == ("opus", False)


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        (b"", None),
        (b"[]", None),
        (b"{}", "contents"),
        (b'{"contents":[]}', "contents"),
        (b'{"contents":"Hi"}', "contents"),
        (b'{"contents":[{"role":"system","parts":[]}]}', "contents.0.role"),
        (b'{"contents":[{"parts":"Hi"}]}', "contents.0.parts"),
        (b'{"contents":[{"parts":[{"thoughtSignature":1}]}]}', "contents.0.parts.0.thoughtSignature"),
        (b'{"contents":[{}],"generationConfig":{"maxOutputTokens":"many"}}', "generationConfig.maxOutputTokens"),
        (b'{"x":' + b"[" * 100_000, None),
    ],
)
def test_what_is_no_body_is_unreadable_and_says_where(body: bytes, parameter: str | None) -> None:
    """In the body's own words."""
    with pytest.raises(Unreadable) as caught:
        glimpse(body, model="m", stream=False)
    assert caught.value.parameter == parameter
    assert caught.value.message


def test_a_model_has_to_be_named_somewhere() -> None:
    """Else nobody could be asked."""
    with pytest.raises(Unreadable) as caught:
        glimpse(b'{"contents":[{}]}')
    assert caught.value.parameter == "model"


def test_needs_are_what_the_body_has() -> None:
    """Tools by declaration or by a call; pictures, pages, a form, thinking, the limit."""
    assert seen(tools=[{"functionDeclarations": [{"name": "f"}]}]).needs.tools
    assert seen(USER, CALL, RESULT).needs.tools
    assert not seen(tools=[{"googleSearch": {}}]).needs.tools
    assert seen(part(inlineData={"mimeType": "image/png", "data": "AA"})).needs.images
    assert seen(part(inlineData={"mimeType": "application/pdf", "data": "AA"})).needs.pdf
    assert not seen(part(inlineData={"mimeType": "text/plain", "data": "AA"})).needs.pdf
    assert seen(generationConfig={"responseSchema": {"type": "OBJECT"}}).needs.json_schema
    assert seen(generationConfig={"responseJsonSchema": {}}).needs.json_schema
    assert not seen(generationConfig={"responseMimeType": "application/json"}).needs.json_schema
    assert seen(generationConfig={"maxOutputTokens": 7}).needs.output_tokens == 7


@pytest.mark.parametrize(
    ("config", "thinks"),
    [
        ({"thinkingLevel": "LOW"}, True),
        ({"thinkingBudget": -1}, True),
        ({"include_thoughts": True}, True),
        ({"thinkingBudget": 0, "includeThoughts": True}, False),
        ({}, False),
    ],
)
def test_thinking_is_a_need_when_it_is_asked_for(config: dict[str, Any], thinks: bool) -> None:
    """A budget of nothing asks for none."""
    assert seen(generationConfig={"thinkingConfig": config}).needs.reasoning is thinks


@pytest.mark.parametrize(
    ("body", "use"),
    [
        ({"tools": [{"googleSearch": {}}]}, "hosted_tools"),
        ({"tools": [{"functionDeclarations": [], "codeExecution": {}}]}, "hosted_tools"),
        ({"contents": [USER, {"role": "model", "parts": [{"executableCode": {}}]}, USER]}, "hosted_tools"),
        ({"cachedContent": "cachedContents/1"}, "server_state"),
        ({"generationConfig": {"candidateCount": 2}}, "many_answers"),
        ({"generationConfig": {"responseLogprobs": True}}, "logprobs"),
        ({"generationConfig": {"responseModalities": ["TEXT", "AUDIO"]}}, "audio"),
        ({"generationConfig": {"responseModalities": ["Image"]}}, "images_out"),
        ({"generationConfig": {"speechConfig": {}}}, "audio"),
        ({"generationConfig": {"seed": 0}}, "seed"),
        ({"generationConfig": {"presencePenalty": 0.5}}, "penalties"),
        ({"generationConfig": {"topK": 40}}, "top_k"),
        ({"generationConfig": {"stopSequences": ["a"]}}, "stop"),
        ({"generationConfig": {"stopSequences": list("abcde")}}, "many_stops"),
        ({"contents": [USER, MODEL]}, "prefill"),
        ({"contents": [part(inlineData={"mimeType": "audio/wav", "data": "AA"})]}, "audio"),
        ({"contents": [part(inlineData={"mimeType": "video/mp4", "data": "AA"})]}, "audio"),
        ({"contents": [part(fileData={"fileUri": "gs://b/f", "mimeType": "application/pdf"})]}, "files"),
        (
            {
                "contents": [
                    part(
                        fileData={
                            "fileUri": "https://generativelanguage.googleapis.com/v1beta/files/1",
                            "mimeType": "image/png",
                        }
                    )
                ]
            },
            "files",
        ),
        ({"contents": [part(fileData={"fileUri": "https://x/y.png", "mimeType": "image/png"})]}, "image_urls"),
    ],
)
def test_each_use_is_seen(body: dict[str, Any], use: str) -> None:
    """What some other wire cannot say."""
    assert uses(*body.pop("contents", ()), **body) == {use}
    assert uses() == set()


def test_a_turn_begins_with_the_users_own_words() -> None:
    """Not with a tool's."""
    assert seen(USER, MODEL, USER).turn_boundary
    assert not seen(USER, CALL, RESULT).turn_boundary
    assert not seen(USER, MODEL).turn_boundary


def test_the_opening_is_the_instruction_and_what_the_user_said_first() -> None:
    """The same in every later request."""
    system = {"parts": [{"text": "s"}]}
    first = seen(USER, systemInstruction=system)
    assert first.opening == seen(USER, MODEL, USER, systemInstruction=system).opening
    assert first.opening != seen(USER).opening != seen(part(text="Ho")).opening


def test_signatures_are_told_in_one_form_and_seals_opened() -> None:
    """However the client's library spelled them; Google's dummy is nobody's."""
    seal = carried(Issuer("a#1", "anthropic.messages", "m"), "sig")
    parts = [{"text": "", "thoughtSignature": text} for text in ("-_8", BYPASS, seal)]
    found = seen(USER, {"role": "model", "parts": parts}, USER).sealed
    assert found[0] == "+/8="
    opening = opened(found[1])
    assert opening is not None
    assert (len(found), opening[1].blob) == (2, "sig")


def test_kept_state_is_told() -> None:
    """It binds to who keeps it."""
    assert seen(cachedContent="cachedContents/1").server_state == ("cachedContents/1",)


def test_media_and_signatures_are_not_counted_as_text() -> None:
    """Pictures cost what pictures cost."""
    blob = "A" * 350_000
    bare = seen().needs.input_tokens
    picture = seen(USER, part(inlineData={"mimeType": "image/png", "data": blob})).needs.input_tokens
    assert bare + IMAGE_TOKENS <= picture < bare + IMAGE_TOKENS + 50
    pages = seen(USER, part(inlineData={"mimeType": "application/pdf", "data": blob})).needs.input_tokens
    assert pages < bare + 7 * PAGE_TOKENS
    signed = seen(USER, {"role": "model", "parts": [{"text": "", "thoughtSignature": blob}]}).needs.input_tokens
    assert signed < bare + 50
    nested = {"name": "f", "parts": [{"inlineData": {"mimeType": "image/png", "data": blob}}]}
    assert seen(USER, part(functionResponse=nested)).needs.input_tokens < bare + IMAGE_TOKENS + 50
    assert seen(part(text="x" * 3500)).needs.input_tokens >= 1000


NAMES = ("contents", "parts", "text", "role", "functionCall", "name", "inline_data", "generationConfig", "tools")
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["user", "model", "x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)


@given(ANY | st.builds(lambda inner: {"contents": [{"parts": [inner]}]}, ANY))
def test_nothing_but_unreadable_is_raised(body: Any) -> None:
    """Whatever JSON comes."""
    try:
        found = glimpse(json.dumps(body).encode(), model="m", stream=True)
    except Unreadable as bad:
        found = None
        words = bad.message
    assert found or words
