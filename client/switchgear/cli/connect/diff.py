"""What would change, as a person reads it: a unified diff in which no secret is shown.

Rules for editing: lines around a change are the user's own and may hold his keys; whatever looks like
one is hidden too, and in a file of keys every value is.
"""

from __future__ import annotations

import difflib
import re

from .piece import veiled

SECRET = re.compile(
    r"""(?ix) ( ["']? [\w.-]*? (?:key|token|secret|password|bearer|authorization) ["']? \s* [:=] \s* )
        (?: "(?!sgw_\*{4}") (?:[^"\\]|\\.){8,} "
          | '(?!sgw_\*{4}') [^']{8,} '
          | (?!["'\[{]|sgw_\*{4}|\d+\b) [^\s"',}\]]{8,} )"""
)
KNOWN = re.compile(r"\b(?:sk|pk|rk|ghp|gho|ghu|github_pat|xai|gsk|hf|r8|AIza)[-_A-Za-z0-9]{12,}")
VALUE = re.compile(r'(:\s*)"(?!sgw_\*{4}")(?:[^"\\]|\\.)*"')
HIDDEN = "****"
AROUND = 2  # lines


def diff(path: str, before: bytes | None, after: bytes | None, *, keys: bool = False) -> list[str]:
    """Lines of a unified diff; none when nothing changes. `keys`: every value is a secret."""
    old, new = _lines(before), _lines(after)
    found = difflib.unified_diff(
        old, new, path if before is not None else "/dev/null", path if after is not None else "/dev/null", n=AROUND
    )
    return [hidden(line.rstrip("\r\n"), keys=keys) for line in found]


def hidden(line: str, *, keys: bool = False) -> str:
    """The line with what nobody should read over a shoulder taken out."""
    line = KNOWN.sub(HIDDEN, SECRET.sub(rf"\1{HIDDEN}", veiled(line)))
    return VALUE.sub(rf'\1"{HIDDEN}"', line) if keys else line


def _lines(data: bytes | None) -> list[str]:
    return (data or b"").decode("utf-8", "replace").splitlines()
