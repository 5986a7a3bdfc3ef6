"""Every kind there is, by the name used in the config. Adding one is a module with its row, and a line here."""

from . import (
    anthropic,
    azure_openai,
    bedrock,
    chatgpt,
    claude_cli,
    deepseek,
    github_copilot,
    google,
    groq,
    llamacpp,
    lmstudio,
    mistral,
    ollama,
    openai,
    openai_compatible,
    openrouter,
    together,
    vertex,
    vllm,
    xai,
)
from .kind import Kind

KINDS: dict[str, Kind] = {
    row.name: row
    for row in (
        openai.KIND,
        openai_compatible.KIND,
        anthropic.KIND,
        claude_cli.KIND,
        google.KIND,
        github_copilot.KIND,
        vertex.KIND,
        chatgpt.KIND,
        openrouter.KIND,
        azure_openai.KIND,
        bedrock.KIND,
        mistral.KIND,
        deepseek.KIND,
        groq.KIND,
        xai.KIND,
        together.KIND,
        ollama.KIND,
        lmstudio.KIND,
        llamacpp.KIND,
        vllm.KIND,
    )
}
