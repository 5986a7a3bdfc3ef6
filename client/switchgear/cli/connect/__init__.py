"""`switchgear connect`: other people's tools are told where the door is, and all of it can be undone.

Rules for editing: stdlib only, and nothing of it is imported before `connect` is the command. Text edits
and tools are pure; files, the door and the daemon are touched by the modules of the last group only.

    piece        what was put into a file, as it is found again; tokens hidden
    json_tree jsonc toml_text yaml_text      values in, values out, the user's text around them untouched
    model tool   what a tool is told of a model; what every tool's module says
    opencode claude_code codex llm aider zed continue_dev      one tool each
    diff         what would change, secrets hidden
    files record door      files written whole; what was done, for the undo; where the door is
    own_login    whose login a tool sends
    plan         what one run would change
    connecting undoing listing      the three things the command does
"""

from __future__ import annotations

from importlib import import_module
from typing import cast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .tool import Tool

MODULES = {
    "opencode": "opencode",
    "claude-code": "claude_code",
    "codex": "codex",
    "llm": "llm",
    "aider": "aider",
    "zed": "zed",
    "continue": "continue_dev",
}


def tool_named(name: str) -> Tool:
    """The module of a tool of MODULES."""
    return cast("Tool", import_module(f".{MODULES[name]}", __package__))
