"""`llm`, the command, through the door: a model of its extra-openai-models.yaml and a key of its keys.json.

It lists the models of that file and asks nobody for more, so there is no scenario of a model list.
"""

import json
from pathlib import Path

import pytest

from clients.pinned import program
from clients.scene import ANSWER, Ran, Scene, calls, scene

CLIENT = "llm"
MODELS = """\
- model_id: merged
  model_name: m
  api_base: {url}/v1
  api_key_name: switchgear
  supports_tools: true
"""
WEATHER = """
def weather(city: str) -> str:
    "The weather in a city."
    return f"sunny in {city}"
"""

pytestmark = pytest.mark.clients


async def llm(at: Scene, *words: str) -> Ran:
    folder = at.user / "llm"
    folder.mkdir()
    (folder / "extra-openai-models.yaml").write_text(MODELS.format(url=at.url))
    (folder / "keys.json").write_text(json.dumps({"switchgear": at.token}))
    return await at.run(program("llm", CLIENT), "prompt", "-m", "merged", *words, LLM_USER_PATH=folder)


@pytest.mark.parametrize("behind", ["openai.chat", "anthropic.messages"])
async def test_a_plain_answer(behind: str, tmp_path: Path) -> None:
    """`--no-stream` prints the text."""
    async with scene(tmp_path, {"a": (behind, "ok")}) as at:
        ran = await llm(at, "--no-stream", "What is a switchgear?")
        assert (ran.code, ran.out) == (0, ANSWER + "\n"), ran.said


@pytest.mark.parametrize("behind", ["openai.chat", "anthropic.messages"])
async def test_a_streamed_answer(behind: str, tmp_path: Path) -> None:
    """Streaming, as llm does unless told otherwise; usage comes with it."""
    async with scene(tmp_path, {"a": (behind, "ok")}) as at:
        ran = await llm(at, "--usage", "What is a switchgear?")
        assert (ran.code, ran.out) == (0, ANSWER + "\n"), ran.said
        assert "12 input, 6 output" in ran.err


async def test_a_tool_call_and_its_result_go_round(tmp_path: Path) -> None:
    """llm runs the function it was given and sends what it said, to a provider of another dialect."""
    async with scene(tmp_path, {"a": ("anthropic.messages", calls("weather", city="Lisbon"))}) as at:
        ran = await llm(at, "--functions", WEATHER, "What is the weather in Lisbon?")
        assert (ran.code, ran.out) == (0, ANSWER + "\n"), ran.said
        first, second = at.asked("a")
        assert "weather" in json.dumps(first["tools"])
        assert "sunny in Lisbon" in json.dumps(second)


async def test_a_failover_before_content_is_not_seen(tmp_path: Path) -> None:
    """The first provider's stream breaks before its first word."""
    scripts = {"a": ("openai.chat", "error_event"), "b": ("anthropic.messages", "ok")}
    async with scene(tmp_path, scripts) as at:
        ran = await llm(at, "What is a switchgear?")
        assert (ran.code, ran.out) == (0, ANSWER + "\n"), ran.said
        assert at.hits == {"a": 1, "b": 1}


async def test_an_answer_cut_in_the_middle_is_an_error(tmp_path: Path) -> None:
    """What came is shown, and that it is not all."""
    async with scene(tmp_path, {"a": ("anthropic.messages", "cut_text_dirty")}) as at:
        ran = await llm(at, "What is a switchgear?")
        assert (ran.code, ran.out.strip()) == (1, ANSWER.split()[0]), ran.said
        assert "not complete" in ran.err


async def test_exhausted_is_said_with_its_hint(tmp_path: Path) -> None:
    """One error, exit 1, and nobody is asked again."""
    scripts = {"a": ("openai.chat", "429_hour"), "b": ("anthropic.messages", "429_hour")}
    async with scene(tmp_path, scripts) as at:
        ran = await llm(at, "What is a switchgear?")
        assert ran.code == 1
        assert "429" in ran.err
        assert "hint" in ran.err
        assert at.hits == {"a": 1, "b": 1}
