"""Aider. Looked at: aider-chat 0.86.2 (PyPI; its arguments and config search), 2026-11.

File: ~/.aider.conf.yml (one in the git root or the current directory outranks it).
Keys: openai-api-base (with /v1), openai-api-key, model (openai/ID: the prefix chooses the wire).
"""

from __future__ import annotations

from . import yaml_text
from .tool import Asked, Edit, Env, under_home
from .yaml_text import Key

TITLE = "Aider"
PROGRAMS = ("aider",)
PICKS = True
FAMILIES = ()
KEEPS = True
OWN_LOGIN = False
PREFIX = "openai/"


def place(env: Env) -> str:
    return under_home(env, "", ".aider.conf.yml")


def present_model(text: str) -> str | None:
    """The model the user has chosen himself, as we would call it."""
    found = yaml_text.top_value(text, "model")
    return found.removeprefix(PREFIX) if found and found.startswith(PREFIX) else None


def edits(asked: Asked) -> list[Edit]:
    wants = [Key("openai-api-base", f"{asked.door}/v1"), Key("openai-api-key", asked.token)]
    if asked.model:
        wants.append(Key("model", PREFIX + asked.model))
    return [Edit(asked.path, yaml_text, wants)]


def after(asked: Asked) -> list[str]:
    return ['aider --message "hello"']
