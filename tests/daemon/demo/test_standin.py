"""The stand-ins say what real providers say, and misbehave exactly as named."""

import json

import httpx  # noqa: TID251 - a client that is not ours
import pytest
import trio

from standins.errors import ERRORS
from standins.faults import FAULTS, replay
from standins.standin import StandIn
from switchgeard.demo.exchange import Asked
from switchgeard.demo.wires import ANTHROPIC, DONE, GOOGLE, OPENAI, RESPONSES, Said, says, stream
from switchgeard.upstream.tls import blind_context

PATHS = {
    OPENAI: "/v1/chat/completions",
    ANTHROPIC: "/v1/messages",
    RESPONSES: "/v1/responses",
    GOOGLE: "/v1beta/models/m-1:streamGenerateContent?alt=sse",
}
ENDS = ("fin", "reset")
HELD = ("hang", "hang_event", "hang_opening", "hang_text", "pings")
FLOODS = ("huge_line", "huge_body", "header_flood", "pings_for_ever", "bomb", "drip", "deep_json")


def a_client() -> httpx.AsyncClient:
    """A client that is not ours; reads no CA bundle for plain http."""
    return httpx.AsyncClient(trust_env=False, verify=blind_context())


async def ask(standin: StandIn, wire: str = OPENAI, streamed: bool = True) -> httpx.Response:
    """One completion, as a foreign client asks for it."""
    body = {"model": "m-1", "stream": streamed, "stream_options": {"include_usage": True}}
    path = PATHS[wire] if streamed else PATHS[wire].replace("streamGenerateContent", "generateContent")
    async with a_client() as client:
        return await client.post(standin.url + path, json=body, headers={"x-api-key": "sk-1"}, timeout=5)


def payloads(text: str) -> list[str]:
    """The data of every event, read naively."""
    return [line.removeprefix("data: ") for line in text.split("\n") if line.startswith("data: ")]


async def test_openai_stream_ends_with_done_and_says_its_usage() -> None:
    """Deltas add up, usage rides alone in the last chunk."""
    async with StandIn(said=says("a b c")).serving() as standin:
        reply = await ask(standin)
    *chunks, last = payloads(reply.text)
    decoded = [json.loads(chunk) for chunk in chunks]
    assert last == DONE
    assert "".join(c["choices"][0]["delta"].get("content") or "" for c in decoded if c["choices"]) == "a b c"
    assert decoded[-1]["choices"] == []
    assert decoded[-1]["usage"]["completion_tokens"] == 3
    assert reply.headers["content-type"] == "text/event-stream; charset=utf-8"


@pytest.mark.parametrize(
    ("wire", "first", "last"),
    [(ANTHROPIC, "message_start", "message_stop"), (RESPONSES, "response.created", "response.completed")],
)
async def test_streams_with_named_events_name_them(wire: str, first: str, last: str) -> None:
    """`event:` is the payload's type, in the order of the wire."""
    async with StandIn(said=says("a b")).serving() as standin:
        reply = await ask(standin, wire)
    names = [line.removeprefix("event: ") for line in reply.text.split("\n") if line.startswith("event: ")]
    assert names == [json.loads(payload)["type"] for payload in payloads(reply.text)]
    assert (names[0], names[-1]) == (first, last)


async def test_a_responses_stream_is_numbered_and_adds_up_to_its_last_event() -> None:
    """Every item that is done stands in the response that completes it."""
    said = Said(text=("Hi", "!"), thinking="Hm.", tool="weather")
    async with StandIn(said=said).serving() as standin:
        told = [json.loads(payload) for payload in payloads((await ask(standin, RESPONSES)).text)]
    assert [event["sequence_number"] for event in told] == list(range(len(told)))
    done = [event["item"] for event in told if event["type"] == "response.output_item.done"]
    assert told[-1]["response"]["output"] == done
    assert [item["type"] for item in done] == ["reasoning", "message", "function_call"]
    written = "".join(event["delta"] for event in told if event["type"] == "response.function_call_arguments.delta")
    assert written == done[2]["arguments"] == said.arguments


@pytest.mark.parametrize("wire", PATHS)
async def test_a_whole_body_holds_text_thinking_and_tool(wire: str) -> None:
    """The same content as the stream, in one JSON body."""
    said = Said(text=("Hi",), thinking="Hm.", tool="weather")
    async with StandIn(said=said).serving() as standin:
        reply = (await ask(standin, wire, streamed=False)).json()
    if wire == ANTHROPIC:
        assert [block["type"] for block in reply["content"]] == ["thinking", "text", "tool_use"]
        assert reply["stop_reason"] == "tool_use"
    elif wire == RESPONSES:
        assert [item["type"] for item in reply["output"]] == ["reasoning", "message", "function_call"]
        assert reply["status"] == "completed"
    elif wire == GOOGLE:
        parts = reply["candidates"][0]["content"]["parts"]
        assert [sorted(part) for part in parts] == [["text", "thought"], ["text"], ["functionCall", "thoughtSignature"]]
        assert (reply["candidates"][0]["finishReason"], reply["modelVersion"]) == ("STOP", "m-1")
    else:
        message = reply["choices"][0]["message"]
        assert (message["content"], message["reasoning_content"]) == ("Hi", "Hm.")
        assert message["tool_calls"][0]["function"]["arguments"] == said.arguments


@pytest.mark.parametrize("name", ERRORS)
@pytest.mark.parametrize("wire", PATHS)
async def test_error_rows_come_as_json_of_their_wire(name: str, wire: str) -> None:
    """Status and shape as the provider of that wire has them."""
    async with StandIn(name).serving() as standin:
        reply = await ask(standin, wire)
    assert reply.status_code == ERRORS[name].status
    body = reply.json()
    assert body["error"]["message"]
    assert (body.get("type") == "error") == (wire == ANTHROPIC)


async def test_the_spent_five_hour_window_says_so_in_headers() -> None:
    """The unified headers of a Claude subscription, two hours before it opens again."""
    async with StandIn("quota_5h").serving() as standin:
        reply = await ask(standin, ANTHROPIC)
        asked_at = standin.asked[0].wall
    assert reply.headers["anthropic-ratelimit-unified-5h-status"] == "rejected"
    assert int(reply.headers["anthropic-ratelimit-unified-5h-reset"]) == int(asked_at + 7200)
    assert reply.headers["retry-after"] == "7200"


def test_every_behaviour_builds_an_answer_on_both_wires() -> None:
    """No row of the table is broken, whatever was asked."""
    for name, fault in FAULTS.items():
        for path in PATHS.values():
            for body in (b'{"model":"m","stream":true}', b'{"model":"m"}', b"nonsense"):
                answer = fault(Asked(0, "POST", path, (), body, 1_800_000_000.0), Said())
                assert answer.steps or answer.end in ENDS, name


@pytest.mark.parametrize("name", [name for name in FAULTS if name not in (*HELD, *FLOODS)])
@pytest.mark.parametrize("wire", PATHS)
async def test_named_behaviours_end_by_themselves(name: str, wire: str) -> None:
    """Each is an answer or a broken connection, never a client left waiting."""
    async with StandIn(name).serving() as standin:
        try:
            reply = await ask(standin, wire)
        except (httpx.NetworkError, httpx.RemoteProtocolError, httpx.DecodingError):
            reply = None
        assert standin.hits == 1
        assert reply is None or not name.startswith("ok") or reply.status_code == 200


@pytest.mark.parametrize("name", ["ok_split", "ok_split_7", "ok_last_twice"])
async def test_dressed_streams_keep_their_events(name: str) -> None:
    """Only the framing differs from the plain answer."""
    async with StandIn("ok").serving() as plain, StandIn(name).serving() as dressed:
        expected, got = payloads((await ask(plain)).text), payloads((await ask(dressed)).text)
    assert got[: len(expected)] == expected


@pytest.mark.parametrize("name", [name for name in FAULTS if name.startswith("cut_")])
@pytest.mark.parametrize("wire", PATHS)
def test_cut_streams_lack_their_terminal_marker(name: str, wire: str) -> None:
    """Whatever is cut can be told from a complete answer."""
    answer = FAULTS[name](Asked(0, "POST", PATHS[wire], (), b'{"model":"m","stream":true}', 0.0), Said())
    sent = b"".join(getattr(step, "data", b"") for step in answer.steps)
    assert b"data: " in sent
    assert b"[DONE]" not in sent
    assert b"message_stop" not in sent
    assert b"finishReason" not in sent


@pytest.mark.parametrize("name", HELD)
async def test_a_hang_ends_when_it_is_released(name: str) -> None:
    """The rest of the answer follows, if there is one; no time has to pass."""
    ended = list[str]()
    async with StandIn(name).serving() as standin, trio.open_nursery() as nursery:
        nursery.start_soon(_end_of, ended, standin)
        await standin.until(lambda s: s.hits == 1)
        assert not ended
        standin.release.set()
    assert ended == ["200" if name != "hang" else "disconnected"]


async def _end_of(ended: list[str], standin: StandIn) -> None:
    try:
        ended.append(str((await ask(standin)).status_code))
    except httpx.RemoteProtocolError:
        ended.append("disconnected")


async def test_the_client_leaving_is_noticed() -> None:
    """So tests can assert that cancelling reached the provider."""
    async with StandIn("hang_text").serving() as standin, trio.open_nursery() as nursery:
        nursery.start_soon(ask, standin)
        await standin.until(lambda s: s.hits == 1)
        nursery.cancel_scope.cancel()
        with trio.CancelScope(shield=True), trio.fail_after(30):
            await standin.until(lambda s: s.disconnects == 1 and s.open == 0)
    assert standin.disconnects == 1


async def test_a_script_is_followed_and_its_last_line_repeats() -> None:
    """Sequences of names and functions, one line a request."""
    async with StandIn(["429", FAULTS["529"], "ok"]).serving() as standin:
        codes = [(await ask(standin)).status_code for _ in range(4)]
    assert codes == [429, 529, 200, 200]
    assert standin.hits == 4


async def test_requests_are_remembered_whole_but_print_no_secret() -> None:
    """Headers and bodies for assertions; nothing of them in repr."""
    async with StandIn().serving() as standin:
        await ask(standin)
    asked = standin.asked[0]
    assert asked.header("x-api-key") == "sk-1"
    assert (asked.model, asked.stream, asked.wire) == ("m-1", True, OPENAI)
    assert "sk-1" not in repr(asked)


async def test_healthy_answers_carry_the_headers_they_are_given() -> None:
    """Quota headers of an account that still has some."""
    given = [("x-ratelimit-remaining-requests", "41")]
    async with StandIn(headers=lambda wall: given).serving() as standin:
        reply = await ask(standin)
    assert reply.headers["x-ratelimit-remaining-requests"] == "41"
    assert payloads(reply.text)[-1] == DONE


@pytest.mark.parametrize("size", [None, 1, 5])
async def test_recorded_streams_are_replayed_as_they_were(size: int | None) -> None:
    """Payload for payload, however the bytes are cut."""
    recorded = stream(says("é ü 漢字"), ANTHROPIC, "m")
    async with StandIn(replay(recorded, ANTHROPIC, size)).serving() as standin:
        reply = await ask(standin, ANTHROPIC)
    assert payloads(reply.text) == recorded


async def test_google_streams_one_response_after_the_other_and_says_at_last_why_it_ends() -> None:
    """Model and manner are in the path; the first chunk says nothing yet, the counts grow."""
    async with StandIn(said=says("a b c")).serving() as standin:
        chunks = [json.loads(payload) for payload in payloads((await ask(standin, GOOGLE)).text)]
        asked = standin.asked[0]
    assert (asked.model, asked.stream, asked.wire) == ("m-1", True, GOOGLE)
    parts = [chunk["candidates"][0]["content"]["parts"][0]["text"] for chunk in chunks]
    assert (parts[0], "".join(parts)) == ("", "a b c")
    assert ["finishReason" in chunk["candidates"][0] for chunk in chunks] == [False] * 4 + [True]
    assert chunks[-1]["usageMetadata"]["candidatesTokenCount"] == 3


async def test_google_lists_its_models_by_their_full_names() -> None:
    """To who comes with Google's header."""
    async with StandIn(models=("m-1",)).serving() as standin, a_client() as client:
        reply = await client.get(f"{standin.url}/v1beta/models?pageSize=1000", headers={"x-goog-api-key": "k"})
    assert [model["name"] for model in reply.json()["models"]] == ["models/m-1"]


@pytest.mark.parametrize("version", [None, "2023-06-01"])
async def test_the_model_list_has_the_shape_of_the_asking_kind(version: str | None) -> None:
    """GET /v1/models answers both kinds and counts as no completion."""
    async with (
        StandIn(models=("m-1",)).serving() as standin,
        a_client() as client,
    ):
        headers = {"anthropic-version": version} if version else {}
        listed = (await client.get(f"{standin.url}/v1/models", headers=headers)).json()
    assert listed["data"][0]["id"] == "m-1"
    assert ("has_more" in listed) == bool(version)
    assert standin.hits == 0


def test_a_body_deeper_than_a_stack_is_none() -> None:
    """One such request does not end the stand-in, and the others' answers with it."""
    assert Asked(0, "POST", "/v1/chat/completions", (), b"[" * 100_000 + b"]" * 100_000, 0.0).json == {}
