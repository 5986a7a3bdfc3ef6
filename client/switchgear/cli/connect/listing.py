"""The tools there are: found on this machine or not, connected or not."""

from __future__ import annotations

import os
import shutil
from typing import Any

from . import MODULES, record, tool_named


def tools() -> list[dict[str, Any]]:
    """{tool, title, found, connected, config, token} of every tool we know."""
    return [_tool(name) for name in MODULES]


def _tool(name: str) -> dict[str, Any]:
    module, known = tool_named(name), record.load(name)
    path = known.kept[-1].path if known else module.place(os.environ)
    return {
        "tool": name,
        "title": module.TITLE,
        "found": any(shutil.which(program) for program in module.PROGRAMS) or os.path.exists(path),
        "connected": known is not None,
        "config": path,
        "token": known.token if known else None,
    }
