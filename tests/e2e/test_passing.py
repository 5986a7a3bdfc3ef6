"""What passes through the door when client and provider speak the same dialect: everything, but the model's name."""

import json
from pathlib import Path
from typing import Any

import pytest
import trio

from door_client import ASKED, PATHS, events, payloads, post, tool
from standins.faults import FAULTS
from standins.standin import StandIn
from switchgeard.attempt import REST_SECONDS
from switchgeard.demo.exchange import Answer, Asked, Pause, Step, chunked, sized
from switchgeard.demo.wires import Said
from world import World, world

CHAT, MESSAGES, RESPONSES = "openai.chat", "anthropic.messages", "openai.responses"
BY_A = "c3RhbmQtaW4="  # how a stand-in signs
KINDS = {CHAT: "openai", MESSAGES: "anthropic", RESPONSES: "openai"}
EACH = pytest.mark.parametrize("dialect", KINDS)
ODD = {"zz_unknown": {"deep": [1, 2.0, None, "é"]}, "metadata": {"user_id": "u-1"}}
"""Members no codec of ours knows."""


@EACH
@pytest.mark.parametrize("stream", [True, False])
async def test_a_request_passes_as_the_bytes_it_came_in(tmp_path: Path, dialect: str, stream: bool) -> None:
    """Blanks, order, unknown members: only the model's name is another."""
    body = json.dumps(ODD | ASKED[dialect] | {"stream": stream}, indent=1).encode()
    async with world(tmp_path, {"a": "ok"}, kinds={"a": KINDS[dialect]}, door=True) as w, tool(w) as client:
        reply = await client.post(PATHS[dialect], content=body)
        assert reply.status_code == 200
        [asked] = w.standins["a"].asked
        assert asked.body == body.replace(b'"model": "m"', b'"model": "model-a"')


@EACH
async def test_a_stream_passes_event_by_event(tmp_path: Path, dialect: str) -> None:
    """The very payloads the provider sent, with the model the client asked for."""
    async with world(tmp_path, {"a": "ok"}, kinds={"a": KINDS[dialect]}, door=True) as w:
        direct = await _directly(w, dialect, stream=True)
        reply = await post(w, dialect, stream=True)
        assert reply.headers["content-type"] == "text/event-stream"
        assert payloads(reply.text) == [payload.replace('"model-a"', '"m"') for payload in payloads(direct)]
        assert reply.headers["x-switchgear-provider"] == "a"
        assert reply.headers["x-switchgear-model"] == "model-a"


@EACH
async def test_a_whole_answer_passes_whole(tmp_path: Path, dialect: str) -> None:
    """The provider's own body."""
    async with world(tmp_path, {"a": "ok"}, kinds={"a": KINDS[dialect]}, door=True) as w:
        direct = await _directly(w, dialect, stream=False)
        reply = await post(w, dialect)
        assert reply.text == direct.replace('"model-a"', '"m"')


async def _directly(w: World, dialect: str, *, stream: bool) -> str:
    """What the stand-in says to the same request without us in between."""
    async with tool(w) as client:
        body = ASKED[dialect] | {"model": "model-a", "stream": stream}
        reply = await client.post(w.standins["a"].url + PATHS[dialect], json=body)
    return reply.text


@EACH
@pytest.mark.parametrize("stream", [True, False])
async def test_what_passes_is_still_counted(tmp_path: Path, dialect: str, stream: bool) -> None:
    """Usage and the attempt are in the ledger as if it had been translated."""
    wish: dict[str, Any] = {"stream_options": {"include_usage": True}} if dialect == CHAT and stream else {}
    async with world(tmp_path, {"a": "ok"}, kinds={"a": KINDS[dialect]}, door=True) as w:
        await post(w, dialect, stream=stream, **wish)
        [row] = (await w.call("usage/query", by=["provider"]))["rows"]
        assert (row["complete"], row["usage"]["input"], row["usage"]["output"]) == (1, 12, 8)
        assert "estimated" not in row["usage"]


@EACH
@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("fault", ["429", "529", "401", "error_event", "eof", "html_200", "empty_200"])
async def test_a_failure_before_content_is_not_noticed(tmp_path: Path, dialect: str, stream: bool, fault: str) -> None:
    """The next provider answers, in the same dialect."""
    kinds = dict.fromkeys("ab", KINDS[dialect])
    async with world(tmp_path, {"a": fault, "b": "ok"}, kinds=kinds, door=True) as w:
        reply = await post(w, dialect, stream=stream)
        assert reply.status_code == 200
        assert "Hello" in reply.text
        assert "stand-in" in reply.text
        assert reply.headers["x-switchgear-provider"] == "b"
        assert int(reply.headers["x-switchgear-attempts"]) >= 2


@EACH
async def test_a_cut_after_content_is_an_error_in_the_dialect(tmp_path: Path, dialect: str) -> None:
    """Never a stream that looks whole: no terminal marker, no stop reason."""
    kinds = dict.fromkeys("ab", KINDS[dialect])
    async with world(tmp_path, {"a": "cut_text_clean", "b": "ok"}, kinds=kinds, door=True) as w:
        reply = await post(w, dialect, stream=True)
        assert w.hits()["b"] == 0
        *_, last = events(reply.text)
        assert last.get("response", last)["error"]["message"]
        assert reply.text.count("response.created") <= 2  # an event and its payload
        assert "[DONE]" not in reply.text
        assert "event: message_stop" not in reply.text
        assert "event: response.completed" not in reply.text
        assert '"finish_reason":"stop"' not in reply.text


@EACH
@pytest.mark.parametrize("own", [True, False])
async def test_only_what_was_translated_is_continued(tmp_path: Path, dialect: str, own: bool) -> None:
    """Nobody can go on in the middle of another provider's own events; of ours, anybody."""
    other = "openai-compatible" if dialect == MESSAGES else "anthropic"
    kinds = {"a": KINDS[dialect] if own else other, "b": KINDS[dialect]}
    model = 'failover = {after_commit = "continue"}'
    async with world(tmp_path, {"a": "cut_text_clean", "b": "ok"}, kinds=kinds, model=model, door=True) as w:
        reply = await post(w, dialect, stream=True)
        assert w.hits()["b"] == (0 if own else 1)
        assert ('"message": "' in json.dumps(events(reply.text)[-1])) is own  # an error's words
        assert ("a stand-in" in reply.text) is not own


@EACH
async def test_all_exhausted_is_a_429_that_says_when(tmp_path: Path, dialect: str) -> None:
    """With a wait that long, the SDKs are told not to wait for it."""
    kinds = dict.fromkeys("ab", KINDS[dialect])
    async with world(tmp_path, {"a": "429_hour", "b": "429_hour"}, kinds=kinds, door=True) as w:
        reply = await post(w, dialect, stream=True)
        assert reply.status_code == 429
        assert 3500 <= int(reply.headers["retry-after"]) <= 3601
        assert reply.headers["x-should-retry"] == "false"
        assert reply.json()["error"]["message"]
        assert "x-switchgear-provider" not in reply.headers


async def test_headers_that_belong_to_the_words_go_with_them(tmp_path: Path) -> None:
    """A beta the body uses is named to the provider of the same dialect; nothing else of the client's is."""
    sent = {"anthropic-version": "2026-10-21", "anthropic-beta": "b-1,b-2", "x-app": "cli", "cookie": "c=1"}
    async with world(tmp_path, {"a": "429", "b": "ok"}, kinds={"a": "anthropic", "b": "openai"}, door=True) as w:
        reply = await post(w, MESSAGES, sent)
        assert reply.headers["x-switchgear-provider"] == "b"
        [passed], [translated] = w.standins["a"].asked, w.standins["b"].asked
        assert passed.header("anthropic-beta") == "b-1,b-2"
        assert passed.header("anthropic-version") == "2026-10-21"
        assert [name for name, _ in passed.headers].count("anthropic-version") == 1
        for asked in (passed, translated):
            assert asked.header("cookie") is asked.header("x-app") is None
            assert w.token not in str(asked.headers)
        assert translated.header("anthropic-beta") is None


def signing(own: str) -> Any:
    """A provider whose answers are signed, and who refuses signatures of anyone else, as the real ones do."""

    def answer(asked: Asked, said: Said) -> Answer:
        lists = [message["content"] for message in asked.json["messages"] if isinstance(message["content"], list)]
        seen = [b["signature"] for content in lists for b in content if b.get("type") == "thinking"]
        if any(signature != own for signature in seen):
            message = "messages.1.content.0: Invalid `signature` in `thinking` block"
            error = {"type": "error", "error": {"type": "invalid_request_error", "message": message}}
            return sized(400, json.dumps(error).encode())
        return FAULTS["ok"](asked, said)

    return answer


def _with(signature: str) -> list[dict[str, Any]]:
    """A conversation whose answer was thought about."""
    said = [{"type": "thinking", "thinking": "Hm.", "signature": signature}, {"type": "text", "text": "Hello."}]
    return [
        {"role": "user", "content": "hello"},
        {"role": "assistant", "content": said},
        {"role": "user", "content": "and now?"},
    ]


async def test_a_signature_goes_back_to_its_issuer_and_to_nobody_else(tmp_path: Path) -> None:
    """Bare in the client's transcript; known by what passed on its way out. B has nothing to refuse."""
    says = Said(thinking="Hm.", text=("Hello.",))
    async with world(tmp_path, {"a": StandIn("ok", said=says), "b": signing("B-signed")}, door=True) as w:
        first = await post(w, MESSAGES, stream=True)
        assert BY_A in first.text
        await post(w, MESSAGES, messages=_with(BY_A))
        assert BY_A.encode() in w.standins["a"].asked[-1].body
        await w.call("providers/pause", provider="a")
        moved = await post(w, MESSAGES, messages=_with(BY_A))
        assert (moved.status_code, moved.headers["x-switchgear-provider"]) == (200, "b")
        [asked] = w.standins["b"].asked
        assert BY_A.encode() not in asked.body
        assert asked.json["messages"][1]["content"] == [{"type": "text", "text": "Hello."}]


@pytest.mark.parametrize("stream", [True, False])
async def test_a_provider_that_objects_is_asked_once_more_without(tmp_path: Path, stream: bool) -> None:
    """A signature from before our time: sent as it came, then left out. The client sees an answer."""
    async with world(tmp_path, {"a": signing("A-signed")}, door=True) as w:
        reply = await post(w, MESSAGES, messages=_with("somebody-signed"), stream=stream)
        assert reply.status_code == 200
        assert [b"somebody" in asked.body for asked in w.standins["a"].asked] == [True, False]
        assert (await w.call("providers/list"))["providers"][0]["health"] == "available"


async def test_an_objection_that_stays_is_told_after_one_more_try(tmp_path: Path) -> None:
    """Once, not for ever."""

    def refusing(asked: Asked, said: Said) -> Answer:
        message = "messages.1.content.0: Invalid `signature` in `thinking` block"
        error = {"type": "error", "error": {"type": "invalid_request_error", "message": message}}
        return sized(400, json.dumps(error).encode())

    async with world(tmp_path, {"a": refusing}, door=True) as w:
        reply = await post(w, MESSAGES, messages=_with("x"))
        assert reply.status_code == 400
        assert "signature" in reply.json()["error"]["message"]
        assert w.hits() == {"a": 2}


SAYS_WHO: list[dict[str, str]] = [
    {"x-claude-code-session-id": "s-1"},
    {"session-id": "s-2"},
    {"x-session-id": "s-3"},
    {"x-session-affinity": "s-4"},
]


@pytest.mark.parametrize("headers", SAYS_WHO, ids=str)
async def test_a_session_needs_no_configuration(tmp_path: Path, headers: dict[str, str]) -> None:
    """The name the tool gives it anyway."""
    async with world(tmp_path, {"a": "ok"}, door=True) as w:
        await post(w, MESSAGES, headers)
        [session] = (await w.call("sessions/list"))["sessions"]
        assert (session["session"], session["client"]) == (next(iter(headers.values())), "test")


async def test_who_names_no_session_is_known_by_its_beginning(tmp_path: Path) -> None:
    """The second turn of a conversation is of the same session, another conversation is not."""
    async with world(tmp_path, {"a": "ok"}, door=True) as w:
        await post(w, MESSAGES)
        grown = [*ASKED[MESSAGES]["messages"], {"role": "assistant", "content": "Hi"}, {"role": "user", "content": "x"}]
        await post(w, MESSAGES, messages=grown)
        assert len((await w.call("sessions/list"))["sessions"]) == 1
        await post(w, MESSAGES, messages=[{"role": "user", "content": "something else"}])
        assert len((await w.call("sessions/list"))["sessions"]) == 2


async def test_a_client_that_leaves_takes_its_upstream_call_along(tmp_path: Path) -> None:
    """Long before any limit would end it, and while nothing is being said."""
    async with world(tmp_path, {"a": "hang"}, timeouts='connect = "5s"', door=True) as w:
        async with tool(w) as client, trio.open_nursery() as nursery:
            nursery.start_soon(lambda: client.post(PATHS[MESSAGES], json=ASKED[MESSAGES]))
            await w.standins["a"].until(lambda s: s.hits == 1)
            nursery.cancel_scope.cancel()
        with trio.fail_after(20):
            await w.standins["a"].until(lambda s: s.disconnects == 1)
        assert w.standins["a"].hits == 1


async def test_the_same_over_the_socket(tmp_path: Path) -> None:
    """completion/create with a body of another dialect: native events, or the native body."""
    async with world(tmp_path, {"a": "ok"}) as w:
        body = ASKED[MESSAGES] | {"stream": True}
        heard = await w.ask(dialect=MESSAGES, messages=[], body=body)
        native = [value["data"] for value in heard.values if value["type"] == "native"]
        assert native[0]["type"] == "message_start"
        assert native[-1] == {"type": "message_stop"}
        assert native[0]["message"]["model"] == "m"
        assert heard.answer == "Hello from a stand-in provider."
        whole = await w.ask(dialect=MESSAGES, messages=[], body=ASKED[MESSAGES], stream=False)
        assert whole.result is not None
        assert whole.result["body"]["content"][0]["text"] == "Hello from a stand-in provider."


@EACH
@pytest.mark.parametrize("own", [True, False])
async def test_over_the_socket_too_another_dialect_has_no_word_for_a_restart(
    tmp_path: Path, dialect: str, own: bool
) -> None:
    """Else its client would take two beginnings for one answer: it is told of the cut."""
    other = "openai-compatible" if dialect == MESSAGES else "anthropic"
    kinds = {"a": KINDS[dialect] if own else other, "b": KINDS[dialect]}
    async with world(tmp_path, {"a": "cut_text_clean", "b": "ok"}, kinds=kinds) as w:
        heard = await w.ask(dialect=dialect, messages=[], body=ASKED[dialect], on_interrupt="restart")
        assert heard.kind == "interrupted"
        assert w.hits() == {"a": 1, "b": 0}


async def test_what_a_provider_keeps_is_asked_of_it_alone(tmp_path: Path) -> None:
    """previous_response_id: nobody else has what it stands for, so nobody else is asked."""
    kinds = {"a": "openai", "b": "openai"}
    async with world(tmp_path, {"a": ["ok", "ok", "429_hour"], "b": "ok"}, kinds=kinds, door=True) as w:
        kept = (await post(w, RESPONSES)).json()["id"]
        replies = [await post(w, RESPONSES, previous_response_id=kept) for _ in range(2)]
        assert [reply.status_code for reply in replies] == [200, 429]
        assert w.hits() == {"a": 3, "b": 0}


async def test_what_nobody_here_keeps_is_asked_of_nobody(tmp_path: Path) -> None:
    """It says what to send instead."""
    kinds = {"a": "openai", "b": "openai"}
    async with world(tmp_path, {"a": "ok", "b": "ok"}, kinds=kinds, door=True) as w:
        reply = await post(w, RESPONSES, previous_response_id="resp_of_another_day")
        assert (reply.status_code, reply.json()["error"]["code"]) == (400, "unsupported_parameter")
        assert "send the whole conversation" in reply.json()["error"]["message"]
        assert w.hits() == {"a": 0, "b": 0}


def _sse(*payloads: Any) -> list[bytes | Step]:
    """A stream's pieces: JSON as events, pauses as they are."""
    return [each if isinstance(each, Pause) else f"data: {json.dumps(each)}\n\n".encode() for each in payloads]


def _choice(index: int, text: str, finish: str | None = None) -> dict[str, Any]:
    return {"id": "c", "choices": [{"index": index, "delta": {"content": text}, "finish_reason": finish}]}


def _candidate(index: int, text: str, finish: str | None = None) -> dict[str, Any]:
    ended = {"finishReason": finish} if finish else {}
    return {"candidates": [{"index": index, "content": {"role": "model", "parts": [{"text": text}]}, **ended}]}


LONGER = REST_SECONDS * 1.5

SEVERAL = {
    CHAT: ("openai", _sse(_choice(0, "a", "stop"), _choice(1, "b"), Pause(LONGER), _choice(1, "the rest", "stop"))),
    "google.generate": (
        "google",
        _sse(_candidate(0, "a", "STOP"), _candidate(1, "b"), Pause(LONGER), _candidate(1, "the rest", "STOP")),
    ),
}


@pytest.mark.parametrize("dialect", SEVERAL)
async def test_an_answer_of_several_is_not_over_with_the_first(tmp_path: Path, dialect: str) -> None:
    """The others are waited for, however long they take behind it."""
    kind, pieces = SEVERAL[dialect]
    async with world(tmp_path, {"a": lambda asked, said: chunked(pieces)}, kinds={"a": kind}, door=True) as w:
        reply = await post(w, dialect, stream=True)
    assert "the rest" in reply.text


@pytest.mark.parametrize(
    "delta",
    [
        {"tool_calls": [{"index": 0, "id": "c1", "type": "custom", "custom": {"name": "py", "input": "print()"}}]},
        {"function_call": {"name": "f", "arguments": "{}"}},
        {"audio": {"id": "a", "data": "AAAA"}},
        {"images": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}]},
    ],
    ids=lambda delta: next(iter(delta)),
)
async def test_what_is_no_text_passes_like_text(tmp_path: Path, delta: dict[str, Any]) -> None:
    """Calls in every spelling, sound, pictures: as they came, and an answer like any other."""
    told = {"id": "c", "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    pieces = [*_sse(told, _choice(0, "", "stop")), b"data: [DONE]\n\n"]
    async with world(tmp_path, {"a": lambda asked, said: chunked(pieces)}, kinds={"a": "openai"}, door=True) as w:
        reply = await post(w, CHAT, stream=True)
        assert w.standins["a"].hits == 1
    assert events(reply.text)[0] == told


@pytest.mark.parametrize(
    "odd",
    [
        {"functions": [{"name": "f", "parameters": {}}]},
        {"messages": [{"role": "user", "content": [{"type": "hologram", "hologram": {}}]}]},
    ],
    ids=lambda odd: next(iter(odd)),
)
async def test_what_cannot_be_translated_is_asked_of_who_takes_it_as_it_is(tmp_path: Path, odd: dict[str, Any]) -> None:
    """Where no offer does, the client is told what cannot, and nobody is asked."""
    kinds = {"a": "anthropic", "b": "openai"}
    more = '[[models]]\nalias = "foreign"\ngroup = [{provider = "a", model = "x"}]\n'
    async with world(tmp_path, {"a": "ok", "b": "ok"}, kinds=kinds, more=more, door=True) as w:
        reply = await post(w, CHAT, **odd)
        assert (reply.status_code, w.hits()) == (200, {"a": 0, "b": 1})
        assert w.standins["b"].asked[0].json.items() >= odd.items()
        refused = await post(w, CHAT, model="foreign", **odd)
        assert (refused.status_code, w.hits()) == (400, {"a": 0, "b": 1})
        assert next(iter(odd)) in refused.json()["error"]["message"]
