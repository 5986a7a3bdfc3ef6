"""What `switchgear prompt init` prints: for each shell or program, a text of its own language.

The texts are files beside this one, for people who know that language to read. Rules for editing them: a prompt starts
no process and waits for nobody; nothing of the line is ever evaluated; they work under `set -u` and `set -e`, and
evaluating them twice is the same as once. `@FILE@`, `@DIRECTORY@` and `@SCRIPT@` become quoted paths, each in the way
of its language (`quoting`).
"""

from __future__ import annotations

import os

from .quoting import fish_word, json_text, posix_word, tmux_command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPT = os.path.join(HERE, "statusline.sh")


class Hook:
    """The files that make it up, in order, and how its language quotes a path."""

    __slots__ = ("files", "quoted")

    def __init__(self, files: Sequence[str], quoted: Callable[[str], str]) -> None:
        self.files = files
        self.quoted = quoted


HOOKS = {
    "bash": Hook(["prompt.bash"], posix_word),
    "zsh": Hook(["reading.zsh", "prompt.zsh"], posix_word),
    "fish": Hook(["prompt.fish"], fish_word),
    "tmux": Hook(["prompt.tmux"], tmux_command),
    "starship": Hook(["starship.toml"], str),
    "powerlevel10k": Hook(["reading.zsh", "powerlevel10k.zsh"], posix_word),
    "claude-code": Hook(["claude_code.json"], json_text),
}


def text(name: str, directory: str) -> str:
    """The hook of that name for the daemon whose runtime directory this is."""
    hook = HOOKS[name]
    whole = "".join(_read(file) for file in hook.files)
    paths = {"@FILE@": f"{directory}/prompt", "@DIRECTORY@": directory, "@SCRIPT@": SCRIPT}
    for mark, path in paths.items():
        whole = whole.replace(mark, hook.quoted(path))
    return whole


def _read(file: str) -> str:
    with open(os.path.join(HERE, file), encoding="utf-8") as opened:
        return opened.read()
