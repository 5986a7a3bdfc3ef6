"""What the lists of single kinds say beyond names: one literal row each."""

import msgspec
import pytest

from switchgeard.core.listing import Listed
from switchgeard.core.offer import Price
from switchgeard.kinds.known import KINDS

ANTHROPIC = {
    "type": "model",
    "id": "claude-opus-5-5",
    "display_name": "Claude Opus 5.5",
    "created_at": "2026-09-01T00:00:00Z",
    "lifecycle": "active",
    "max_input_tokens": 1000000,
    "max_tokens": 128000,
    "capabilities": {
        "image_input": {"supported": True},
        "pdf_input": {"supported": True},
        "structured_outputs": {"supported": True},
        "thinking": {"supported": True, "types": {"adaptive": {"supported": True}}},
    },
}
GEMINI = {
    "name": "models/gemini-3.5-flash",
    "displayName": "Gemini 3.5 Flash",
    "inputTokenLimit": 1048576,
    "outputTokenLimit": 65536,
    "supportedGenerationMethods": ["generateContent", "countTokens"],
    "thinking": True,
}
VECTORS = {"name": "models/gemini-embedding-001", "supportedGenerationMethods": ["embedContent"]}
MISTRAL = {
    "id": "mistral-medium-2508",
    "name": "mistral-medium-2508",
    "max_context_length": 131072,
    "capabilities": {"completion_chat": True, "function_calling": True, "vision": True},
    "aliases": ["mistral-medium-latest", "mistral-medium"],
}
XAI = {
    "id": "grok-4.6",
    "created": 1770000000,
    "input_modalities": ["text", "image"],
    "prompt_text_token_price": 30000,
    "cached_prompt_text_token_price": 7500,
    "completion_text_token_price": 150000,
    "aliases": ["grok-4.6-latest"],
}
TOGETHER = {
    "id": "meta-llama/Llama-3.3-70B-Instruct-Turbo",
    "type": "chat",
    "display_name": "Llama 3.3 70B",
    "context_length": 131072,
    "pricing": {"input": 0.88, "output": 0.88, "hourly": 0},
}
OLLAMA = {
    "name": "llama3.3:70b",
    "model": "llama3.3:70b",
    "details": {"family": "llama", "quantization_level": "Q4_K_M"},
}
STUDIO = {
    "id": "qwen3-vl-30b",
    "type": "vlm",
    "quantization": "4bit",
    "state": "loaded",
    "max_context_length": 262144,
    "loaded_context_length": 8192,
    "capabilities": ["tool_use"],
}

ROWS = [
    ("openai", "data", [{"id": "gpt-5.5", "created": 1}, {"id": "text-embedding-3-small"}, {"id": "gpt-4o-mini-tts"}],
     Listed("gpt-5.5", created=1.0)),
    ("anthropic", "data", [ANTHROPIC], Listed("claude-opus-5-5", name="Claude Opus 5.5", context=1_000_000,
     max_output=128_000, images=True, pdf=True, json_schema=True, reasoning=True, created=1_788_220_800.0)),
    ("google", "models", [GEMINI, VECTORS], Listed("gemini-3.5-flash", name="Gemini 3.5 Flash", context=1_048_576,
     max_output=65_536, reasoning=True)),
    ("mistral", "data", [MISTRAL, {"id": "mistral-embed", "capabilities": {"completion_chat": False}}],
     Listed("mistral-medium-2508", name="mistral-medium-2508", context=131_072, tools=True, images=True,
     aliases=("mistral-medium-latest", "mistral-medium"))),
    ("xai", "models", [XAI], Listed("grok-4.6", images=True, price=Price(3.0, 15.0, 0.75),
     aliases=("grok-4.6-latest",), created=1_770_000_000.0)),
    ("together", None, [TOGETHER, {"id": "flux", "type": "image"}], Listed("meta-llama/Llama-3.3-70B-Instruct-Turbo",
     name="Llama 3.3 70B", context=131_072, price=Price(0.88, 0.88), quantisation="fp8")),
    ("ollama", "models", [OLLAMA, {"model": "nomic-embed-text", "details": {"family": "nomic-bert"}}],
     Listed("llama3.3:70b", quantisation="Q4_K_M")),
    ("lmstudio", "data", [STUDIO, {"id": "e", "type": "embeddings"}], Listed("qwen3-vl-30b", context=8192, tools=True,
     images=True, quantisation="4bit")),
    ("llamacpp", "data", [{"id": "/m/x.gguf", "meta": {"n_ctx_train": 131072}}], Listed("/m/x.gguf")),
    ("vllm", "data", [{"id": "Qwen/Qwen3-32B", "max_model_len": 40960}], Listed("Qwen/Qwen3-32B", context=40_960)),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "member", "rows", "listed"), ROWS, ids=[row[0] for row in ROWS])
def test_a_list_says_what_its_provider_says_and_no_more(
    kind: str, member: str | None, rows: list[object], listed: Listed
) -> None:
    """What it does not say is None; what answers no chat is left out."""
    listing = KINDS[kind].listing
    assert listing is not None
    assert listing.read(msgspec.json.encode(rows if member is None else {member: rows})) == (listed,)


def test_a_retired_model_is_listed_as_one_that_cannot_be_used() -> None:
    """With the reason, for whoever still has it in a group."""
    listing = KINDS["anthropic"].listing
    assert listing is not None
    (model,) = listing.read(msgspec.json.encode({"data": [ANTHROPIC | {"lifecycle": "retired"}]}))
    assert (model.enabled, model.why_not) == (False, "retired by its maker")


@pytest.mark.parametrize(
    ("kind", "page", "path"),
    [
        ("anthropic", {"data": [], "has_more": True, "last_id": "a/b"}, "/v1/models?limit=1000&after_id=a%2Fb"),
        ("anthropic", {"data": [], "has_more": False, "last_id": "a"}, None),
        ("google", {"models": [], "nextPageToken": "{x}="}, "/models?pageSize=1000&pageToken=%7Bx%7D%3D"),
        ("google", {"models": [], "nextPageToken": "x" * 5000}, None),
    ],
)
def test_a_further_page_is_asked_for_where_the_list_names_one(kind: str, page: object, path: str | None) -> None:
    """What it says goes quoted into the query and nowhere else."""
    listing = KINDS[kind].listing
    assert listing is not None
    assert listing.more is not None
    assert listing.more(msgspec.json.encode(page)) == path
