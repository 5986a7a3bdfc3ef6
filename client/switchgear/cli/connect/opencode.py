"""OpenCode. Looked at: opencode-ai 1.18.33 (its config schema and loader), 2026-11.

File: $OPENCODE_CONFIG, else the first that exists of opencode.jsonc, opencode.json, config.json in
${XDG_CONFIG_HOME:-~/.config}/opencode, else opencode.jsonc (the order OpenCode writes in).
Keys: provider.switchgear {npm, name, options {baseURL, apiKey}, models {ID {name, tool_call, attachment,
reasoning, modalities {input, output}, limit {context, output}, cost {input, output, cache_read, cache_write}}}},
and `model` only when one is chosen. `limit` needs both numbers; OpenCode's own word for an unknown
output limit is 0. OpenCode, once it is run, adds "$schema" to a file that has none: so a new file begins with it, and
one of the user's is given it with the rest, or it would be left over when the rest is taken back.
"""

from __future__ import annotations

import os
from typing import Any

from . import jsonc
from .model import Model
from .piece import Unreadable
from .tool import AGAIN, Asked, Edit, Env, under_home

TITLE = "OpenCode"
PROGRAMS = ("opencode",)
PICKS = False
FAMILIES = ()
KEEPS = True
OWN_LOGIN = False
NAMES = ("opencode.jsonc", "opencode.json", "config.json")
SCHEMA = "https://opencode.ai/config.json"
START = f'{{\n  "$schema": "{SCHEMA}"\n}}\n'


def place(env: Env) -> str:
    if env.get("OPENCODE_CONFIG"):
        return env["OPENCODE_CONFIG"]
    paths = [under_home(env, "XDG_CONFIG_HOME", ".config", "opencode", name) for name in NAMES]
    return next((path for path in paths if os.path.exists(path)), paths[0])


def edits(asked: Asked) -> list[Edit]:
    provider = {
        "npm": "@ai-sdk/openai-compatible",
        "name": "Switchgear",
        "options": {"baseURL": f"{asked.door}/v1", "apiKey": asked.token},
        "models": {model.id: _model(model) for model in asked.models},
    }
    wants: list[jsonc.Want] = [(("provider", "switchgear"), provider)]
    if asked.mine and not _has_schema(asked.mine):
        wants.append((("$schema",), SCHEMA))
    if asked.model:
        wants.append((("model",), f"switchgear/{asked.model}"))
    return [Edit(asked.path, jsonc, wants, start=START)]


def _has_schema(text: str) -> bool:
    try:
        return jsonc.value_at(text, ("$schema",)) is not None
    except Unreadable:  # said where it is edited
        return True


def after(asked: Asked) -> list[str]:
    return [f'opencode run -m switchgear/{asked.example} "hello"', AGAIN + "opencode"]


def _model(model: Model) -> dict[str, Any]:
    told = {
        "name": model.name,
        "tool_call": model.tools,
        "attachment": _attaches(model),
        "reasoning": model.reasoning,
        "modalities": _modalities(model),
        "limit": {"context": model.context, "output": model.output or 0} if model.context else None,
        "cost": _cost(model.price) if {"input", "output"} <= model.price.keys() else None,
    }
    return {key: value for key, value in told.items() if value is not None}


def _cost(price: dict[str, float]) -> dict[str, float]:
    """The prices it has names for."""
    return {name: price[name] for name in ("input", "output", "cache_read", "cache_write") if name in price}


def _attaches(model: Model) -> bool | None:
    return None if model.images is None and model.pdf is None else bool(model.images or model.pdf)


def _modalities(model: Model) -> dict[str, list[str]] | None:
    if model.images is None and model.pdf is None:
        return None
    return {"input": ["text", *["image"] * bool(model.images), *["pdf"] * bool(model.pdf)], "output": ["text"]}
