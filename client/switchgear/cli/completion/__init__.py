"""What `switchgear completion` prints: the Tab key's knowledge of this command, as a text for a shell.

Commands, options and their values are written into it (`described`, from the commands' own parsers); names of models,
providers and sessions are read at every Tab, with builtins, from the file the daemon keeps beside its socket. So no Tab
starts Python or waits for the daemon.

    described             what there is to complete, as values
    bash, zsh, fish       it in the words of that shell; what is the same for all commands is in the file beside
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .described import Command

SHELLS = ("bash", "zsh", "fish")
HERE = os.path.dirname(os.path.abspath(__file__))


def text(shell: str, directory: str, commands: Sequence[Command]) -> str:
    """The completion for that shell, of the daemon whose runtime directory this is."""
    from importlib import import_module

    from switchgear.cli.prompt_hooks.quoting import fish_word, posix_word

    with open(os.path.join(HERE, f"completion.{shell}"), encoding="utf-8") as opened:
        whole = opened.read()
    table: str = import_module(f".{shell}", __package__).table(commands)
    quoted = fish_word if shell == "fish" else posix_word
    return whole.replace("@FILE@", quoted(f"{directory}/names")).replace("@TABLE@\n", table)
