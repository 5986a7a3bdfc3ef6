"""The official OpenAI SDK, both of its dialects, through the door."""

import json
from pathlib import Path

import pytest

from clients.pinned import PYTHON
from clients.scene import ANSWER, Scene, calls, scene

CLIENT = "openai"
DIALECTS = ("chat", "responses")
OWN_AND_OTHER = [
    ("chat", "openai.chat"),
    ("chat", "anthropic.messages"),
    ("responses", "openai.responses"),
    ("responses", "anthropic.messages"),
]
"""What the client speaks, what the provider speaks."""
EVERY = [*OWN_AND_OTHER, ("chat", "openai.responses"), ("responses", "openai.chat")]
DRIVER = Path(__file__).with_name("openai_sdk.py")
WHOLE = {"chat": "stop", "responses": "completed"}

pytestmark = pytest.mark.clients


async def ask(at: Scene, *words: str) -> dict[str, object]:
    """What the SDK made of it."""
    ran = await at.run(PYTHON, DRIVER, *words, DOOR=at.url, TOKEN=at.token)
    assert ran.code == 0, ran.said
    return ran.lines[0]


@pytest.mark.parametrize(("dialect", "behind"), OWN_AND_OTHER)
async def test_a_plain_answer(dialect: str, behind: str, tmp_path: Path) -> None:
    """Text, finish and usage as the provider gave them; the model as it was asked for."""
    async with scene(tmp_path, {"a": (behind, "ok")}) as at:
        said = await ask(at, dialect, "plain")
        assert said == {"text": ANSWER, "finish": WHOLE[dialect], "model": "m", "usage": [12, 6]}


@pytest.mark.parametrize(("dialect", "behind"), OWN_AND_OTHER)
async def test_a_streamed_answer(dialect: str, behind: str, tmp_path: Path) -> None:
    """The same, in the pieces the provider streamed."""
    async with scene(tmp_path, {"a": (behind, "ok")}) as at:
        said = await ask(at, dialect, "streamed")
        assert said == {"text": ANSWER, "finish": WHOLE[dialect], "model": "m", "usage": [12, 6], "pieces": 6}


@pytest.mark.parametrize(("dialect", "behind"), EVERY)
async def test_a_tool_call_and_its_result_go_round(dialect: str, behind: str, tmp_path: Path) -> None:
    """The call reaches the program, what the tool said reaches the provider, the answer the program."""
    async with scene(tmp_path, {"a": (behind, calls("weather", city="Lisbon"))}) as at:
        said = await ask(at, dialect, "tools")
        assert said["text"] == ANSWER
        first, second = at.asked("a")
        assert "weather" in json.dumps(first["tools"])
        assert "sunny in Lisbon" in json.dumps(second)


@pytest.mark.parametrize("scenario", ["plain", "streamed"])
@pytest.mark.parametrize("dialect", DIALECTS)
async def test_a_failover_before_content_is_not_seen(dialect: str, scenario: str, tmp_path: Path) -> None:
    """The first provider's stream breaks before its first word: the second one answers, in another dialect."""
    scripts = {"a": ("openai.chat", "error_event"), "b": ("anthropic.messages", "ok")}
    async with scene(tmp_path, scripts) as at:
        said = await ask(at, dialect, scenario)
        assert (said["text"], said["finish"], said["model"]) == (ANSWER, WHOLE[dialect], "m")
        assert at.hits == {"a": 1, "b": 1}


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_an_answer_cut_in_the_middle_is_an_error(dialect: str, tmp_path: Path) -> None:
    """A program cannot take the half for the whole."""
    async with scene(tmp_path, {"a": ("anthropic.messages", "cut_text_dirty")}) as at:
        said = await ask(at, dialect, "streamed")
        assert "error" in said


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_exhausted_is_a_rate_limit_error_told_once(dialect: str, tmp_path: Path) -> None:
    """429, when to come back, what to do; and an hour is not waited for: no provider is asked again."""
    scripts = {"a": ("openai.chat", "429_hour"), "b": ("anthropic.messages", "429_hour")}
    async with scene(tmp_path, scripts) as at:
        said = await ask(at, dialect, "plain")
        assert (said["error"], said["status"]) == ("RateLimitError", 429)
        assert 3000 < int(str(said["retry_after"])) <= 3600
        assert "hint" in str(said["message"])
        assert at.hits == {"a": 1, "b": 1}


async def test_the_model_list_has_the_merged_models(tmp_path: Path) -> None:
    """One entry a merged model, whoever serves it."""
    scripts = {"a": ("openai.chat", "ok"), "b": ("anthropic.messages", "ok")}
    async with scene(tmp_path, scripts) as at:
        assert await ask(at, "chat", "models") == {"models": ["m"]}


async def test_a_wrong_token_is_an_authentication_error(tmp_path: Path) -> None:
    """And no provider hears of it."""
    async with scene(tmp_path, {"a": ("openai.chat", "ok")}) as at:
        at.token = "sgw_of-another-machine"
        said = await ask(at, "chat", "plain")
        assert (said["error"], said["status"]) == ("AuthenticationError", 401)
        assert at.hits == {"a": 0}
