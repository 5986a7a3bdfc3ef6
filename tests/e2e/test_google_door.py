"""Google's clients at the door: their SDK says /v1, their documentation /v1beta; both name the model in the path."""

from pathlib import Path

import pytest

from door_client import events, tool
from world import world

ASKED = {"contents": [{"role": "user", "parts": [{"text": "hello"}]}]}
VERSIONS = pytest.mark.parametrize("version", ["v1", "v1beta"])


@VERSIONS
@pytest.mark.parametrize("kind", ["anthropic", "google"])
async def test_an_answer_whole_and_streamed(tmp_path: Path, version: str, kind: str) -> None:
    """The same text, in Google's words, whoever serves."""
    async with world(tmp_path, {"a": "ok"}, kinds={"a": kind}, door=True) as w, tool(w) as client:
        path = f"/{version}/models/m"
        whole = await client.post(f"{path}:generateContent", json=ASKED)
        streamed = await client.post(f"{path}:streamGenerateContent?alt=sse", json=ASKED)
        assert (whole.status_code, streamed.headers["content-type"]) == (200, "text/event-stream")
        pieces = [part for event in events(streamed.text) for part in event["candidates"][0]["content"]["parts"]]
        [said] = whole.json()["candidates"][0]["content"]["parts"]
        assert "".join(part["text"] for part in pieces) == said["text"] != ""
        assert events(streamed.text)[-1]["candidates"][0]["finishReason"] == "STOP"


@VERSIONS
async def test_models_are_listed_in_googles_shape(tmp_path: Path, version: str) -> None:
    """On the path it shares with OpenAI a client of Google's is known by the header of its key."""
    async with world(tmp_path, {"a": "ok"}, door=True) as w, tool(w, x_goog_api_key=w.token) as client:
        listed = (await client.get(f"/{version}/models")).json()
        assert [model["name"] for model in listed["models"]] == ["models/m"]
        assert (await client.get(f"/{version}/models/m")).json()["name"] == "models/m"


@VERSIONS
async def test_a_model_nobody_knows_is_told_in_googles_words(tmp_path: Path, version: str) -> None:
    """Nobody is asked."""
    async with world(tmp_path, {"a": "ok"}, door=True) as w, tool(w) as client:
        refused = await client.post(f"/{version}/models/mm:generateContent", json=ASKED)
        assert (refused.status_code, refused.json()["error"]["status"]) == (404, "NOT_FOUND")
        assert w.hits() == {"a": 0}
