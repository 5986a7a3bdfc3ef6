"""Codex through the door, with a model provider of its own whose `wire_api` is "responses".

Its catalogue of models is built in, so there is no scenario of a model list.
"""

import json
from pathlib import Path

import pytest

from clients.pinned import program
from clients.scene import ANSWER, NOTE, Ran, Scene, calls, scene

CLIENT = "@openai/codex"
BEHIND = ("anthropic.messages", "openai.chat", "openai.responses")
CONFIG = """\
model = "m"
model_provider = "switchgear"
check_for_update_on_startup = false

[analytics]
enabled = false

[model_providers.switchgear]
name = "Switchgear"
base_url = "{url}/v1"
wire_api = "responses"
env_key = "SWITCHGEAR_TOKEN"
supports_websockets = {websockets}
"""

pytestmark = pytest.mark.clients


async def ask(at: Scene, *words: str, websockets: bool = False) -> Ran:
    folder = at.user / "codex"
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text(CONFIG.format(url=at.url, websockets=str(websockets).lower()))
    anywhere = ("exec", "--skip-git-repo-check", "--sandbox", "danger-full-access")
    return await at.run(program("codex", CLIENT), *anywhere, *words, CODEX_HOME=folder, SWITCHGEAR_TOKEN=at.token)


def texts(ran: Ran) -> list[str]:
    """What the model said, of its JSON events."""
    items = [line["item"] for line in ran.lines if line["type"] == "item.completed"]
    return [item["text"] for item in items if item["type"] == "agent_message"]


@pytest.mark.parametrize("behind", BEHIND)
async def test_a_plain_answer(behind: str, tmp_path: Path) -> None:
    """The text on stdout."""
    async with scene(tmp_path, {"a": (behind, "ok")}) as at:
        ran = await ask(at, "What is a switchgear?")
        assert (ran.code, ran.out.strip()) == (0, ANSWER), ran.said


@pytest.mark.parametrize("behind", BEHIND)
async def test_a_streamed_answer(behind: str, tmp_path: Path) -> None:
    """It always streams; its tokens are counted, and its thread is one session."""
    async with scene(tmp_path, {"a": (behind, "ok")}) as at:
        ran = await ask(at, "--json", "What is a switchgear?")
        assert texts(ran) == [ANSWER], ran.said
        usage = ran.lines[-1]["usage"]
        assert (usage["input_tokens"], usage["output_tokens"]) == (12, 6)
        assert await at.sessions() == {ran.lines[0]["thread_id"]}


@pytest.mark.parametrize("behind", BEHIND)
async def test_a_tool_call_and_its_result_go_round(behind: str, tmp_path: Path) -> None:
    """It runs its own shell tool; what that said goes back to the provider, in the same session."""
    async with scene(tmp_path, {"a": (behind, calls("exec_command", cmd="cat note.txt"))}) as at:
        ran = await ask(at, "--json", "What does the note say?")
        assert texts(ran) == [ANSWER], ran.said
        assert NOTE in json.dumps(at.asked("a")[1])
        assert len(await at.sessions()) == 1


async def test_a_failover_before_content_is_not_seen(tmp_path: Path) -> None:
    """The first provider's stream breaks before its first word: another dialect answers."""
    scripts = {"a": ("openai.chat", "error_event"), "b": ("anthropic.messages", "ok")}
    async with scene(tmp_path, scripts) as at:
        ran = await ask(at, "What is a switchgear?")
        assert (ran.code, ran.out.strip()) == (0, ANSWER), ran.said
        assert at.hits == {"a": 1, "b": 1}


async def test_exhausted_ends_with_an_error(tmp_path: Path) -> None:
    """It asks five times more, each after the time we say, and then gives up."""
    async with scene(tmp_path, {"a": ("anthropic.messages", "429_short")}) as at:
        ran = await ask(at, "What is a switchgear?")
        assert ran.code == 1, ran.said
        assert "429" in ran.err


async def test_a_refused_websocket_falls_back_at_once(tmp_path: Path) -> None:
    """A user may have told it to try one."""
    async with scene(tmp_path, {"a": ("anthropic.messages", "ok")}) as at:
        ran = await ask(at, "What is a switchgear?", websockets=True)
        assert (ran.code, ran.out.strip()) == (0, ANSWER), ran.said
        assert "Reconnecting" not in ran.err
        assert at.hits == {"a": 1}


async def test_a_conversation_moves_to_another_provider_and_back(tmp_path: Path) -> None:
    """Three turns, one session: what one provider signed goes back to it, and never to the other."""
    scripts = {"a": ("openai.responses", "ok_thinking"), "b": ("anthropic.messages", "ok_thinking")}
    async with scene(tmp_path, scripts) as at:
        for provider, question in (("a", "first"), ("b", "second"), ("a", "third")):
            await at.only(provider)
            ran = await ask(at, *([] if question == "first" else ["resume", "--last"]), question)
            assert (ran.code, ran.out.strip()) == (0, ANSWER), ran.said
        assert at.hits == {"a": 2, "b": 1}
        assert at.signed("a", by="a") == [False, True]
        assert at.signed("b", by="a") == [False]
        assert at.signed("a", by="b") == [False, False]
        assert len(await at.sessions()) == 1


@pytest.mark.parametrize(
    ("first", "second"), [("openai.responses", "anthropic.messages"), ("anthropic.messages", "openai.chat")]
)
async def test_a_failover_between_a_tool_call_and_its_result(first: str, second: str, tmp_path: Path) -> None:
    """One provider thought and called, the other gets the call with its result, and none of the signatures."""
    script = calls("exec_command", "429_hour", cmd="cat note.txt")
    async with scene(tmp_path, {"a": (first, script), "b": (second, "ok")}) as at:
        ran = await ask(at, "What does the note say?")
        assert (ran.code, ran.out.strip()) == (0, ANSWER), ran.said
        assert at.hits == {"a": 2, "b": 1}
        [moved] = at.asked("b")
        assert NOTE in json.dumps(moved)
        assert at.signed("b", by="a") == [False]


async def test_an_answer_cut_in_the_middle_is_asked_for_again(tmp_path: Path) -> None:
    """It never takes the half for the whole; in the end the next provider answers."""
    scripts = {"a": ("openai.responses", "cut_text_dirty"), "b": ("anthropic.messages", "ok")}
    async with scene(tmp_path, scripts) as at:
        ran = await ask(at, "What is a switchgear?")
        assert (ran.code, ran.out.strip()) == (0, ANSWER), ran.said
        assert at.hits["b"] == 1
