"""OpenCode through the door, with the provider entry a user would write.

`--title` spares the request that makes one up; without it that request comes first, in the same session.
Its `models` command lists its own config and asks nobody.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from clients import quiet
from clients.pinned import program
from clients.scene import ANSWER, NOTE, Ran, Scene, calls, scene

CLIENT = "opencode-ai"

OWN = """{
  "$schema": "https://opencode.ai/config.json",   // OpenCode adds it where it is missing
  // mine
  "autoupdate": false,
  "share": "disabled",   // never
}
"""

pytestmark = pytest.mark.clients


def written(at: Scene) -> dict[str, Any]:
    """Its config: one provider, ours, with the merged model."""
    model = {"name": "Merged", "tool_call": True, "limit": {"context": 200_000, "output": 32_000}}
    options = {"baseURL": f"{at.url}/v1", "apiKey": at.token}
    ours = {"npm": "@ai-sdk/openai-compatible", "name": "Switchgear", "options": options, "models": {"m": model}}
    return {
        "autoupdate": False,
        "share": "disabled",
        "enabled_providers": ["switchgear"],
        "model": "switchgear/m",
        "small_model": "switchgear/m",
        "permission": {"bash": "allow"},
        "provider": {"switchgear": ours},
    }


async def opencode(at: Scene, *words: str) -> Ran:
    config = at.user / "opencode.json"
    config.write_text(json.dumps(written(at)))
    return await at.run(program("opencode", CLIENT), *words, OPENCODE_CONFIG=config, **quiet.OPENCODE)


async def ask(at: Scene, *words: str) -> Ran:
    return await opencode(at, "run", "--title", "a test", *words)


def told(ran: Ran) -> list[tuple[str, str]]:
    """(type, text) of the events it printed."""
    return [(event["type"], event["part"].get("text", "")) for event in ran.lines if "part" in event]


async def test_a_plain_answer(tmp_path: Path) -> None:
    """The text on stdout; the title it asks for by itself is of the same session, the one it named."""
    async with scene(tmp_path, {"a": ("openai.chat", "ok")}) as at:
        ran = await opencode(at, "run", "What is a switchgear?")
        assert (ran.code, ran.out.strip()) == (0, ANSWER), ran.said
        assert at.hits == {"a": 2}
        [session] = await at.sessions()
        assert session.startswith("ses_")


async def test_a_streamed_answer(tmp_path: Path) -> None:
    """From a provider of another dialect; its tokens are counted."""
    async with scene(tmp_path, {"a": ("anthropic.messages", "ok")}) as at:
        ran = await ask(at, "--format", "json", "What is a switchgear?")
        assert ("text", ANSWER) in told(ran), ran.said
        [finished] = [event["part"] for event in ran.lines if event["type"] == "step_finish"]
        assert finished["reason"] == "stop"
        assert (finished["tokens"]["input"], finished["tokens"]["output"]) == (12, 6)


@pytest.mark.parametrize("behind", ["openai.chat", "anthropic.messages"])
async def test_a_tool_call_and_its_result_go_round(behind: str, tmp_path: Path) -> None:
    """It runs its own bash tool; what that said goes back to the provider."""
    script = calls("bash", command="cat note.txt", description="reads the note")
    async with scene(tmp_path, {"a": (behind, script)}) as at:
        ran = await ask(at, "--format", "json", "What does the note say?")
        assert ("text", ANSWER) in told(ran), ran.said
        assert [event["part"]["state"]["status"] for event in ran.lines if event["type"] == "tool_use"] == ["completed"]
        assert NOTE in json.dumps(at.asked("a")[1])
        assert len(await at.sessions()) == 1


async def test_a_failover_before_content_is_not_seen(tmp_path: Path) -> None:
    """The first provider's stream breaks before its first word."""
    scripts = {"a": ("openai.chat", "error_event"), "b": ("anthropic.messages", "ok")}
    async with scene(tmp_path, scripts) as at:
        ran = await ask(at, "What is a switchgear?")
        assert (ran.code, ran.out.strip()) == (0, ANSWER), ran.said
        assert at.hits == {"a": 1, "b": 1}


async def test_exhausted_is_shown_in_our_words(tmp_path: Path) -> None:
    """It asks five times more, each after the time we say, and then shows the error."""
    async with scene(tmp_path, {"a": ("anthropic.messages", "429_short")}) as at:
        ran = await ask(at, "What is a switchgear?")
        assert ran.code == 1, ran.said
        assert "hint" in ran.err


async def test_its_model_list_has_the_merged_model(tmp_path: Path) -> None:
    """What is in its config is what it offers."""
    async with scene(tmp_path, {"a": ("anthropic.messages", "ok")}) as at:
        ran = await opencode(at, "models")
        assert (ran.code, ran.out.split()) == (0, ["switchgear/m"]), ran.said


async def test_connected_it_lists_the_merged_models_and_undo_leaves_no_trace(tmp_path: Path) -> None:
    """Of the models `switchgear connect` writes it lists each; the user's file comes back byte for byte."""
    async with scene(tmp_path, {"a": ("anthropic.messages", "ok")}) as at:
        file = at.user / "config" / "opencode" / "opencode.jsonc"
        file.parent.mkdir(parents=True)
        file.write_text(OWN)
        connected = await at.switchgear("connect", "opencode", "--yes")
        assert connected.code == 0, connected.said
        listed = await at.run(program("opencode", CLIENT), "models", "switchgear", **quiet.OPENCODE)
        assert listed.out.split() == ["switchgear/m"], listed.said
        undone = await at.switchgear("connect", "opencode", "--undo", "--yes")
        assert (undone.code, file.read_text()) == (0, OWN), undone.said


async def test_an_answer_cut_in_the_middle_is_asked_for_again(tmp_path: Path) -> None:
    """It never takes the half for the whole; in the end the next provider answers."""
    scripts = {"a": ("anthropic.messages", "cut_text_dirty"), "b": ("openai.chat", "ok")}
    async with scene(tmp_path, scripts) as at:
        ran = await ask(at, "What is a switchgear?")
        assert (ran.code, ran.out.strip()) == (0, ANSWER), ran.said
        assert at.hits["b"] == 1


@pytest.mark.parametrize(
    ("first", "second"), [("openai.chat", "anthropic.messages"), ("anthropic.messages", "openai.responses")]
)
async def test_a_failover_between_a_tool_call_and_its_result(first: str, second: str, tmp_path: Path) -> None:
    """One provider thought and called, the other gets the call with its result."""
    script = calls("bash", "429_hour", command="cat note.txt", description="reads the note")
    async with scene(tmp_path, {"a": (first, script), "b": (second, "ok")}) as at:
        ran = await ask(at, "What does the note say?")
        assert (ran.code, ran.out.strip()) == (0, ANSWER), ran.said
        assert at.hits == {"a": 2, "b": 1}
        [moved] = at.asked("b")
        assert NOTE in json.dumps(moved)
