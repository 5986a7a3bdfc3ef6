"""Continue. Looked at: its config-yaml schema source (2026) and its config.yaml reference, 2026-11.

File: config.yaml in ${CONTINUE_GLOBAL_DIR:-~/.continue}. It takes the place of an older config.json, so one
that is still in use is not shadowed: that is refused.
Keys: name, version, schema (needed, written to a new file), and an entry of `models` for every model: name,
provider = openai, model, apiBase (with /v1), apiKey, roles, capabilities (tool_use, image_input),
defaultCompletionOptions (contextLength, maxTokens).
"""

from __future__ import annotations

import os

from switchgear.cli.failed import CommandError

from . import yaml_text
from .model import Model
from .tool import AGAIN, Asked, Edit, Env, under_home
from .yaml_text import Items

TITLE = "Continue"
PROGRAMS = ("cn",)
PICKS = False
FAMILIES = ()
KEEPS = True
OWN_LOGIN = False
START = "name: Local Config\nversion: 1.0.0\nschema: v1\n"


def place(env: Env) -> str:
    return under_home(env, "CONTINUE_GLOBAL_DIR", ".continue", "config.yaml")


def edits(asked: Asked) -> list[Edit]:
    older = os.path.join(os.path.dirname(asked.path), "config.json")
    if os.path.exists(older) and not os.path.exists(asked.path):
        why = f"Continue reads {older} here; a new config.yaml would take its place"
        raise CommandError("Continue has an older config", why, "move it to config.yaml in Continue first")
    items = [_item(model, asked) for model in asked.models]
    return [Edit(asked.path, yaml_text, [Items("models", items, f"{asked.door}/v1")], start=START)]


def after(asked: Asked) -> list[str]:
    return ["choose a (Switchgear) model in Continue's model list", AGAIN + "continue"]


def _item(model: Model, asked: Asked) -> dict[str, object]:
    item: dict[str, object] = {
        "name": f"{model.name} (Switchgear)",
        "provider": "openai",
        "model": model.id,
        "apiBase": f"{asked.door}/v1",
        "apiKey": asked.token,
        "roles": ["chat", "edit", "apply"],
    }
    abilities = [name for name, known in (("tool_use", model.tools), ("image_input", model.images)) if known]
    limits = {"contextLength": model.context, "maxTokens": model.output}
    known = {name: limit for name, limit in limits.items() if limit}
    return (
        item
        | ({"capabilities": abilities} if abilities else {})
        | ({"defaultCompletionOptions": known} if known else {})
    )
