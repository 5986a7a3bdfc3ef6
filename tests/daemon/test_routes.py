"""Routes: which dialect a path speaks, how events are framed, what is served beside completions."""

from pathlib import Path

import pytest

from door_client import post, request, tool
from door_reading import refused
from switchgeard import routes
from switchgeard.clock import now
from switchgeard.door.head import Head
from switchgeard.upstream.sse import Event
from world import world

CHAT, MESSAGES, RESPONSES, GOOGLE = "openai.chat", "anthropic.messages", "openai.responses", "google.generate"
TWO = {"a": "ok", "b": "ok"}


def head(path: str, **headers: str) -> Head:
    return Head("GET", path, {}, {name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(
    ("path", "headers", "dialect"),
    [
        ("/v1/chat/completions", {}, CHAT),
        ("/v1/chat/completions", {"anthropic_version": "x"}, CHAT),
        ("/v1/messages", {}, MESSAGES),
        ("/v1/messages/count_tokens", {}, MESSAGES),
        ("/v1/responses", {}, RESPONSES),
        ("/v1/responses/x", {}, RESPONSES),
        ("/v1beta/models/m:generateContent", {}, GOOGLE),
        ("/v1/models", {}, CHAT),
        ("/v1/models", {"anthropic_version": "2023-06-01"}, MESSAGES),
        ("/v1/models", {"x_goog_api_key": "x"}, GOOGLE),
        ("/v1/messagesque", {}, CHAT),
        ("/", {}, CHAT),
    ],
)
def test_a_path_is_spoken_to_in_one_dialect(path: str, headers: dict[str, str], dialect: str) -> None:
    """At those that several have, the headers tell."""
    assert dialect == routes.dialect_of(head(path, **headers)).NAME


def test_events_are_framed_with_their_names() -> None:
    """A line break inside is a line of the same event."""
    told = routes.framed([Event("done", '{"a":1}'), Event(None, "x\ny"), Event(None, "\ud800")])
    assert told == b'event: done\ndata: {"a":1}\n\ndata: x\ndata: y\n\ndata: \xed\xa0\x80\n\n'


# --- over the door ----------------------------------------------------------------------------------------


SHAPES: dict[str, tuple[dict[str, str], str, str]] = {
    CHAT: ({}, "data", "id"),
    MESSAGES: ({"anthropic_version": "2026-10-21"}, "data", "id"),
    GOOGLE: ({"x_goog_api_key": "x"}, "models", "name"),
}
"""Dialect -> the headers of its clients, where its list is, what names an entry."""


@pytest.mark.parametrize("dialect", SHAPES)
async def test_the_models_are_listed_in_the_callers_shape(tmp_path: Path, dialect: str) -> None:
    """Merged models; with ?variants=1 every provider's own too; each can be asked for by the name it has there."""
    headers, member, name = SHAPES[dialect]
    prefix = "models/" if dialect == GOOGLE else ""
    async with world(tmp_path, TWO, door=True) as w, tool(w, **headers) as client:
        merged = (await client.get("/v1/models?limit=1000")).json()
        assert [entry[name] for entry in merged[member]] == [f"{prefix}m"]
        for asked in ("1", "true", "yes"):
            every = (await client.get(f"/v1/models?variants={asked}")).json()
            assert [entry[name] for entry in every[member]] == [f"{prefix}{n}" for n in ("m", "a/model-a", "b/model-b")]
        for entry in every[member]:
            one = await client.get(f"/v1/models/{entry[name].removeprefix(prefix)}")
            assert (one.status_code, one.json()) == (200, entry)
        for asked in ("0", "false", ""):
            assert (await client.get(f"/v1/models?variants={asked}")).json() == merged
        nobody = await client.get("/v1/models/nobody")
        assert nobody.status_code == 404
        refused(dialect, nobody)
        assert w.hits() == {"a": 0, "b": 0}


async def test_a_variant_is_served_by_its_own_name(tmp_path: Path) -> None:
    """In the body and in a path."""
    async with world(tmp_path, TWO, door=True) as w:
        for dialect in (CHAT, GOOGLE):
            reply = await post(w, dialect, model="b/model-b")
            assert (reply.status_code, reply.headers["x-switchgear-provider"]) == (200, "b")


@pytest.mark.parametrize("path", ["/", "/v1/models", "/v1/models/m"])
async def test_a_look_is_answered_without_a_body(tmp_path: Path, path: str) -> None:
    """HEAD has the headers of GET."""
    async with world(tmp_path, TWO, door=True) as w, tool(w) as client:
        looked, got = await client.head(path), await client.get(path)
        assert (looked.status_code, looked.content) == (200, b"")
        assert looked.headers["content-length"] == got.headers["content-length"] == str(len(got.content))


async def test_a_websocket_is_refused_so_that_its_client_posts_instead(tmp_path: Path) -> None:
    """426 at once, in the dialect's shape; a plain GET is a 405. The connection goes on."""
    upgrade = {"upgrade": "websocket", "connection": "Upgrade", "sec-websocket-key": "x", "sec-websocket-version": "13"}
    async with world(tmp_path, TWO, door=True) as w, tool(w) as client:
        reply = await client.get("/v1/responses", headers=upgrade)
        assert reply.status_code == 426
        assert "POST /v1/responses" in refused(RESPONSES, reply)["message"]
        plain = await client.get("/v1/responses")
        assert (plain.status_code, plain.headers["allow"]) == (405, "POST")
        path, body = request(RESPONSES)
        assert (await client.post(path, json=body)).status_code == 200


async def test_a_header_in_no_alphabet_of_http_breaks_nothing(tmp_path: Path) -> None:
    """Bytes beyond ASCII are no text of ours; the request is served."""
    async with world(tmp_path, {"a": "ok"}, door=True) as w, tool(w) as client:
        path, body = request(MESSAGES)
        reply = await client.post(path, json=body, headers=[(b"anthropic-beta", b"b-\xe9\xff")])
        assert reply.status_code == 200
        assert w.standins["a"].asked[0].header("anthropic-beta") == "b-??"


async def test_two_clients_of_different_dialects_share_what_is_known(tmp_path: Path) -> None:
    """The 429 that one of them meets keeps the other from asking there; both are told the same wait at the end."""
    kinds = {"a": "openai", "b": "anthropic"}
    async with world(tmp_path, {"a": "429_hour", "b": ["ok", "ok", "429_hour"]}, kinds=kinds, door=True) as w:
        first = await post(w, CHAT, {"session-id": "s-1"})
        assert (first.headers["x-switchgear-provider"], w.hits()) == ("b", {"a": 1, "b": 1})
        second = await post(w, MESSAGES, {"session-id": "s-2"})
        assert (second.headers["x-switchgear-provider"], w.hits()) == ("b", {"a": 1, "b": 2})
        third = await post(w, RESPONSES, {"session-id": "s-3"})
        assert (third.status_code, w.hits()) == (429, {"a": 1, "b": 3})
        fourth = await post(w, GOOGLE)
        assert (fourth.status_code, w.hits()) == (429, {"a": 1, "b": 3})
        fifth = await post(w, RESPONSES)
        waits = [int(reply.headers["retry-after"]) for reply in (third, fourth, fifth)]
        assert all(3500 <= wait <= 3601 for wait in waits)
        for reply in (third, fifth):  # Codex tells the moment, whether somebody was asked or not
            told = refused(RESPONSES, reply)
            assert told["type"] == "usage_limit_reached"
            assert abs(told["resets_at"] - now().wall - 3600) < 100
        refused(GOOGLE, fourth)
