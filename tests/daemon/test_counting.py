"""Counting: tokens of a Messages body before it is asked, by who would serve it, or by guess."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx  # noqa: TID251 - a client that is not ours
import pytest
import trio

from door_client import ASKED, tool
from door_reading import refused
from standins.faults import FAULTS
from switchgeard import clock, counting, dialling
from switchgeard.demo.exchange import Answer, Asked, sized
from switchgeard.demo.wires import Said
from world import PATIENT, World, world

MESSAGES = "anthropic.messages"
PATH = "/v1/messages/count_tokens"
UNKNOWN_KEY = b'{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}'
BODY = ASKED[MESSAGES] | {"system": "Be brief.", "zz_unknown": 1}


def counter(answer: Callable[[Asked], Answer]) -> Callable[[Asked, Said], Answer]:
    """A provider that counts so, and answers all else."""

    def say(asked: Asked, said: Said) -> Answer:
        return answer(asked) if asked.path.endswith("/count_tokens") else FAULTS["ok"](asked, said)

    return say


def counts(tokens: object, status: int = 200) -> Callable[[Asked, Said], Answer]:
    return counter(lambda asked: sized(status, json.dumps({"input_tokens": tokens}).encode()))


async def count(w: World, body: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
    async with tool(w, **headers) as client:
        return await client.post(PATH, json=body or BODY)


async def guessed(w: World) -> None:
    reply = await count(w)
    assert reply.status_code == 200
    assert 5 <= reply.json()["input_tokens"] <= 100
    assert list(reply.json()) == ["input_tokens"]


async def test_the_provider_that_would_serve_counts(tmp_path: Path) -> None:
    """Its own number; it gets the body without what only an answer needs, and the betas that belong to it."""
    async with world(tmp_path, {"a": counts(4321), "b": counts(1)}, door=True) as w:
        reply = await count(w, anthropic_version="2026-10-21", anthropic_beta="b-1")
        assert (reply.status_code, reply.json()) == (200, {"input_tokens": 4321})
        [asked] = w.standins["a"].asked
        assert asked.path == PATH
        assert asked.json["model"] == "model-a"
        assert asked.json["system"] == "Be brief."
        assert not {"max_tokens", "stream"} & set(asked.json)
        assert (asked.header("anthropic-version"), asked.header("anthropic-beta")) == ("2026-10-21", "b-1")
        assert w.hits()["b"] == 0


async def test_counting_is_no_attempt(tmp_path: Path) -> None:
    """Nothing is paid for, no session moves, no row is written."""
    async with world(tmp_path, {"a": counts(7)}, door=True) as w:
        await count(w)
        assert await w.rows() == 0
        assert (await w.call("sessions/list"))["sessions"] == []


async def test_a_provider_of_another_dialect_is_not_asked(tmp_path: Path) -> None:
    """It has no such thing: a guess."""
    async with world(tmp_path, {"a": counts(7), "b": counts(8)}, kinds={"a": "openai"}, door=True) as w:
        await guessed(w)
        assert w.hits() == {"a": 0, "b": 0}


@pytest.mark.parametrize(
    "trouble",
    [
        counts(7, status=404),
        counts(7, status=429),
        counts("seven"),
        counts(None),
        counter(lambda asked: sized(200, b"<html>")),
        counter(lambda asked: sized(200, b" " * 1_000_000)),
        counter(lambda asked: sized(200, b'{"zz":' + b"[" * 30_000)),
        counter(lambda asked: FAULTS["eof"](asked, Said())),
        counter(lambda asked: FAULTS["rst"](asked, Said())),
        counter(lambda asked: FAULTS["header_flood"](asked, Said())),
        counter(lambda asked: FAULTS["deep_json"](asked, Said())),
    ],
    ids=["404", "429", "words", "null", "page", "flood", "depths", "eof", "rst", "heads", "deep"],
)
async def test_trouble_costs_only_exactness(tmp_path: Path, trouble: Callable[[Asked, Said], Answer]) -> None:
    """And says nothing about the provider's health."""
    async with world(tmp_path, {"a": trouble}, door=True) as w:
        await guessed(w)
        assert w.hits() == {"a": 1}
        assert (await w.call("providers/list"))["providers"][0]["health"] == "available"


async def test_a_refused_credential_is_known_before_an_answer_is_asked_for(tmp_path: Path) -> None:
    """It is the same credential: the next request goes elsewhere at once, and the cure is told."""
    async with world(tmp_path, {"a": counter(lambda asked: sized(401, UNKNOWN_KEY)), "b": "ok"}, door=True) as w:
        await guessed(w)
        provider = (await w.call("providers/list"))["providers"][0]
        assert (provider["health"], provider["reason"]) == ("auth_failed", "invalid x-api-key")
        assert (await w.ask()).outcomes == [("b", None)]
        assert w.hits() == {"a": 1, "b": 1}


@pytest.mark.parametrize("status", [429, 404, 403, 500])
async def test_who_would_not_count_is_not_asked_again_at_once(tmp_path: Path, status: int) -> None:
    """Nor kept from answering: counting has limits of its own."""
    body = b'{"type":"error","error":{"type":"x_error","message":"no"}}'
    async with world(tmp_path, {"a": counter(lambda asked: sized(status, body))}, door=True) as w:
        for _ in range(3):
            await guessed(w)
        assert w.hits() == {"a": 1}
        assert (await w.ask()).outcomes == [("a", None)]


async def test_a_count_is_asked_for_again_when_its_limit_says(tmp_path: Path) -> None:
    """By retry-after."""
    answers = iter([sized(429, b"{}", [("retry-after", "20")]), sized(200, b'{"input_tokens": 9}')])
    wall = clock.now()
    moments = [wall]
    async with world(tmp_path, {"a": counter(lambda asked: next(answers))}, door=True, now=lambda: moments[-1]) as w:
        await guessed(w)
        moments.append(wall.after(19))
        await guessed(w)
        moments.append(wall.after(21))
        assert (await count(w)).json() == {"input_tokens": 9}


async def test_spending_that_is_forbidden_while_the_credential_is_fetched_forbids_the_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The word that counts is the one at the moment of sending, for whatever is asked of a metered provider."""
    async with world(tmp_path, {"a": counts(7)}, door=True) as w:

        async def slowly(*args: Any) -> Any:
            dialled = await dialling.dial(*args)
            path = w.home / "config.toml"
            path.write_text(path.read_text() + '\n[spend]\nmetered = "never"\n')
            assert (await w.call("config/reload"))["ok"]
            return dialled

        monkeypatch.setattr(counting, "dial", slowly)
        await guessed(w)
        assert w.hits()["a"] == 0


async def test_nobody_waits_long_for_a_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider that says nothing is left, and its call with it."""
    monkeypatch.setattr(counting, "LIMIT", 0.05)
    async with world(tmp_path, {"a": "hang"}, timeouts=PATIENT, door=True) as w:
        with trio.fail_after(10):  # less than it would be given
            await guessed(w)
            await w.standins["a"].until(lambda s: s.disconnects == 1)


async def test_where_nobody_can_serve_now_a_guess_is_made(tmp_path: Path) -> None:
    """A paused provider is not asked, not even this."""
    async with world(tmp_path, {"a": counts(7)}, door=True) as w:
        await w.call("providers/pause", provider="a")
        await guessed(w)
        assert w.hits() == {"a": 0}


@pytest.mark.parametrize(("body", "status"), [({"messages": []}, 400), ({"model": "nobody"}, 404)])
async def test_what_cannot_be_read_is_not_counted(tmp_path: Path, body: dict[str, Any], status: int) -> None:
    """In the dialect's words."""
    async with world(tmp_path, {"a": counts(7)}, door=True) as w:
        reply = await count(w, BODY | body)
        assert (reply.status_code, w.hits()) == (status, {"a": 0})
        refused(MESSAGES, reply)
