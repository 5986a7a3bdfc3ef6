"""A path as one word of each language: a home directory may have spaces, quotes, `$`, `#` and `%` in its name."""

from __future__ import annotations


def posix_word(path: str) -> str:
    """For sh, bash and zsh."""
    return "'" + path.replace("'", "'\\''") + "'"


def fish_word(path: str) -> str:
    return "'" + path.replace("\\", "\\\\").replace("'", "\\'") + "'"


def tmux_command(path: str) -> str:
    """A word of sh, inside `#(...)`, inside a tmux string in double quotes."""
    for letter, meant in (("\\", "\\\\"), ('"', '\\"'), ("$", "\\$"), ("#", "##"), ("%", "%%")):
        path = path.replace(letter, meant)
    return path.join(("'", "'")) if "'" not in path else "'" + path.replace("'", "'\\\\''") + "'"


def json_text(path: str) -> str:
    """A word of sh, inside a JSON string."""
    import json

    return json.dumps(posix_word(path), ensure_ascii=False)[1:-1]
