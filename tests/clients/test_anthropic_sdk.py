"""The official Anthropic SDK through the door."""

import json
from pathlib import Path

import pytest

from clients.pinned import PYTHON
from clients.scene import ANSWER, Scene, calls, scene

CLIENT = "anthropic"
OWN_AND_OTHER = ("anthropic.messages", "openai.chat")
EVERY = (*OWN_AND_OTHER, "openai.responses")
DRIVER = Path(__file__).with_name("anthropic_sdk.py")

pytestmark = pytest.mark.clients


async def ask(at: Scene, scenario: str) -> dict[str, object]:
    """What the SDK made of it."""
    ran = await at.run(PYTHON, DRIVER, scenario, DOOR=at.url, TOKEN=at.token)
    assert ran.code == 0, ran.said
    return ran.lines[0]


@pytest.mark.parametrize("behind", OWN_AND_OTHER)
async def test_a_plain_answer(behind: str, tmp_path: Path) -> None:
    """Text, stop reason and usage as the provider gave them; the model as it was asked for."""
    async with scene(tmp_path, {"a": (behind, "ok")}) as at:
        assert await ask(at, "plain") == {"text": ANSWER, "finish": "end_turn", "model": "m", "usage": [12, 6]}


@pytest.mark.parametrize("behind", OWN_AND_OTHER)
async def test_a_streamed_answer(behind: str, tmp_path: Path) -> None:
    """The same, in the pieces the provider streamed."""
    async with scene(tmp_path, {"a": (behind, "ok")}) as at:
        said = await ask(at, "streamed")
        assert (said["text"], said["finish"], said["model"]) == (ANSWER, "end_turn", "m")
        assert said["pieces"] == 6


@pytest.mark.parametrize("behind", EVERY)
async def test_a_tool_call_and_its_result_go_round(behind: str, tmp_path: Path) -> None:
    """The call reaches the program, what the tool said reaches the provider, the answer the program."""
    async with scene(tmp_path, {"a": (behind, calls("weather", city="Lisbon"))}) as at:
        assert (await ask(at, "tools"))["text"] == ANSWER
        first, second = at.asked("a")
        assert "weather" in json.dumps(first["tools"])
        assert "sunny in Lisbon" in json.dumps(second)


@pytest.mark.parametrize("scenario", ["plain", "streamed"])
async def test_a_failover_before_content_is_not_seen(scenario: str, tmp_path: Path) -> None:
    """The first provider's stream breaks before its first word: the second one answers, in another dialect."""
    scripts = {"a": ("anthropic.messages", "error_event"), "b": ("openai.chat", "ok")}
    async with scene(tmp_path, scripts) as at:
        said = await ask(at, scenario)
        assert (said["text"], said["finish"], said["model"]) == (ANSWER, "end_turn", "m")
        assert at.hits == {"a": 1, "b": 1}


async def test_an_answer_cut_in_the_middle_is_an_error(tmp_path: Path) -> None:
    """A program cannot take the half for the whole."""
    async with scene(tmp_path, {"a": ("openai.chat", "cut_text_dirty")}) as at:
        assert "not complete" in str((await ask(at, "streamed"))["message"])


async def test_exhausted_is_a_rate_limit_error_told_once(tmp_path: Path) -> None:
    """429, when to come back, what to do; and an hour is not waited for: no provider is asked again."""
    scripts = {"a": ("anthropic.messages", "429_hour"), "b": ("openai.chat", "429_hour")}
    async with scene(tmp_path, scripts) as at:
        said = await ask(at, "plain")
        assert (said["error"], said["status"]) == ("RateLimitError", 429)
        assert 3000 < int(str(said["retry_after"])) <= 3600
        assert "hint" in str(said["message"])
        assert at.hits == {"a": 1, "b": 1}


async def test_the_model_list_has_the_merged_models(tmp_path: Path) -> None:
    """In Anthropic's shape, because Anthropic's client asks."""
    scripts = {"a": ("anthropic.messages", "ok"), "b": ("openai.chat", "ok")}
    async with scene(tmp_path, scripts) as at:
        assert await ask(at, "models") == {"models": ["m"]}


async def test_tokens_are_counted_without_an_answer(tmp_path: Path) -> None:
    """Whether a provider counts or we estimate: some tokens, and nothing is paid for."""
    async with scene(tmp_path, {"a": ("openai.chat", "ok")}) as at:
        tokens = (await ask(at, "count"))["tokens"]
        assert isinstance(tokens, int)
        assert 1 <= tokens <= 100
        assert at.hits == {"a": 0}
