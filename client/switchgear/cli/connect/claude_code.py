"""Claude Code. Looked at: @anthropic-ai/claude-code 2.1.330, its settings and gateway pages, 2026-11.

File: settings.json in ${CLAUDE_CONFIG_DIR:-~/.claude}. Its `env` outranks the shell's variables.
Keys: env.ANTHROPIC_BASE_URL (without /v1), env.ANTHROPIC_AUTH_TOKEN (sent as a bearer; outranks
ANTHROPIC_API_KEY, apiKeyHelper and a login), ANTHROPIC_MODEL, and the models its aliases opus, sonnet and
haiku stand for (haiku also does its background work): the merged model called so, else the chosen one. Without
them it asks for names of its own, which are no models of ours.
"""

from __future__ import annotations

from . import jsonc
from .tool import Asked, Edit, Env, under_home

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .model import Model

TITLE = "Claude Code"
PROGRAMS = ("claude",)
PICKS = True
KEEPS = True
FAMILIES = ("opus", "sonnet", "haiku")


def place(env: Env) -> str:
    return under_home(env, "CLAUDE_CONFIG_DIR", ".claude", "settings.json")


def present_model(text: str) -> str | None:
    """The model the user has chosen himself."""
    found = jsonc.value_at(text, ("env", "ANTHROPIC_MODEL"))
    return found if isinstance(found, str) else None


def edits(asked: Asked) -> list[Edit]:
    values = {"ANTHROPIC_BASE_URL": asked.door, "ANTHROPIC_AUTH_TOKEN": asked.token}
    if asked.model:
        values["ANTHROPIC_MODEL"] = asked.model
        for name in FAMILIES:
            values[f"ANTHROPIC_DEFAULT_{name.upper()}_MODEL"] = _called(name, asked.model, asked.models)
    return [Edit(asked.path, jsonc, [(("env", name), value) for name, value in values.items()])]


def _called(family: str, chosen: str, models: Sequence[Model]) -> str:
    """The merged model of this family, or the chosen one, which is better than none."""
    return next((name for name in (chosen, *(model.id for model in models)) if family in name), chosen)


def after(asked: Asked) -> list[str]:
    return ['claude -p "hello"']
