"""A tool loop of a google.generate client that moves between providers: what is signed goes only where it opens."""

import json
from pathlib import Path
from typing import Any

import pytest

from door_client import post
from switchgeard.dialects.google_generate.signature import BYPASS
from world import World, world

DIALECT = "google.generate"
USER = {"role": "user", "parts": [{"text": "hello"}]}


async def called(w: World, **members: Any) -> dict[str, Any]:
    """What the model said to the first question: a call."""
    reply = await post(w, DIALECT, **members)
    [part] = [part for part in reply.json()["candidates"][0]["content"]["parts"] if "functionCall" in part]
    return dict(part)


async def answered(w: World, part: dict[str, Any]) -> None:
    """The next step of the loop: the call as it was said, and its result."""
    result = {"id": part["functionCall"]["id"], "name": part["functionCall"]["name"], "response": {"result": "sunny"}}
    turns = [USER, {"role": "model", "parts": [part]}, {"role": "user", "parts": [{"functionResponse": result}]}]
    reply = await post(w, DIALECT, contents=turns)
    assert reply.status_code == 200, reply.text


def sent(w: World, provider: str) -> dict[str, Any]:
    """The call in the last request a provider got."""
    body = json.loads(w.standins[provider].asked[-1].body)
    return dict(body["contents"][1]["parts"][0])


@pytest.mark.parametrize("other", ["anthropic", "openai"])
async def test_a_call_no_gemini_made_gets_googles_dummy(tmp_path: Path, other: str) -> None:
    """Else a newer model refuses the step; nothing of the seal goes out."""
    async with world(tmp_path, {"a": ["ok_tool", "529"], "b": "ok"}, kinds={"a": other, "b": "google"}, door=True) as w:
        part = await called(w)
        await answered(w, part)
        assert sent(w, "b") == {**part, "thoughtSignature": BYPASS}


async def test_a_signature_comes_back_to_who_signed_however_it_was_spelled(tmp_path: Path) -> None:
    """A client's library wrote it in the other alphabet, without padding."""
    async with world(tmp_path, {"a": ["ok_tool", "ok"]}, kinds={"a": "google"}, door=True) as w:
        part = await called(w)
        spelled = {**part, "thoughtSignature": part["thoughtSignature"].rstrip("=")}
        assert spelled != part
        await answered(w, spelled)
        assert sent(w, "a") == spelled


async def test_a_signature_does_not_go_to_another_account(tmp_path: Path) -> None:
    """Which could not open it: there the call is as one of a stranger's."""
    async with world(
        tmp_path, {"a": ["ok_tool", "529"], "b": "ok"}, kinds={"a": "google", "b": "google"}, door=True
    ) as w:
        part = await called(w)
        await answered(w, {**part, "thoughtSignature": part["thoughtSignature"].rstrip("=")})
        assert sent(w, "b") == {**part, "thoughtSignature": BYPASS}
        assert "thoughtSignature" in sent(w, "a")


async def test_a_call_of_geminis_goes_on_elsewhere_without_its_signature(tmp_path: Path) -> None:
    """Translated, and named by the same id."""
    async with world(
        tmp_path, {"a": ["ok_tool", "529"], "b": "ok"}, kinds={"a": "google", "b": "anthropic"}, door=True
    ) as w:
        part = await called(w)
        await answered(w, part)
        [asked] = w.standins["b"].asked
        assert part["thoughtSignature"].encode() not in asked.body
        [call] = json.loads(asked.body)["messages"][1]["content"]
        assert (call["type"], call["id"]) == ("tool_use", part["functionCall"]["id"])


async def test_an_objection_to_a_signature_is_met_by_going_without(tmp_path: Path) -> None:
    """The provider says one is missing or spoiled: the same offer is asked once more."""
    async with world(tmp_path, {"a": ["ok_tool", "400_sealed", "ok"]}, kinds={"a": "google"}, door=True) as w:
        part = await called(w)
        await answered(w, part)
        assert sent(w, "a") == {**part, "thoughtSignature": BYPASS}
        assert w.standins["a"].hits == 3
