"""What routing sees of a body of anthropic.messages without decoding it."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgeard.core.estimate import IMAGE_TOKENS
from switchgeard.dialects.anthropic_messages import NAME, glimpse
from switchgeard.dialects.glimpse import Glimpse, Unreadable
from switchgeard.dialects.reading import STOPS_ITSELF

USER = {"role": "user", "content": "Hi"}
PNG = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "A" * 7000}}
PDF = {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "A" * 80_000}}

BLOCK = '{"model":"m","messages":[{"role":"user","content":[%s]}]}'

FIELDS = st.sampled_from(["type", "role", "content", "text", "source", "data", "id"])
SCALARS = st.none() | st.booleans() | st.integers() | st.text()
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(FIELDS, inner))


def seen(**members: Any) -> Glimpse:
    return glimpse(json.dumps({"model": "m", "max_tokens": 9, "messages": [USER], **members}).encode())


def said(*content: dict[str, Any], role: str = "user") -> Glimpse:
    return seen(messages=[{"role": role, "content": list(content)}])


def user(block: dict[str, Any]) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": [block]}]}


def helped(block: dict[str, Any]) -> dict[str, Any]:
    return {"messages": [USER, {"role": "assistant", "content": [block]}, USER]}


def refused(body: bytes | str) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        glimpse(body if isinstance(body, bytes) else body.encode())
    return caught.value


def test_a_plain_request_needs_nothing() -> None:
    """Model, limit and dialect; the user's turn."""
    found = seen()
    assert (found.model, found.stream, found.turn_boundary) == ("m", False, True)
    assert found.needs.dialect == NAME
    assert found.needs.output_tokens == 9
    assert found.needs.uses == frozenset()
    assert not found.needs.tools
    assert not found.needs.images
    assert not found.needs.pdf
    assert not found.needs.reasoning
    assert 10 <= found.needs.input_tokens <= 30


def test_what_the_url_says_counts() -> None:
    """Model and stream, where it names them."""
    found = glimpse(b'{"messages":[{"role":"user","content":"Hi"}]}', model="x", stream=True)
    assert (found.model, found.stream) == ("x", True)
    assert seen(stream=True).stream


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ("", None),
        ("<html>", None),
        ("[1]", None),
        ("null", None),
        ('{"messages":[]}', "model"),
        ('{"model":"","messages":[{"role":"user","content":""}]}', "model"),
        ('{"model":1,"messages":[{"role":"user","content":""}]}', "model"),
        ('{"model":"m"}', "messages"),
        ('{"model":"m","messages":[]}', "messages"),
        ('{"model":"m","messages":{}}', "messages"),
        ('{"model":"m","messages":[{"role":"user","content":"a"},{"role":"tool","content":""}]}', "messages.1.role"),
        ('{"model":"m","messages":[{"role":"user"}]}', "messages.0.content"),
        ('{"model":"m","messages":[{"role":"user","content":5}]}', "messages.0.content"),
        (BLOCK % '{"text":""}', "messages.0.content.0.type"),
        (BLOCK % '{"type":"tool_result"}', "messages.0.content.0.tool_use_id"),
        (BLOCK % '{"type":"image"}', "messages.0.content.0.source.type"),
        ('{"model":"m","max_tokens":"1","messages":[{"role":"user","content":""}]}', "max_tokens"),
        ('{"model":"m","stream":1,"messages":[{"role":"user","content":""}]}', "stream"),
        ('{"model":"m","system":1,"messages":[{"role":"user","content":""}]}', "system"),
        ('{"model":"m","tools":{},"messages":[{"role":"user","content":""}]}', "tools"),
    ],
)
def test_what_is_wrong_is_named(body: str, parameter: str | None) -> None:
    """The dotted path, in the message too."""
    problem = refused(body)
    assert problem.parameter == parameter
    assert (parameter or "body") in problem.message


RESULT = '[{"type":"tool_result","tool_use_id":"t","content":'


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), (RESULT, "}]")])
@pytest.mark.parametrize("place", ['"x":{},"messages":[]', '"messages":[{{"role":"user","content":{}}}]'])
def test_a_bomb_of_brackets_is_refused(place: str, opening: str, closing: str) -> None:
    """Whether in a part that is looked at or one that is skipped."""
    bomb = opening * 20_000 + '"x"' + closing * 20_000
    assert "deep" in refused('{"model":"m",' + place.format(bomb) + "}").message


@given(JSON)
def test_any_json_is_seen_or_refused(value: object) -> None:
    """As a body, as messages and as content; nothing else is raised."""
    for body in (value, {"model": "m", "messages": value}, {"model": "m", "messages": [{**USER, "content": value}]}):
        with contextlib.suppress(Unreadable):
            assert glimpse(json.dumps(body).encode()).model == "m"


def test_media_is_no_text() -> None:
    """Images and pages are counted by the piece, inside tool results too; their base64 is not."""
    plain = said({"type": "text", "text": "look"}).needs.input_tokens
    found = said({"type": "text", "text": "look"}, PNG).needs
    assert found.images
    assert plain < found.input_tokens - IMAGE_TOKENS < plain + 60
    inner = said({"type": "tool_result", "tool_use_id": "t", "content": [PNG, PDF]}).needs
    assert inner.images
    assert inner.pdf
    assert inner.input_tokens < IMAGE_TOKENS + 2 * 2_000 + 200


def test_documents_of_text_are_no_pdf() -> None:
    """Plain text, and content blocks, which may hold an image."""
    text = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "x" * 3500}}
    assert not said(text).needs.pdf
    assert said(text).needs.input_tokens > 1000
    mixed = said({"type": "document", "source": {"type": "content", "content": [PNG]}}).needs
    assert (mixed.pdf, mixed.images) == (False, True)


def test_signatures_are_no_text_and_are_collected_in_order() -> None:
    """Thinking and redacted thinking; an unsigned block has none."""
    found = said(
        {"type": "thinking", "thinking": "hm", "signature": "A" * 4000},
        {"type": "redacted_thinking", "data": "B" * 4000},
        {"type": "thinking", "thinking": "hm", "signature": ""},
        {"type": "thinking", "thinking": "hm"},
        role="assistant",
    )
    assert [blob[0] for blob in found.sealed] == ["A", "B"]
    assert found.needs.input_tokens < 200


@pytest.mark.parametrize(
    ("members", "use"),
    [
        ({"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, "hosted_tools"),
        ({"mcp_servers": [{"type": "url", "url": "https://mcp.example.com", "name": "x"}]}, "hosted_tools"),
        ({"container": "container_1"}, "server_state"),
        ({"container": {"id": "container_1", "skills": []}}, "server_state"),
        ({"top_k": 5}, "top_k"),
        ({"stop_sequences": ["END"]}, "stop"),
        ({"stop_sequences": list("abcde")}, "many_stops"),
        ({"tool_choice": {"type": "auto", "disable_parallel_tool_use": True}}, "sequential_tools"),
        ({"messages": [USER, {"role": "assistant", "content": "So"}]}, "prefill"),
        (user({"type": "image", "source": {"type": "url", "url": "u"}}), "image_urls"),
        (user({"type": "image", "source": {"type": "file", "file_id": "f"}}), "files"),
        (user({"type": "document", "source": {"type": "url", "url": "u"}}), "files"),
        (user({"type": "container_upload", "file_id": "f"}), "files"),
        (helped({"type": "server_tool_use", "id": "s", "name": "n", "input": {}}), "hosted_tools"),
        (helped({"type": "web_search_tool_result", "tool_use_id": "s", "content": []}), "hosted_tools"),
    ],
)
def test_what_another_wire_may_not_say_is_a_use(members: dict[str, Any], use: str) -> None:
    """One code per feature."""
    assert seen(**members).needs.uses == {use}


@pytest.mark.parametrize(
    "members",
    [
        {"tools": [{"name": "f", "input_schema": {}}, {"type": "custom", "name": "g", "input_schema": {}}]},
        {"tools": [{"name": "f", "input_schema": {}, "defer_loading": True, "cache_control": {"type": "ephemeral"}}]},
        {"container": None, "mcp_servers": [], "stop_sequences": [], "stream": None, "system": []},
        {"context_management": {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]}},
        {"messages": [{"role": "user", "content": [{"type": "next_year", "content": {"a": 1}, "data": [], "id": 5}]}]},
    ],
)
def test_what_every_wire_can_do_without_is_none(members: dict[str, Any]) -> None:
    """A client's tools, cache markers, context management; and a block nobody knows yet is no error."""
    assert seen(**members).needs.uses == frozenset()


@pytest.mark.parametrize(
    ("members", "wanted"),
    [
        ({"thinking": {"type": "adaptive"}}, True),
        ({"thinking": {"type": "enabled", "budget_tokens": 2000}}, True),
        ({"output_config": {"effort": "high"}}, True),
        ({"thinking": {"type": "disabled"}, "output_config": {"effort": "low"}}, False),
        ({"output_config": {}}, False),
    ],
)
def test_thinking_is_needed_when_asked_for(members: dict[str, Any], wanted: bool) -> None:
    """Adaptive, by budget, by effort; not when disabled."""
    assert seen(**members).needs.reasoning is wanted


def test_a_schema_is_needed_in_both_spellings() -> None:
    """output_config.format, and the older output_format."""
    wanted = {"type": "json_schema", "schema": {}}
    assert seen(output_config={"format": wanted}).needs.json_schema
    assert seen(output_format=wanted).needs.json_schema
    assert not seen(output_config={"effort": "low"}).needs.json_schema


@pytest.mark.parametrize(
    ("user_id", "found"),
    [
        ('{"device_id":"d","account_uuid":"","session_id":"3d55234f"}', ("metadata.user_id.session_id", "3d55234f")),
        ("user_ab_account_cd_session_3d55234f-8db0", ("metadata.user_id.session_id", "3d55234f-8db0")),
        ("alice", ("metadata.user_id", "alice")),
        ('{"device_id":"d"}', ("metadata.user_id", '{"device_id":"d"}')),
    ],
)
def test_a_session_has_its_name_in_the_metadata(user_id: str, found: tuple[str, str]) -> None:
    """As Claude Code writes it now and before, else the user as he is."""
    assert seen(metadata={"user_id": user_id}).identities == (found,)
    assert seen(metadata={"user_id": None}).identities == ()


def test_the_opening_stays_the_same_through_a_conversation() -> None:
    """Cache markers move on, and Claude Code's accounting line changes."""
    marker = {"cache_control": {"type": "ephemeral"}}
    prompt = {"type": "text", "text": "You are an agent."}
    first = seen(
        system=[{"type": "text", "text": "x-anthropic-billing-header: a=1;"}, {**prompt, **marker}],
        messages=[{"role": "user", "content": [{"type": "text", "text": "Hi", **marker}]}],
    )
    later = seen(
        system=[{"type": "text", "text": "x-anthropic-billing-header: a=2;"}, prompt],
        messages=[{"role": "user", "content": [{"type": "text", "text": "Hi"}]}, USER, USER],
    )
    other = seen(system=[prompt], messages=[{"role": "user", "content": [{"type": "text", "text": "Ha"}]}])
    assert first.opening == later.opening
    assert first.opening != other.opening
    assert seen(system="You").opening not in (seen(system="Me").opening, b"")


def test_a_turn_ends_where_the_user_speaks() -> None:
    """Not at a tool's result; a system message behind it changes nothing."""
    call = {"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "f", "input": {}}]}
    result = {"type": "tool_result", "tool_use_id": "t", "content": "ok"}
    spoken = {"role": "user", "content": [result, {"type": "text", "text": "x"}]}
    system = {"role": "system", "content": "careful"}
    assert seen(messages=[USER, system]).turn_boundary
    assert not seen(messages=[USER, call, {"role": "user", "content": [result]}, system]).turn_boundary
    assert not seen(messages=[USER, call, spoken]).turn_boundary
    assert not seen(messages=[USER, {"role": "assistant", "content": "So"}]).turn_boundary
    assert seen(messages=[USER, call, {"role": "user", "content": [result]}]).needs.tools


def test_a_large_body_is_not_built() -> None:
    """What is said is skipped: the glimpse of a megabyte holds a few kilobytes."""
    import tracemalloc

    text = {"type": "text", "text": "word " * 200}
    messages = [USER, *({"role": "user", "content": [text]} for _ in range(1000))]
    body = json.dumps({"model": "m", "messages": messages}).encode()
    tracemalloc.start()
    found = glimpse(body)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.needs.input_tokens > 250_000
    assert peak < len(body) * (1 if STOPS_ITSELF else 2)  # the look for depth leaves the brackets out
