"""Codex. Looked at: @openai/codex 0.169.0 (driven with this config) and its model provider source, 2026-11.

File: config.toml in ${CODEX_HOME:-~/.codex}; a project's own config.toml cannot set a provider.
Keys: model_provider, model, model_context_window (Codex does not know our models' windows), and
[model_providers.switchgear] name, base_url (with /v1), wire_api = "responses" (the only one it has),
experimental_bearer_token: the one way to hold a bearer that needs neither a shell variable nor a
command run for every request.
"""

from __future__ import annotations

from . import toml_text
from .toml_text import Key, Table
from .tool import Asked, Edit, Env, under_home

TITLE = "Codex"
PROGRAMS = ("codex",)
PICKS = True
FAMILIES = ("gpt", "codex")
KEEPS = True
OWN_LOGIN = False


def place(env: Env) -> str:
    return under_home(env, "CODEX_HOME", ".codex", "config.toml")


def present_model(text: str) -> str | None:
    """The model the user has chosen himself."""
    found = toml_text.value_at(text, ("model",))
    return found if isinstance(found, str) else None


def edits(asked: Asked) -> list[Edit]:
    provider: dict[str, str | int | bool] = {
        "name": "Switchgear",
        "base_url": f"{asked.door}/v1",
        "wire_api": "responses",
        "experimental_bearer_token": asked.token,
    }
    chosen = asked.chosen()
    wants: list[Key | Table] = [Key((), "model_provider", "switchgear")]
    if asked.model:
        wants.append(Key((), "model", asked.model))
    if chosen and chosen.context:
        wants.append(Key((), "model_context_window", chosen.context))
    return [Edit(asked.path, toml_text, [*wants, Table(("model_providers", "switchgear"), provider)])]


def after(asked: Asked) -> list[str]:
    return ['codex exec "hello"']
