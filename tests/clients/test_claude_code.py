"""Claude Code through the door, as `ANTHROPIC_BASE_URL` and `ANTHROPIC_AUTH_TOKEN` point it there."""

import json
from pathlib import Path

import pytest

from clients import quiet
from clients.pinned import program
from clients.scene import ANSWER, NOTE, Ran, Scene, calls, scene

CLIENT = "@anthropic-ai/claude-code"
EVENTS = ("--output-format", "stream-json", "--verbose", "--include-partial-messages")
BEHIND = ("anthropic.messages", "openai.chat", "openai.responses")

pytestmark = pytest.mark.clients


async def ask(at: Scene, *words: str, model: str = "m", **environment: str) -> Ran:
    door = {"ANTHROPIC_BASE_URL": at.url, "ANTHROPIC_AUTH_TOKEN": at.token}
    folder = str(at.user / "claude")
    claude = program("claude", CLIENT)
    return await at.run(
        claude, "-p", "--model", model, *words, CLAUDE_CONFIG_DIR=folder, **door, **quiet.CLAUDE_CODE, **environment
    )


@pytest.mark.parametrize("behind", BEHIND)
async def test_a_plain_answer(behind: str, tmp_path: Path) -> None:
    """The text on stdout; one session, the one Claude Code named."""
    async with scene(tmp_path, {"a": (behind, "ok")}) as at:
        session = "8f5e2c1a-7b6d-4e3f-9a0b-1c2d3e4f5a6b"
        ran = await ask(at, "--session-id", session, "What is a switchgear?")
        assert (ran.code, ran.out.strip()) == (0, ANSWER), ran.said
        assert await at.sessions() == {session}


@pytest.mark.parametrize("behind", BEHIND)
async def test_a_streamed_answer(behind: str, tmp_path: Path) -> None:
    """Piece by piece, and its tokens are counted."""
    async with scene(tmp_path, {"a": (behind, "ok")}) as at:
        ran = await ask(at, *EVENTS, "What is a switchgear?")
        streamed = [line["event"] for line in ran.lines if line["type"] == "stream_event"]
        deltas = [event["delta"] for event in streamed if event["type"] == "content_block_delta"]
        assert "".join(delta.get("text", "") for delta in deltas) == ANSWER, ran.said
        assert len(deltas) == 6
        usage = ran.lines[-1]["usage"]
        assert (usage["input_tokens"], usage["output_tokens"]) == (12, 6)


@pytest.mark.parametrize("behind", BEHIND)
async def test_a_tool_call_and_its_result_go_round(behind: str, tmp_path: Path) -> None:
    """It runs its own Bash tool; what that said goes back to the provider, in the same session."""
    script = calls("Bash", command="cat note.txt", description="reads the note")
    async with scene(tmp_path, {"a": (behind, script)}) as at:
        ran = await ask(at, "--allowedTools", "Bash", "--", "What does the note say?")
        assert (ran.code, ran.out.strip()) == (0, ANSWER), ran.said
        assert NOTE in json.dumps(at.asked("a")[1])
        assert len(await at.sessions()) == 1


async def test_a_failover_before_content_is_not_seen(tmp_path: Path) -> None:
    """The first provider's stream breaks before its first word: another dialect answers."""
    scripts = {"a": ("anthropic.messages", "error_event"), "b": ("openai.chat", "ok")}
    async with scene(tmp_path, scripts) as at:
        ran = await ask(at, "What is a switchgear?")
        assert (ran.code, ran.out.strip()) == (0, ANSWER), ran.said
        assert at.hits == {"a": 1, "b": 1}


async def test_exhausted_is_shown_in_our_words_at_once(tmp_path: Path) -> None:
    """An hour is not waited for: no provider is asked again."""
    scripts = {"a": ("anthropic.messages", "429_hour"), "b": ("openai.chat", "429_hour")}
    async with scene(tmp_path, scripts) as at:
        ran = await ask(at, "What is a switchgear?")
        assert ran.code == 1
        assert "429" in ran.out, ran.said
        assert "hint" in ran.out
        assert at.hits == {"a": 1, "b": 1}


async def test_a_wrong_token_is_told_at_once(tmp_path: Path) -> None:
    """With the cure, and no provider hears of it."""
    async with scene(tmp_path, {"a": ("anthropic.messages", "ok")}) as at:
        at.token = "sgw_of-another-machine"
        ran = await ask(at, "What is a switchgear?")
        assert (ran.code, "switchgear token new" in ran.out) == (1, True), ran.said
        assert at.hits == {"a": 0}


async def test_its_model_list_has_the_merged_model(tmp_path: Path) -> None:
    """Asked to, it looks for models at the door and keeps those whose names begin with claude."""
    async with scene(tmp_path, {"a": ("anthropic.messages", "ok")}, alias="claude-merged") as at:
        discover = {"CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY": "1"}
        ran = await ask(at, "What is a switchgear?", model="claude-merged", **discover)
        assert (ran.code, ran.out.strip()) == (0, ANSWER), ran.said
        found = json.loads((at.user / "claude" / "cache" / "gateway-models.json").read_text())
        assert [model["id"] for model in found["models"]] == ["claude-merged"]


async def test_a_conversation_moves_to_another_provider_and_back(tmp_path: Path) -> None:
    """Three turns, one session: what one provider signed goes back to it, and never to the other."""
    scripts = {"a": ("anthropic.messages", "ok_thinking"), "b": ("openai.responses", "ok_thinking")}
    async with scene(tmp_path, scripts) as at:
        for provider, question in (("a", "first"), ("b", "second"), ("a", "third")):
            await at.only(provider)
            ran = await ask(at, *([] if question == "first" else ["--continue"]), question)
            assert (ran.code, ran.out.strip()) == (0, ANSWER), ran.said
        assert at.hits == {"a": 2, "b": 1}
        assert at.signed("a", by="a") == [False, True]
        assert at.signed("b", by="a") == [False]
        assert at.signed("a", by="b") == [False, False]
        assert len(await at.sessions()) == 1


@pytest.mark.parametrize(
    ("first", "second"), [("anthropic.messages", "openai.chat"), ("openai.responses", "anthropic.messages")]
)
async def test_a_failover_between_a_tool_call_and_its_result(first: str, second: str, tmp_path: Path) -> None:
    """One provider thought and called, the other gets the call with its result, and none of the signatures."""
    script = calls("Bash", "429_hour", command="cat note.txt", description="reads the note")
    async with scene(tmp_path, {"a": (first, script), "b": (second, "ok")}) as at:
        ran = await ask(at, "--allowedTools", "Bash", "--", "What does the note say?")
        assert (ran.code, ran.out.strip()) == (0, ANSWER), ran.said
        assert at.hits == {"a": 2, "b": 1}
        [moved] = at.asked("b")
        assert NOTE in json.dumps(moved)
        assert at.signed("b", by="a") == [False]


async def test_an_answer_cut_in_the_middle_is_asked_for_again(tmp_path: Path) -> None:
    """It never takes the half for the whole; in the end the next provider answers."""
    scripts = {"a": ("anthropic.messages", "cut_text_dirty"), "b": ("openai.chat", "ok")}
    async with scene(tmp_path, scripts) as at:
        ran = await ask(at, "What is a switchgear?")
        assert (ran.code, ran.out.strip()) == (0, ANSWER), ran.said
        assert at.hits["b"] == 1
