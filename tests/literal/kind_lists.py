"""Literal model lists of every kind that has one, and what is read of them: data for the tests of kinds.

Rules for editing: a row as its provider writes it, with one that is left out where there is such. What the list does
not say is None in `listed`.
"""

import json
from typing import Any

from msgspec import Struct

from switchgeard.core.listing import Listed
from switchgeard.core.offer import Price, Tier
from switchgeard.demo.copilot_wire import MODELS as COPILOT
from switchgeard.kinds.bedrock import ONLY_BY_PROFILE

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

GROQ = {"id": "llama-3.3-70b-versatile", "active": True, "context_window": 131072, "max_completion_tokens": 32768}
ROUTER = {
    "id": "anthropic/claude-opus-4.6",
    "canonical_slug": "anthropic/claude-4.6-opus-20260205",
    "name": "Anthropic: Claude Opus 4.6",
    "created": 1770219050,
    "context_length": 1000000,
    "architecture": {"input_modalities": ["text", "image", "file"], "output_modalities": ["text"]},
    "pricing": {"prompt": "0.000005", "completion": "0.000025", "input_cache_read": "0.0000005"},
    "top_provider": {"context_length": 200000, "max_completion_tokens": 128000, "is_moderated": True},
    "supported_parameters": ["tools", "reasoning", "structured_outputs"],
}
NOVA = {
    "modelId": "amazon.nova-pro-v1:0",
    "modelName": "Nova Pro",
    "inputModalities": ["TEXT", "IMAGE"],
    "outputModalities": ["TEXT"],
    "inferenceTypesSupported": ["ON_DEMAND"],
}
OPUS = {
    "modelId": "anthropic.claude-opus-4-6-v1:0",
    "modelName": "Claude Opus 4.6",
    "inputModalities": ["TEXT"],
    "outputModalities": ["TEXT"],
    "inferenceTypesSupported": ["INFERENCE_PROFILE"],
}
PROFILE = {
    "inferenceProfileId": "eu.anthropic.claude-opus-4-6-v1:0",
    "inferenceProfileName": "EU Claude Opus 4.6",
    "status": "ACTIVE",
    "models": [{"modelArn": "arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude-opus-4-6-v1:0"}],
}
PLAN = [
    {"slug": "gpt-6-astra", "display_name": "GPT-6 Astra", "visibility": "list"},
    {"slug": "gpt-hidden", "visibility": "hide"},
]


FIRST: Any = COPILOT["data"]


class Literal(Struct, frozen=True):
    """`pages`: under the base URL, the first one first; a page after it is asked for because the one before says so."""

    kind: str
    pages: dict[str, object]
    listed: tuple[Listed, ...]

    @property
    def first(self) -> bytes:
        return json.dumps(next(iter(self.pages.values()))).encode()


LISTS = [
    Literal(
        "openai",
        {
            "/models": {
                "data": [{"id": "gpt-5.5", "created": 1}, {"id": "text-embedding-3-small"}, {"id": "gpt-4o-mini-tts"}]
            }
        },
        (Listed("gpt-5.5", created=1.0),),
    ),
    Literal(
        "anthropic",
        {"/v1/models?limit=1000": {"data": [ANTHROPIC]}},
        (
            Listed(
                "claude-opus-5-5",
                name="Claude Opus 5.5",
                context=1_000_000,
                max_output=128_000,
                images=True,
                pdf=True,
                json_schema=True,
                reasoning=True,
                created=1_788_220_800.0,
            ),
        ),
    ),
    Literal(
        "google",
        {"/models?pageSize=1000": {"models": [GEMINI, VECTORS]}},
        (Listed("gemini-3.5-flash", name="Gemini 3.5 Flash", context=1_048_576, max_output=65_536, reasoning=True),),
    ),
    Literal(
        "mistral",
        {"/models": {"data": [MISTRAL, {"id": "mistral-embed", "capabilities": {"completion_chat": False}}]}},
        (
            Listed(
                "mistral-medium-2508",
                name="mistral-medium-2508",
                context=131_072,
                tools=True,
                images=True,
                aliases=("mistral-medium-latest", "mistral-medium"),
            ),
        ),
    ),
    Literal(
        "xai",
        {"/language-models": {"models": [XAI]}},
        (
            Listed(
                "grok-4.6",
                images=True,
                price=Price(3.0, 15.0, 0.75),
                aliases=("grok-4.6-latest",),
                created=1_770_000_000.0,
            ),
        ),
    ),
    Literal(
        "together",
        {"/models": [TOGETHER, {"id": "flux", "type": "image"}]},
        (
            Listed(
                "meta-llama/Llama-3.3-70B-Instruct-Turbo",
                name="Llama 3.3 70B",
                context=131_072,
                price=Price(0.88, 0.88),
                quantisation="fp8",
            ),
        ),
    ),
    Literal(
        "ollama",
        {"/api/tags": {"models": [OLLAMA, {"model": "nomic-embed-text", "details": {"family": "nomic-bert"}}]}},
        (Listed("llama3.3:70b", quantisation="Q4_K_M"),),
    ),
    Literal(
        "lmstudio",
        {"/api/v0/models": {"data": [STUDIO, {"id": "e", "type": "embeddings"}]}},
        (Listed("qwen3-vl-30b", context=8192, tools=True, images=True, quantisation="4bit"),),
    ),
    Literal(
        "llamacpp",
        {"/v1/models": {"data": [{"id": "/m/x.gguf", "meta": {"n_ctx_train": 131072}}]}},
        (Listed("/m/x.gguf"),),
    ),
    Literal(
        "vllm",
        {"/v1/models": {"data": [{"id": "Qwen/Qwen3-32B", "max_model_len": 40960}]}},
        (Listed("Qwen/Qwen3-32B", context=40_960),),
    ),
    Literal(
        "openai-compatible",
        {"/models": {"object": "list", "data": [{"id": "glm-9", "created": 5}]}},
        (Listed("glm-9", created=5.0),),
    ),
    Literal(
        "deepseek",
        {"/models": {"object": "list", "data": [{"id": "v4-pro", "owned_by": "deepseek"}]}},
        (Listed("v4-pro"),),
    ),
    Literal(
        "groq",
        {
            "/models": {
                "object": "list",
                "data": [GROQ, {"id": "old", "active": False}, {"id": "whisper-large-v3", "active": True}],
            }
        },
        (
            Listed("llama-3.3-70b-versatile", context=131_072, max_output=32_768),
            Listed("old", enabled=False, why_not="not active there"),
        ),
    ),
    Literal(
        "openrouter",
        {"/models": {"data": [ROUTER, {"id": "x/paint", "architecture": {"output_modalities": ["image"]}}]}},
        (
            Listed(
                "anthropic/claude-opus-4.6",
                name="Anthropic: Claude Opus 4.6",
                context=200_000,
                max_output=128_000,
                tools=True,
                images=True,
                pdf=True,
                json_schema=True,
                reasoning=True,
                price=Price(5.0, 25.0, 0.5),
                created=1_770_219_050.0,
            ),
        ),
    ),
    Literal(
        "bedrock",
        {
            "/foundation-models": {"modelSummaries": [NOVA, OPUS]},
            "/inference-profiles?maxResults=1000": {"inferenceProfileSummaries": [PROFILE]},
        },
        (
            Listed("amazon.nova-pro-v1:0", name="Nova Pro", images=True),
            Listed(
                "anthropic.claude-opus-4-6-v1:0",
                name="Claude Opus 4.6",
                images=False,
                enabled=False,
                why_not=ONLY_BY_PROFILE,
            ),
            Listed(
                "eu.anthropic.claude-opus-4-6-v1:0", name="EU Claude Opus 4.6", target="anthropic.claude-opus-4-6-v1:0"
            ),
        ),
    ),
    Literal(
        "github-copilot",
        {"/models": {"data": [FIRST[0], {"id": "e", "capabilities": {"type": "embeddings"}}]}},
        (
            Listed(
                "claude-opus-4.6",
                name="Claude Opus 4.6",
                context=200_000,
                max_output=64_000,
                tools=True,
                images=True,
                json_schema=False,
                reasoning=True,
                wires=("anthropic.messages", "openai.chat"),
                price=Price(5.0, 25.0, 0.5, 6.25, tiers=(Tier(200_000, 10.0, 37.5, 1.0, 12.5),)),
            ),
        ),
    ),
    Literal("chatgpt", {"/models?client_version=": {"models": PLAN}}, (Listed("gpt-6-astra", name="GPT-6 Astra"),)),
]
