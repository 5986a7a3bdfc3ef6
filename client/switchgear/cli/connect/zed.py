"""Zed. Looked at: its settings source (settings_content, language_models, paths) and its page on API access, 2026-11.

File: settings.json in ${XDG_CONFIG_HOME:-~/.config}/zed (Flatpak: $FLATPAK_XDG_CONFIG_HOME; macOS: ~/.config).
Keys: language_models.openai_compatible.Switchgear {api_url, available_models [{name, display_name, max_tokens,
max_output_tokens, capabilities {tools, images, parallel_tool_calls, prompt_cache_key}}]}. max_tokens is the
window and Zed refuses an entry without it: where it is not known, UNKNOWN is written.
Zed takes the key from its keychain (the settings page) or from SWITCHGEAR_API_KEY, never from this file: so no
token is made here, and the user is told how.
"""

from __future__ import annotations

import sys
from typing import Any

from . import jsonc
from .model import Model
from .tool import AGAIN, Asked, Edit, Env, under_home

TITLE = "Zed"
PROGRAMS = ("zed", "zeditor", "zed-editor")
PICKS = False
FAMILIES = ()
KEEPS = False
OWN_LOGIN = False
UNKNOWN = 128_000


def place(env: Env) -> str:
    if sys.platform == "darwin":
        return under_home(env, "", ".config", "zed", "settings.json")
    variable = "FLATPAK_XDG_CONFIG_HOME" if env.get("FLATPAK_XDG_CONFIG_HOME") else "XDG_CONFIG_HOME"
    return under_home(env, variable, ".config", "zed", "settings.json")


def edits(asked: Asked) -> list[Edit]:
    provider = {"api_url": f"{asked.door}/v1", "available_models": [_model(model) for model in asked.models]}
    return [Edit(asked.path, jsonc, [(("language_models", "openai_compatible", "Switchgear"), provider)], holds=False)]


def after(asked: Asked) -> list[str]:
    return [
        "Zed keeps keys in its keychain, so make it one: switchgear token new zed",
        "and paste that under Switchgear on Zed's LLM providers page (or start Zed with SWITCHGEAR_API_KEY set)",
        AGAIN + "zed",
    ]


def _model(model: Model) -> dict[str, Any]:
    told = {
        "name": model.id,
        "display_name": model.name,
        "max_tokens": model.context or UNKNOWN,
        "max_output_tokens": model.output,
        "capabilities": {
            "tools": bool(model.tools),
            "images": bool(model.images),
            "parallel_tool_calls": bool(model.tools),
            "prompt_cache_key": False,
        },
    }
    return {key: value for key, value in told.items() if value is not None}
