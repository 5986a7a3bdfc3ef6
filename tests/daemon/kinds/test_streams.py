"""What hosts of OpenAI's dialect put around and into an answer, in their own bytes, through the daemon."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from switchgeard.demo.exchange import Answer, Asked, sized
from switchgeard.demo.said import Said
from world import world

Script = Callable[[Asked, Said], Answer]


def stream(*pieces: str | dict[str, Any]) -> Script:
    """A 200 of server-sent events: objects as data, texts as they are."""
    raw = "".join(piece if isinstance(piece, str) else f"data: {json.dumps(piece)}\n\n" for piece in pieces)
    return lambda asked, said: sized(200, raw.encode(), content_type="text/event-stream")


def chunk(finish: str | None = None, /, *, more: dict[str, Any] | None = None, **delta: Any) -> dict[str, Any]:
    """One chunk of an answer; `more` goes beside its choices."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "gen-1", "object": "chat.completion.chunk", "model": "m", "choices": [choice]} | (more or {})


def counts(**more: Any) -> dict[str, Any]:
    return {"usage": {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12, **more}}


DONE = "data: [DONE]\n\n"
BARE = {"id": "", "object": "", "model": "", "choices": []}

ANSWERS = {
    "openrouter": stream(
        ": OPENROUTER PROCESSING\n\n",
        chunk(role="assistant", content="", reasoning="Hm."),
        ": OPENROUTER PROCESSING\n\n",
        chunk(content="Hello.", more={"provider": "Anthropic"}),
        chunk("stop", content=""),
        chunk(content="", more=counts(cost=0.00012, is_byok=False)),
        DONE,
    ),
    "azure-openai": stream(
        BARE
        | {"prompt_filter_results": [{"prompt_index": 0, "content_filter_results": {"hate": {"filtered": False}}}]},
        chunk(role="assistant", content=""),
        chunk(content="Hello.", more={"content_filter_results": {}}),
        chunk("stop"),
        BARE | counts(),
        DONE,
    ),
    "deepseek": stream(
        ": keep-alive\n\n",
        "\n\n",
        chunk(role="assistant", content=None, reasoning_content="Hm."),
        ": keep-alive\n\n",
        chunk(content="Hello.", reasoning_content=None),
        chunk("stop", content="", more=counts(prompt_cache_hit_tokens=0, prompt_cache_miss_tokens=9)),
        DONE,
    ),
    "groq": stream(
        chunk(role="assistant", content="", more={"x_groq": {"id": "req_1"}}),
        chunk(reasoning="Hm."),
        chunk(content="Hello."),
        chunk("stop", more={"x_groq": {"id": "req_1", **counts()}}),
        DONE,
    ),
    "mistral": stream(
        chunk(role="assistant", content=""),
        chunk(content=[{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}]),
        chunk(content=[{"type": "text", "text": "Hel"}]),
        chunk(content="lo."),
        chunk("stop", content="", more=counts()),
        DONE,
    ),
    "ollama": stream(chunk(role="assistant", content="Hello."), chunk("stop", content=""), BARE | counts(), DONE),
    "vllm": stream(chunk(role="assistant", content=""), chunk(content="Hello."), chunk("stop", more=counts()), DONE),
}
"""Each says "Hello.", some after thinking "Hm."."""

REFUSALS = {
    "openrouter": ("overloaded", stream(": OPENROUTER PROCESSING\n\n", chunk(role="assistant", content=""),
                   {"id": "gen-1", "error": {"code": 502, "message": "Provider disconnected", "metadata":
                    {"error_type": "provider_unavailable"}}, "choices": [{"index": 0, "delta": {"content": ""},
                    "finish_reason": "error"}]})),
    "azure-openai": ("rate_limited", stream({"error": {"code": "429", "message": "Requests have exceeded token rate "
                     "limit of your current OpenAI S0 pricing tier. Please retry after 37 seconds."}})),
    "groq": ("overloaded", stream(chunk(role="assistant", content=""), {"id": "x", "choices": [], "x_groq": {"error":
             "over capacity"}})),
    "lmstudio": ("overloaded", stream('event: error\ndata: {"error":{"message":"Failed to load model \\"m\\". Error: '
                 'insufficient system resources"}}\n\n')),
    "ollama": ("model_not_found", stream({"error": {"message": "model 'm' not found", "type": "api_error"}})),
}  # fmt: skip
"""Kind -> what it means, and the refusal inside a 200."""


@pytest.mark.parametrize("name", ANSWERS)
async def test_a_hosts_own_stream_is_read_to_the_same_answer(tmp_path: Path, name: str) -> None:
    """Comments, empty chunks, reasoning under any name and counts in any place."""
    async with world(tmp_path, {"a": ANSWERS[name]}, kinds={"a": name}) as w:
        heard = await w.ask()
        assert (heard.text, heard.answer) == ("Hello.", "Hello.")
        assert heard.result is not None
        usage = heard.result["usage"]
        assert (usage["input"], usage["output"]) == (9, 3)
        assert usage.get("cost_usd") == (0.00012 if name == "openrouter" else None)
        thought = [block for block in heard.result["message"]["content"] if block["type"] == "thinking"]
        assert [block["text"] for block in thought] == (["Hm."] if "Hm." in _said(name) else [])


def _said(name: str) -> str:
    answer = ANSWERS[name](Asked(0, "POST", "/chat/completions", (), b"{}", 0.0), Said())
    return repr(answer)


@pytest.mark.parametrize("name", REFUSALS)
async def test_a_refusal_inside_a_200_moves_on_unseen(tmp_path: Path, name: str) -> None:
    """Nothing had been said: the next provider answers, and the client sees one answer."""
    meaning, refusal = REFUSALS[name]
    async with world(tmp_path, {"a": refusal, "b": "ok"}, kinds={"a": name}) as w:
        heard = await w.ask()
        assert heard.answer == "Hello from a stand-in provider."
        assert heard.outcomes[0] == ("a", meaning)
        assert heard.outcomes[-1] == ("b", None)
