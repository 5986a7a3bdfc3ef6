"""Bad input through the HTTP door: what is no request of its dialect is refused in the dialect's own shape.

No provider is asked, nobody's health changes, and the next request on the same connection is served. What a
dialect's own provider may understand, though we do not, passes to it and to nobody else.
"""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx  # noqa: TID251 - a client that is not ours
import pytest
import trio

from crossroads import KINDS, OTHER
from door_client import ASKED, request
from door_reading import refused
from doorway import Reply, Visitor
from world import World, world

CHAT, MESSAGES, RESPONSES, GOOGLE = "openai.chat", "anthropic.messages", "openai.responses", "google.generate"
LIMIT = {CHAT: "max_tokens", MESSAGES: "max_tokens", RESPONSES: "max_output_tokens", GOOGLE: "maxOutputTokens"}
SAID = {CHAT: "messages", MESSAGES: "messages", RESPONSES: "input", GOOGLE: "contents"}
PARTS = {CHAT: "content", MESSAGES: "content", RESPONSES: "content", GOOGLE: "parts"}
IN_BODY = [CHAT, MESSAGES, RESPONSES]
"""Dialects whose bodies name the model; Google's paths do."""
Body = dict[str, Any]
Bad = Callable[[str], Body | bytes]


def body(dialect: str, **members: Any) -> Body:
    return ASKED[dialect] | members


def says(dialect: str, content: Any = "hello", role: Any = "user") -> Body:
    """One message."""
    if dialect == GOOGLE and isinstance(content, str):
        content = [{"text": content}]
    return body(dialect, **{SAID[dialect]: [{"role": role, PARTS[dialect]: content}]})


def raw(dialect: str, more: bytes) -> bytes:
    """A body with this text for a member more."""
    return json.dumps(ASKED[dialect]).encode()[:-1] + b", " + more + b"}"


def set_to(dialect: str, member: str, value: str) -> bytes:
    """A body in which this setting has a value no library would write. Google's settings are a level deeper."""
    text = f'"{member}": {value}'
    return raw(dialect, (f'"generationConfig": {{{text}}}' if dialect == GOOGLE else text).encode())


def path(dialect: str) -> str:
    return request(dialect)[0]


def without(dialect: str, member: str) -> Body:
    return {name: value for name, value in ASKED[dialect].items() if name != member}


DEEP = b"[" * 100_000 + b"]" * 100_000
EVERYWHERE: dict[str, tuple[Bad, str | dict[str, str]]] = {
    "no JSON": (lambda d: b'{"model": "m", ', "JSON"),
    "nothing": (lambda d: b"", "JSON"),
    "a list": (lambda d: b"[]", "object"),
    "null": (lambda d: b"null", "object"),
    "a text": (lambda d: b'"hello"', "object"),
    "a lone surrogate": (lambda d: json.dumps(says(d, "\ud800")).encode(), "JSON"),
    "NaN": (lambda d: set_to(d, "temperature", "NaN"), "JSON"),
    "deep": (lambda d: raw(d, b'"x": ' + DEEP), "deep"),
    "deep content": (lambda d: json.dumps(ASKED[d]).encode().replace(b'"hello"', DEEP), ""),
    "deep and open": (lambda d: b'{"x":' * 100_000, ""),
    "limit negative": (lambda d: set_to(d, LIMIT[d], "-1"), "okens: expected int >= 0"),
    "limit a fraction": (lambda d: set_to(d, LIMIT[d], "1.5"), "okens: expected int"),
    "limit a text": (lambda d: set_to(d, LIMIT[d], '"100"'), "okens: expected int"),
    "limit without end": (lambda d: set_to(d, LIMIT[d], "1" + "0" * 400), "okens: "),
    "limit beyond Python": (lambda d: set_to(d, LIMIT[d], "1" + "0" * 5000), "okens"),
    "temperature a word": (lambda d: set_to(d, "temperature", '"hot"'), "temperature: expected float"),
    "temperature infinite": (lambda d: set_to(d, "temperature", "1" + "0" * 400), "temperature"),
    "nothing said": (lambda d: body(d, **{SAID[d]: []}), SAID),
    "said a number": (lambda d: body(d, **{SAID[d]: 3}), SAID),
    "said numbers": (lambda d: body(d, **{SAID[d]: [1, 2]}), SAID),
    "content a number": (lambda d: says(d, 3), {d: f"0.{part}" for d, part in PARTS.items()}),
    "a role of no type": (lambda d: says(d, role=3), "0.role"),
    "tools a text": (lambda d: body(d, tools="x"), "tools: expected array"),
}
"""What no dialect takes, and a word of what is said about it; where it depends on the dialect, a table."""

NAMELESS: dict[str, tuple[Bad, str]] = {
    "no model": (lambda d: without(d, "model"), "model"),
    "model null": (lambda d: body(d, model=None), "model"),
    "model empty": (lambda d: body(d, model=""), "model"),
    "model a number": (lambda d: body(d, model=3), "model: expected"),
    "stream a word": (lambda d: body(d, stream="yes"), "stream: expected"),
    "stream a number": (lambda d: body(d, stream=1), "stream: expected"),
}
"""The same of what Google's paths say."""

SOMEWHERE: dict[str, tuple[str, Body | bytes, str]] = {
    "chat: given twice": (CHAT, b'{"model": "x", ' + json.dumps(ASKED[CHAT]).encode()[1:], "twice"),
    "chat: n a text": (CHAT, body(CHAT, n="2"), "n: expected int"),
    "chat: a part of no type": (CHAT, says(CHAT, [{"text": "x"}]), "type: is missing"),
    "messages: a role": (MESSAGES, says(MESSAGES, role="robot"), "role"),
    "messages: tool_choice a text": (MESSAGES, body(MESSAGES, tool_choice="any"), "tool_choice: expected object"),
    "messages: system a number": (MESSAGES, body(MESSAGES, system=3), "system: expected"),
    "messages: no bytes of a text": (MESSAGES, b'{"max_tokens":1,"model":"\xff","messages":[]}', "JSON"),
    "google: a role": (GOOGLE, says(GOOGLE, role="robot"), "role"),
    "google: settings a list": (GOOGLE, body(GOOGLE, generationConfig=[]), "generationConfig: expected object"),
    "google: parts of numbers": (GOOGLE, says(GOOGLE, [1]), "parts.0: expected object"),
    "responses: a kept answer": (RESPONSES, body(RESPONSES, previous_response_id=3), "previous_response_id: expected"),
}
"""What one dialect does not take, at home or abroad."""


def named(wire: str) -> str:
    """A provider's name."""
    return wire.replace(".", "-")


@asynccontextmanager
async def two_ways(home: Path) -> AsyncIterator[World]:
    """Per dialect a model `home-DIALECT` behind which a provider speaks it, and `abroad-DIALECT`."""
    group = '[{{provider = "{}", model = "x", wire = "{}"}}]'.format
    more = "".join(
        f'[[models]]\nalias = "{way}-{dialect}"\ngroup = {group(named(wire), wire)}\n'
        for dialect, foreign in OTHER.items()
        for way, wire in (("home", dialect), ("abroad", foreign))
    )
    names = {named(wire): kind for wire, kind in KINDS.items()}
    async with world(home, dict.fromkeys(names, "ok"), kinds=names, more=more, door=True) as w:
        yield w


class Client:
    """One kept connection."""

    def __init__(self, w: World, visitor: Visitor) -> None:
        self.w, self.visitor = w, visitor

    async def post(self, at: str, body: Body | bytes, model: str) -> httpx.Response:
        """The answer; `m` in a body stands for `model`."""
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        text = text.replace(b'"model": "m"', f'"model": "{model}"'.encode())
        where, credential = at.replace("/m:", f"/{model}:"), {"authorization": f"Bearer {self.w.token}"}
        await self.visitor.ask(where, method="POST", body=text, headers=credential)
        return answered(await self.visitor.hear("POST"))

    async def fine(self, dialect: str, model: str) -> bool:
        """Whether an ordinary request is served on this connection."""
        return (await self.post(path(dialect), ASKED[dialect], model)).status_code == 200


def answered(reply: Reply) -> httpx.Response:
    assert reply.whole
    return httpx.Response(reply.status, headers=reply.headers, content=reply.body)


@asynccontextmanager
async def connected(w: World) -> AsyncIterator[Client]:
    sock = trio.socket.socket()
    await sock.connect(("127.0.0.1", int(w.door_url.rpartition(":")[2])))
    visitor = Visitor(sock, w.door_url.removeprefix("http://"))
    try:
        yield Client(w, visitor)
    finally:
        visitor.close()


def total(w: World) -> int:
    return sum(w.hits().values())


async def refuses(w: World, dialect: str, bad: Body | bytes, word: str) -> None:
    """At home and abroad: a 400 with this word in it, nobody asked, and the connection goes on."""
    async with connected(w) as client:
        for way in ("home", "abroad"):
            asked, model = total(w), f"{way}-{dialect}"
            reply = await client.post(path(dialect), bad, model)
            assert reply.status_code == 400, (model, reply.text)
            said = refused(dialect, reply)
            assert word in said["message"], (model, said)
            assert len(reply.content) < 1000
            assert total(w) == asked
            assert await client.fine(dialect, model)


@pytest.mark.parametrize("case", EVERYWHERE)
async def test_what_is_no_request_is_refused_in_every_dialect(tmp_path: Path, case: str) -> None:
    """The place is named as the client spells it."""
    bad, word = EVERYWHERE[case]
    async with two_ways(tmp_path) as w:
        for dialect in OTHER:
            await refuses(w, dialect, bad(dialect), word[dialect] if isinstance(word, dict) else word)


@pytest.mark.parametrize("case", NAMELESS)
async def test_a_model_and_a_manner_are_named_in_the_body(tmp_path: Path, case: str) -> None:
    """Where no path names them."""
    bad, word = NAMELESS[case]
    async with two_ways(tmp_path) as w:
        for dialect in IN_BODY:
            await refuses(w, dialect, bad(dialect), word)


@pytest.mark.parametrize("case", SOMEWHERE)
async def test_what_is_no_request_of_its_dialect_is_refused(tmp_path: Path, case: str) -> None:
    """What only this dialect has, or has not."""
    dialect, bad, word = SOMEWHERE[case]
    async with two_ways(tmp_path) as w:
        await refuses(w, dialect, bad, word)


PRIVATE: dict[str, tuple[str, Body]] = {
    "chat: a role": (CHAT, says(CHAT, role="robot")),
    "chat: a part": (CHAT, says(CHAT, [{"type": "hologram"}])),
    "chat: a tool without a function": (CHAT, body(CHAT, tools=[{"type": "function"}])),
    "chat: an effort": (CHAT, body(CHAT, reasoning_effort="enormous")),
    "chat: stop a number": (CHAT, body(CHAT, stop=3)),
    "messages: a block": (MESSAGES, says(MESSAGES, [{"type": "hologram"}])),
    "google: a mode": (GOOGLE, body(GOOGLE, toolConfig={"functionCallingConfig": {"mode": "SOMETIMES"}})),
    "responses: a role": (RESPONSES, says(RESPONSES, role="robot")),
    "responses: a part": (RESPONSES, says(RESPONSES, [{"type": "hologram"}])),
    "responses: tool_choice": (RESPONSES, body(RESPONSES, tool_choice="sometimes")),
}
"""What a provider of the dialect might understand, and a translation cannot."""


@pytest.mark.parametrize("case", PRIVATE)
async def test_what_we_cannot_translate_passes_at_home_and_is_refused_abroad(tmp_path: Path, case: str) -> None:
    """Its own provider judges it; another one never sees a guess."""
    dialect, odd = PRIVATE[case]
    async with two_ways(tmp_path) as w, connected(w) as client:
        assert (await client.post(path(dialect), odd, f"home-{dialect}")).status_code == 200
        [asked] = w.standins[named(dialect)].asked
        assert asked.json == (odd if dialect == GOOGLE else odd | {"model": "x"})
        reply = await client.post(path(dialect), odd, f"abroad-{dialect}")
        assert (reply.status_code, total(w)) == (400, 1)
        refused(dialect, reply)
        assert await client.fine(dialect, f"abroad-{dialect}")


@pytest.mark.parametrize("dialect", IN_BODY)
async def test_an_unknown_model_is_a_404_that_names_the_nearest(tmp_path: Path, dialect: str) -> None:
    """However long it is, and whatever is in it: no header and no line of its own comes of it."""
    async with two_ways(tmp_path) as w, connected(w) as client:
        reply = await client.post(path(dialect), body(dialect, model=f"home-{dialect}s"), "")
        assert reply.status_code == 404
        assert f'Did you mean "home-{dialect}"?' in refused(dialect, reply)["message"]
        for name in ("x" * 1_000_000, "x\r\nset-cookie: a=b\r\n\r\n", "\0", "é\u202e", "../../etc/passwd", "a/b/c"):
            reply = await client.post(path(dialect), body(dialect, model=name), "")
            assert reply.status_code == 404
            assert "set-cookie" not in reply.headers
            assert len(refused(dialect, reply)["message"]) < 500
        assert await client.fine(dialect, f"home-{dialect}")
        assert total(w) == 1


@pytest.mark.parametrize("dialect", OTHER)
async def test_a_nul_in_a_text_is_a_text(tmp_path: Path, dialect: str) -> None:
    """JSON has it; at home and abroad it arrives as it was."""
    async with two_ways(tmp_path) as w, connected(w) as client:
        for way in ("home", "abroad"):
            assert (await client.post(path(dialect), says(dialect, "a\0b"), f"{way}-{dialect}")).status_code == 200
        for standin in w.standins.values():
            assert all(b"a\\u0000b" in asked.body for asked in standin.asked)
        assert total(w) == 2


@pytest.mark.parametrize("dialect", OTHER)
async def test_a_body_over_the_limit_is_a_413(tmp_path: Path, dialect: str) -> None:
    """By the length it says: not a byte of it is waited for."""
    async with two_ways(tmp_path) as w, connected(w) as client:
        headers = {"authorization": f"Bearer {w.token}", "content-length": str(64 * 1024 * 1024 + 1)}
        await client.visitor.ask(path(dialect), method="POST", headers=headers)
        reply = answered(await client.visitor.hear("POST"))
        assert reply.status_code == 413
        assert "67108864 bytes" in refused(dialect, reply)["message"]
        assert total(w) == 0


SPOKEN_AT = {"messages": MESSAGES, "v1beta": GOOGLE}
MISSED = ["/v1/nothing", "/v1/messages/nothing", "/v1beta/nothing", "/", "/v1/models", "/v1beta/models"]


@pytest.mark.parametrize("at", MISSED)
async def test_a_wrong_path_or_method_is_told_in_the_dialect_of_the_path(tmp_path: Path, at: str) -> None:
    """404 or 405 with what there is."""
    async with two_ways(tmp_path) as w, connected(w) as client:
        reply = await client.post(at, b"{}", "")
        assert reply.status_code == (404 if at.endswith("nothing") else 405)
        refused(next((d for word, d in SPOKEN_AT.items() if word in at), CHAT), reply)
        assert await client.fine(CHAT, "home-openai.chat")
