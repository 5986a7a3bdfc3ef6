"""Redaction: what may leave this machine in a bundle.

Rules for editing: two nets. By place: of the config only keys that are known to be harmless keep their text, and of a
program's argv only its name. By shape: whatever looks like a key, a token or a name and password in an address is
masked, wherever it stands. Mask too much rather than too little.
"""

from __future__ import annotations

import os
import re
from typing import Any

MASK = "***"
PLAIN = frozenset(
    {
        "id", "kind", "label", "alias", "provider", "model", "wire", "billing", "base_url", "env", "file", "systemd",
        "listen", "auto", "metered", "sticky_mode", "window", "on", "after_commit", "order", "region", "location",
        "connect", "first_event", "idle", "whole", "program", "credential", "show", "format",
    }
)  # fmt: skip
"""Keys of the config whose text says what somebody who helps must know."""

WORDS = frozenset({"keyring", "none", "passthrough"})
"""What `credential` may say; anything else that stands there is a key, written by mistake."""
VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+|[a-z]+(_[a-z]+)+|[A-Z]{1,12}")

_KEYS = "sk|pk|rk|gh[opusr]|github_pat|glpat|xai|gsk|csk|hf|nvapi|pplx|fw|r8|tgp|sess|whsec|dop|shpat|sgw|xox[abeoprs]"
_NAMES = "(?:api|access|secret|private)?[ _-]?(?:key|secret|password|passwd|passphrase)|(?:refresh|auth|id)[ _-]?token"
_SHAPES = (
    (re.compile(r"(?<=://)[^/@\s]+@"), f"{MASK}@"),
    (re.compile(r"(?<=[?&;])([\w.-]+)=[^&\s\"']+"), rf"\1={MASK}"),
    (re.compile(rf"\b(?:{_KEYS})[-_][^\s\"'`,;<>(){{}}\[\]]+"), MASK),
    (re.compile(r"\b(?:AIza|AKIA|ASIA|ya29\.|eyJ)[^\s\"'`,;<>(){}\[\]]+"), MASK),
    (re.compile(r"(?i)\b(bearer|basic)\s+\S+"), rf"\1 {MASK}"),
    (re.compile(rf"(?i)((?<![a-z])(?:{_NAMES})[\"']?\s*[:=]\s*[\"']?)[^\s\"',;]+"), rf"\1{MASK}"),
    (re.compile(r"(?<![\w.-])(?=[A-Za-z]*\d)[A-Za-z0-9]{12,}\.[\w-]{12,}"), MASK),
    (re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"), MASK),
    (re.compile(r"(?=[A-Za-z0-9+/_\-]*\d)(?=[A-Za-z0-9+/_\-]*[A-Za-z])(?<![\w/-])[A-Za-z0-9+/_\-]{32,}={0,2}"), MASK),
)


def masked(text: str) -> str:
    """The text without what looks like a secret, and with `~` for the home directory."""
    for shape, instead in _SHAPES:
        text = shape.sub(instead, text)
    home = os.environ.get("HOME", "").rstrip("/")
    return text.replace(home, "~") if len(home) > 1 else text


def without_secrets(value: Any) -> Any:
    """The same for every text in plain data; keys are kept."""
    if isinstance(value, dict):
        return {str(key): without_secrets(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [without_secrets(each) for each in value]
    return masked(value) if isinstance(value, str) else value


def config(table: Any, key: str = "") -> Any:
    """The config's values: numbers and switches as they are, text only under PLAIN keys, a command's first word."""
    if isinstance(table, dict):
        return {masked(name): config(value, name) for name, value in table.items()}
    if isinstance(table, list):
        if key == "command":
            return [masked(os.path.basename(str(table[0]))), *[MASK for _ in table[1:]]] if table else []
        return [config(value, key) for value in table]
    if isinstance(table, bool | int | float):
        return table
    return masked(str(table)) if _tells(key, str(table)) else MASK


def _tells(key: str, text: str) -> bool:
    """Whether the text is what belongs under this key, and not a key that was pasted there."""
    if key == "credential":
        return text in WORDS
    return VARIABLE.fullmatch(text) is not None if key in ("env", "systemd") else key in PLAIN
