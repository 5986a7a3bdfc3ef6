"""llm. Looked at: llm 0.36 (PyPI; its OpenAI plugin and key store), 2026-11.

Files: extra-openai-models.yaml and keys.json in $LLM_USER_PATH, else in io.datasette.llm of the platform's
config directory (macOS: ~/Library/Application Support).
Keys: a list entry for every model: model_id, model_name, api_base, api_key_name, supports_tools,
supports_schema, vision, reasoning; keys.json: `switchgear`. Ids begin with switchgear/ so that none takes
the place of a model llm knows already.
"""

from __future__ import annotations

import os
import sys

from . import jsonc, yaml_text
from .model import Model
from .tool import AGAIN, Asked, Edit, Env, under_home
from .yaml_text import Items

TITLE = "llm"
PROGRAMS = ("llm",)
PICKS = False
FAMILIES = ()
KEEPS = True
OWN_LOGIN = False
MARK = "api_key_name: switchgear"


def place(env: Env) -> str:
    if env.get("LLM_USER_PATH"):
        return os.path.join(env["LLM_USER_PATH"], "extra-openai-models.yaml")
    if sys.platform == "darwin":
        return under_home(env, "", "Library/Application Support", "io.datasette.llm", "extra-openai-models.yaml")
    return under_home(env, "XDG_CONFIG_HOME", ".config", "io.datasette.llm", "extra-openai-models.yaml")


def edits(asked: Asked) -> list[Edit]:
    keys = os.path.join(os.path.dirname(asked.path), "keys.json")
    items = [_item(model, asked.door) for model in asked.models]
    return [
        Edit(keys, jsonc, [(("switchgear",), asked.token)], keys=True),
        Edit(asked.path, yaml_text, [Items(None, items, MARK)], holds=False),
    ]


def after(asked: Asked) -> list[str]:
    return [f'llm -m switchgear/{asked.example} "hello"', AGAIN + "llm"]


def _item(model: Model, door: str) -> dict[str, object]:
    abilities = {
        "supports_tools": model.tools,
        "supports_schema": model.json_schema,
        "vision": model.images,
        "reasoning": model.reasoning,
    }
    return {
        "model_id": f"switchgear/{model.id}",
        "model_name": model.id,
        "api_base": f"{door}/v1",
        "api_key_name": "switchgear",
        **{name: True for name, known in abilities.items() if known},
    }
