"""Claude Code. Looked at: @anthropic-ai/claude-code 2.1.330, its settings and gateway pages, 2026-11.

File: settings.json in ${CLAUDE_CONFIG_DIR:-~/.claude}. Its `env` outranks the shell's variables.
Keys: env.ANTHROPIC_BASE_URL (without /v1), env.ANTHROPIC_AUTH_TOKEN (sent as a bearer; outranks
ANTHROPIC_API_KEY, apiKeyHelper and a login), ANTHROPIC_MODEL, and the models its aliases opus, sonnet and
haiku stand for (haiku also does its background work): the merged model called so, else the chosen one. Without
them it asks for names of its own, which are no models of ours.

With its own login kept, ANTHROPIC_CUSTOM_HEADERS (a header a line) brings our token and there is no
ANTHROPIC_AUTH_TOKEN: what it sends as its login is its own.
"""

from __future__ import annotations

from . import jsonc
from .piece import Unreadable
from .tool import Asked, Edit, Env, under_home

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .model import Model

TITLE = "Claude Code"
PROGRAMS = ("claude",)
PICKS = True
FAMILIES = ("opus", "sonnet", "haiku")
KEEPS = True
OWN_LOGIN = True
HEADERS = "ANTHROPIC_CUSTOM_HEADERS"
OUR_HEADER = "x-switchgear-token"


def place(env: Env) -> str:
    return under_home(env, "CLAUDE_CONFIG_DIR", ".claude", "settings.json")


def present_model(text: str) -> str | None:
    """The model the user has chosen himself."""
    found = jsonc.value_at(text, ("env", "ANTHROPIC_MODEL"))
    return found if isinstance(found, str) else None


def edits(asked: Asked) -> list[Edit]:
    values = {"ANTHROPIC_BASE_URL": asked.door, **_token(asked)}
    if asked.model:
        values["ANTHROPIC_MODEL"] = asked.model
        for name in FAMILIES:
            values[f"ANTHROPIC_DEFAULT_{name.upper()}_MODEL"] = _called(name, asked.model, asked.models)
    return [Edit(asked.path, jsonc, [(("env", name), value) for name, value in values.items()])]


def _token(asked: Asked) -> dict[str, str]:
    if not asked.own_login:
        return {"ANTHROPIC_AUTH_TOKEN": asked.token}
    return {HEADERS: "\n".join([*_headers(asked.mine), f"{OUR_HEADER}: {asked.token}"])}


def _headers(text: str) -> list[str]:
    """Those the user sends already; a broken file is told of later."""
    try:
        found = jsonc.value_at(text, ("env", HEADERS))
    except Unreadable:
        return []
    lines = found.splitlines() if isinstance(found, str) else []
    return [line for line in lines if line.strip() and not line.lower().startswith(OUR_HEADER)]


def _called(family: str, chosen: str, models: Sequence[Model]) -> str:
    """The merged model of this family, or the chosen one, which is better than none."""
    return next((name for name in (chosen, *(model.id for model in models)) if family in name), chosen)


def after(asked: Asked) -> list[str]:
    kept = ["it keeps its own login, which goes to its own provider only; claude auth status shows it"]
    return [*(kept if asked.own_login else []), 'claude -p "hello"']
