"""Claude Code. Looked at: @anthropic-ai/claude-code 2.1.330, its settings and gateway pages, 2026-11.

File: settings.json in ${CLAUDE_CONFIG_DIR:-~/.claude}. Its `env` outranks the shell's variables.
Keys: env.ANTHROPIC_BASE_URL (without /v1), env.ANTHROPIC_AUTH_TOKEN (sent as a bearer; outranks
ANTHROPIC_API_KEY, apiKeyHelper and a login). With a model chosen: ANTHROPIC_MODEL and the models its
aliases opus, sonnet and haiku stand for (haiku also does its background work).
"""

from __future__ import annotations

from . import jsonc
from .tool import Asked, Edit, Env, under_home

TITLE = "Claude Code"
PROGRAMS = ("claude",)
PICKS = False
KEEPS = True
MODELS = (
    "ANTHROPIC_MODEL",
    "ANTHROPIC_DEFAULT_OPUS_MODEL",
    "ANTHROPIC_DEFAULT_SONNET_MODEL",
    "ANTHROPIC_DEFAULT_HAIKU_MODEL",
)


def place(env: Env) -> str:
    return under_home(env, "CLAUDE_CONFIG_DIR", ".claude", "settings.json")


def edits(asked: Asked) -> list[Edit]:
    values = {"ANTHROPIC_BASE_URL": asked.door, "ANTHROPIC_AUTH_TOKEN": asked.token}
    if asked.model:
        values |= dict.fromkeys(MODELS, asked.model)
    return [Edit(asked.path, jsonc, [(("env", name), value) for name, value in values.items()])]


def after(asked: Asked) -> list[str]:
    if asked.model:
        return ['claude -p "hello"']
    model = asked.models[0].id if asked.models else "MODEL"
    return [
        f'claude -p --model {model} "hello"',
        f"Claude Code asks for its own model names unless told: switchgear connect claude-code --model {model}",
    ]
