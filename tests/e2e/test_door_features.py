"""The features gate through the HTTP door: what a request uses reaches a provider, or the offer is skipped, or the
loss is named. Every feature of `core.needs.USES` that a dialect has words for, towards every other wire.
"""

import re
from pathlib import Path
from typing import Any

import httpx  # noqa: TID251 - a client that is not ours
import pytest

from crossroads import KINDS, OTHER
from door_client import ASKED, PATHS, post, tool
from door_reading import refused
from switchgeard.core.needs import CARRIES, USES
from world import World, world

CHAT, MESSAGES, RESPONSES, GOOGLE = "openai.chat", "anthropic.messages", "openai.responses", "google.generate"
Members = dict[str, Any]
IMAGE = "https://example.test/cat.png"
SCHEMA = {"type": "object", "properties": {}}


def chat(*parts: Any) -> Members:
    return {"messages": [{"role": "user", "content": [{"type": "text", "text": "hello"}, *parts]}]}


def messages(*blocks: Any) -> Members:
    return {"messages": [{"role": "user", "content": [{"type": "text", "text": "hello"}, *blocks]}]}


def responses(*parts: Any) -> Members:
    return {"input": [{"role": "user", "content": [{"type": "input_text", "text": "hello"}, *parts]}]}


def google(*parts: Any) -> Members:
    return {"contents": [{"role": "user", "parts": [{"text": "hello"}, *parts]}]}


def config(**settings: Any) -> Members:
    return {"generationConfig": settings}


GOOGLE_BEGUN = {
    "contents": [
        {"role": "user", "parts": [{"text": "hello"}]},
        {"role": "model", "parts": [{"text": "The beginning"}]},
    ]
}
BEGUN = {"messages": [{"role": "user", "content": "hello"}, {"role": "assistant", "content": "The beginning"}]}
SOUND = {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}}

STOPS = ["halt1", "halt2", "halt3", "halt4", "halt5"]

USED: dict[str, dict[str, Members]] = {
    CHAT: {
        "hosted_tools": {"web_search_options": {}},
        "many_answers": {"n": 2},
        "logprobs": {"logprobs": True},
        "logit_bias": {"logit_bias": {"50256": -100}},
        "prediction": {"prediction": {"type": "content", "content": "so be it"}},
        "audio": chat(SOUND),
        "files": chat({"type": "file", "file": {"file_id": "file-1"}}),
        "seed": {"seed": 424242},
        "penalties": {"frequency_penalty": 0.515},
        "top_k": {"top_k": 17},
        "stop": {"stop": ["halt"]},
        "many_stops": {"stop": STOPS},
        "prefill": BEGUN,
        "sequential_tools": {
            "tools": [{"type": "function", "function": {"name": "f", "parameters": SCHEMA}}],
            "parallel_tool_calls": False,
        },
        "image_urls": chat({"type": "image_url", "image_url": {"url": IMAGE}}),
    },
    MESSAGES: {
        "hosted_tools": {"tools": [{"type": "web_search_20250305", "name": "web_search"}]},
        "files": messages({"type": "document", "source": {"type": "file", "file_id": "file-1"}}),
        "top_k": {"top_k": 17},
        "stop": {"stop_sequences": ["halt"]},
        "many_stops": {"stop_sequences": STOPS},
        "prefill": BEGUN,
        "sequential_tools": {
            "tools": [{"name": "f", "input_schema": SCHEMA}],
            "tool_choice": {"type": "auto", "disable_parallel_tool_use": True},
        },
        "image_urls": messages({"type": "image", "source": {"type": "url", "url": IMAGE}}),
    },
    RESPONSES: {
        "hosted_tools": {"tools": [{"type": "code_interpreter", "container": {"type": "auto"}}]},
        "server_state": {"background": True},
        "logprobs": {"top_logprobs": 3},
        "audio": responses(SOUND),
        "files": responses({"type": "input_file", "file_id": "file-1"}),
        "sequential_tools": {
            "tools": [{"type": "function", "name": "f", "parameters": SCHEMA, "strict": False}],
            "parallel_tool_calls": False,
        },
        "image_urls": responses({"type": "input_image", "image_url": IMAGE}),
    },
    GOOGLE: {
        "hosted_tools": {"tools": [{"googleSearch": {}}]},
        "server_state": {"cachedContent": "cachedContents/1"},
        "many_answers": config(candidateCount=2),
        "logprobs": config(responseLogprobs=True),
        "audio": google({"inlineData": {"mimeType": "audio/wav", "data": "UklGRg=="}}),
        "images_out": config(responseModalities=["TEXT", "IMAGE"]),
        "files": google({"fileData": {"fileUri": "https://generativelanguage.googleapis.com/v1beta/files/file-1"}}),
        "seed": config(seed=424242),
        "penalties": config(frequencyPenalty=0.515),
        "top_k": config(topK=17),
        "stop": config(stopSequences=["halt"]),
        "many_stops": config(stopSequences=STOPS),
        "prefill": GOOGLE_BEGUN,
        "image_urls": google({"fileData": {"mimeType": "image/png", "fileUri": IMAGE}}),
    },
}
"""Dialect -> feature -> the members of a body that uses it."""

SEEN = {
    "hosted_tools": rb"web_search|code_interpreter|googleSearch",
    "server_state": rb'"background"|cachedContents',
    "many_answers": rb'"n":|candidateCount',
    "logprobs": rb"[lL]ogprobs",
    "logit_bias": rb"50256",
    "prediction": rb"so be it",
    "audio": rb"UklGRg",
    "images_out": rb"IMAGE",
    "files": rb"file-1",
    "seed": rb"424242",
    "penalties": rb"0\.515",
    "top_k": rb'"top_?[kK]": ?17',
    "stop": rb'\["halt"\]',
    "many_stops": rb'"halt5"',
    "prefill": rb"The beginning",
    "sequential_tools": rb'"parallel_tool_calls": ?false|"disable_parallel_tool_use": ?true',
    "image_urls": rb"https://example\.test/cat\.png",
}
"""Feature -> what a body that has it holds, on any wire."""

IN_WORDS = {"prefill", "image_urls", "files"}
"""Of these what was said stays, as words: an answer that was given, and where something was."""

USES_OF = [(dialect, use) for dialect, used in USED.items() for use in used]
CASES = [(dialect, use, wire) for dialect, use in USES_OF for wire in KINDS if wire != dialect]
CARRIED = [case for case in CASES if case[1] in CARRIES[case[2]]]
LOST = [case for case in CASES if case[1] not in CARRIES[case[2]] and case[:2] != (GOOGLE, "server_state")]
"""All but what Google keeps: that is no part of a conversation but its beginning, and nobody goes on without it."""


def test_every_feature_is_used_by_some_dialect() -> None:
    """A feature nobody can ask for would be none."""
    assert {use for used in USED.values() for use in used} == {*USES} == {*SEEN}


def named(wire: str) -> str:
    return wire.replace(".", "-")


def gated(tmp_path: Path, *wires: str, downgrade: bool = False) -> Any:
    """A world with one model `m` whose offers speak these wires, in this order."""
    group = ", ".join(f'{{provider = "{named(wire)}", model = "x", wire = "{wire}"}}' for wire in wires)
    routing = "routing = {allow_feature_downgrade = true}" if downgrade else ""
    more = f'[[models]]\nalias = "gated"\ngroup = [{group}]\n{routing}\n'
    kinds = {named(wire): KINDS[wire] for wire in wires}
    return world(tmp_path, dict.fromkeys(kinds, "ok"), kinds=kinds, more=more, door=True)


async def use_it(w: World, dialect: str, use: str) -> httpx.Response:
    return await post(w, dialect, **{"model": "gated", "stream": False, **USED[dialect][use]})


def sent(w: World, wire: str) -> list[bytes]:
    return [asked.body for asked in w.standins[named(wire)].asked]


@pytest.mark.parametrize(("dialect", "use"), USES_OF)
async def test_at_home_nothing_is_lost(tmp_path: Path, dialect: str, use: str) -> None:
    """In passing a body is no business of the gate."""
    async with gated(tmp_path, dialect) as w:
        reply = await use_it(w, dialect, use)
        assert reply.status_code == 200, reply.text
        assert "x-switchgear-downgrades" not in reply.headers
        [asked] = w.standins[named(dialect)].asked
        named_in_body = {} if dialect == GOOGLE else {"model": "x", "stream": False}
        assert asked.json == ASKED[dialect] | named_in_body | USED[dialect][use]


@pytest.mark.parametrize(("dialect", "use", "wire"), CARRIED)
async def test_a_wire_that_carries_it_gets_it(tmp_path: Path, dialect: str, use: str, wire: str) -> None:
    """As that wire spells it, with nothing said to be lost."""
    async with gated(tmp_path, wire) as w:
        reply = await use_it(w, dialect, use)
        assert reply.status_code == 200, reply.text
        assert "x-switchgear-downgrades" not in reply.headers
        [body] = sent(w, wire)
        assert re.search(SEEN[use], body)


@pytest.mark.parametrize(("dialect", "use", "wire"), LOST)
async def test_an_offer_that_would_lose_it_is_skipped(tmp_path: Path, dialect: str, use: str, wire: str) -> None:
    """For one that speaks the client's own words."""
    async with gated(tmp_path, wire, dialect) as w:
        reply = await use_it(w, dialect, use)
        assert reply.headers["x-switchgear-provider"] == named(dialect)
        assert w.hits() == {named(wire): 0, named(dialect): 1}


@pytest.mark.parametrize(("dialect", "use", "wire"), LOST)
async def test_where_nobody_carries_it_the_request_is_refused(
    tmp_path: Path, dialect: str, use: str, wire: str
) -> None:
    """A 400 that says what cannot be done and what would allow it; nobody is asked."""
    async with gated(tmp_path, wire) as w:
        reply = await use_it(w, dialect, use)
        assert reply.status_code == 400
        message = refused(dialect, reply)["message"]
        assert USES[use] in message
        assert "allow_feature_downgrade" in message
        assert "retry-after" not in reply.headers
        assert w.hits() == {named(wire): 0}


@pytest.mark.parametrize(("dialect", "use", "wire"), LOST)
async def test_where_the_user_allows_it_the_loss_is_named(tmp_path: Path, dialect: str, use: str, wire: str) -> None:
    """In the header, and in the result over the socket; what is lost is not sent."""
    async with gated(tmp_path, wire, downgrade=True) as w:
        reply = await use_it(w, dialect, use)
        assert reply.status_code == 200, reply.text
        assert reply.headers["x-switchgear-downgrades"] == use
        body = ASKED[dialect] | USED[dialect][use]
        heard = await w.ask(model="gated", dialect=dialect, messages=[], body=body, stream=False)
        assert heard.result is not None, heard.error
        assert heard.result["downgrades"] == [use]
        assert use in IN_WORDS or not [body for body in sent(w, wire) if re.search(SEEN[use], body)]


async def test_a_kept_answer_is_asked_of_who_keeps_it(tmp_path: Path) -> None:
    """previous_response_id goes to the provider that gave it, though another stands before it; an unknown one to
    nobody."""
    kinds = {"a": "openai", "b": "openai"}
    async with world(tmp_path, {"a": "429", "b": "ok"}, kinds=kinds, door=True) as w:
        first = await post(w, RESPONSES, input="hello")
        assert first.headers["x-switchgear-provider"] == "b"
        await w.call("providers/resume", provider="a")
        hits = w.hits()
        second = await post(w, RESPONSES, input="go on", previous_response_id=first.json()["id"])
        assert second.headers["x-switchgear-provider"] == "b"
        assert w.hits() == hits | {"b": hits["b"] + 1}
        nobody = await post(w, RESPONSES, input="go on", previous_response_id="resp_unknown")
        assert nobody.status_code == 400
        assert "store = false" in refused(RESPONSES, nobody)["message"]
        assert w.hits() == hits | {"b": hits["b"] + 1}


async def test_what_google_keeps_is_never_left_out(tmp_path: Path) -> None:
    """Nor with a downgrade allowed: it is asked of nobody else."""
    async with gated(tmp_path, CHAT, downgrade=True) as w:
        reply = await use_it(w, GOOGLE, "server_state")
        assert (reply.status_code, w.hits()) == (400, {named(CHAT): 0})
        assert "kept by a provider" in refused(GOOGLE, reply)["message"]


async def test_a_stream_names_the_loss_before_its_first_word(tmp_path: Path) -> None:
    """The header comes with the stream's head."""
    async with gated(tmp_path, OTHER[CHAT], downgrade=True) as w, tool(w) as client:
        asked = ASKED[CHAT] | {"model": "gated", "stream": True, "n": 2, "seed": 1}
        async with client.stream("POST", PATHS[CHAT], json=asked) as reply:
            assert reply.headers["x-switchgear-downgrades"] == "many_answers, seed"
            assert b"[DONE]" in await reply.aread()
