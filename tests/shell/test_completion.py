"""The Tab key in the real shells: commands, options, values, and the names the daemon keeps; nothing is started."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shell.shells import BARE, needs, run
from shell.terminal import Terminal, running
from switchgear.cli.completion import text
from switchgear.cli.completion.described import commands
from switchgear.cli.listing import COMMANDS

NAMES = (
    "model\topus-4.6\nmodel\tgemma:free\nvariant\tcopilot/gpt-5.5\nvariant\tcopilot/z-ai/glm\n"
    "provider\tclaude_pro\nprovider\tcopilot\nsession\ts-1\n"
)
BASH = """
eval "$COMPLETION"
COMP_LINE=$LINE COMP_POINT=${#LINE}
_switchgear
printf '%s\\n' "${COMPREPLY[@]-}"
"""
FISH = """
printf %s $COMPLETION | source
complete -C "$LINE"
"""
SHELLS = pytest.mark.parametrize("shell", ["bash", "fish"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "names").write_text(NAMES)
    return tmp_path


def offered(shell: str, folder: Path, line: str, strict: str = "") -> set[str]:
    """What Tab offers behind this line."""
    script = strict + {"bash": BASH, "fish": FISH}[shell]
    env = {"COMPLETION": text(shell, str(folder), commands()), "LINE": line, "PATH": "/nonexistent:/usr/bin"}
    done = run(shell, script, folder, **env)
    assert done.stderr == ""
    return {row.partition("\t")[0] for row in done.stdout.splitlines()} - {""}


CASES = [
    ("switchgear ", set(COMMANDS)),
    ("switchgear sta", {"status"}),
    ("switchgear --no-start st", {"status", "stop"}),
    ("switchgear pin ", {"opus-4.6", "gemma:free"}),
    ("switchgear pin opus-4.6 ", {"claude_pro", "copilot"}),
    ("switchgear pin opus-4.6 cl", {"claude_pro"}),
    ("switchgear pin --for 2h o", {"opus-4.6"}),
    ("switchgear pin opus-4.6 claude_pro ", set()),
    ("switchgear order opus-4.6 copilot ", {"claude_pro", "copilot"}),
    ("switchgear ask ", {"opus-4.6", "gemma:free"}),
    ("switchgear ask -m o", {"opus-4.6"}),
    ("switchgear ask -m cop", set()),  # hundreds would hide the few
    ("switchgear ask -m copilot/", {"copilot/gpt-5.5", "copilot/z-ai/glm"}),
    ("switchgear models copilot/z", {"copilot/z-ai/glm"}),
    ("switchgear ask --session ", {"s-1"}),
    ("switchgear ask --on-interrupt re", {"restart"}),
    ("switchgear models prop", {"propose"}),
    ("switchgear config ", {"path", "show", "check", "edit"}),
    ("switchgear prompt init st", {"starship"}),
    ("switchgear connect op", {"opencode"}),
    ("switchgear rpc route/", {"route/explain"}),
    ("switchgear --color al", {"always"}),
    ("switchgear nosuch ", set()),
]


@SHELLS
@pytest.mark.parametrize(("line", "words"), CASES)
def test_tab_offers_what_can_stand_there(shell: str, line: str, words: set[str], folder: Path) -> None:
    """Commands, names by kind and place, values of options."""
    assert offered(shell, folder, line) == words


@SHELLS
def test_tab_offers_the_options_of_the_command(shell: str, folder: Path) -> None:
    """Its own and those of all; no other's."""
    found = offered(shell, folder, "switchgear route --")
    assert {"--explain", "--session", "--json", "--help"} <= found
    assert "--watch" not in found


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("switchgear ask -m gemma:", {"free"}),
        ("switchgear ask -m gemma:f", {"free"}),
        ("switchgear ask --model=o", {"opus-4.6"}),
        ("switchgear --color=al", {"always"}),
    ],
)
def test_bash_breaks_words_where_names_do_not(line: str, words: set[str], folder: Path) -> None:
    """readline takes what stands behind the last `:` or `=` for the word."""
    assert offered("bash", folder, line) == words


def test_bash_may_have_been_told_not_to_break_words_there(folder: Path) -> None:
    """Then the whole word is offered."""
    strict = 'set -u; COMP_WORDBREAKS=${COMP_WORDBREAKS//[:=]/}\n'  # fmt: skip
    assert offered("bash", folder, "switchgear ask -m gemma:", strict) == {"gemma:free"}
    assert offered("bash", folder, "switchgear ask --model=o", strict) == {"--model=opus-4.6"}


@SHELLS
def test_without_a_daemon_there_are_no_names_and_no_noise(shell: str, tmp_path: Path) -> None:
    """The words of the command itself are offered all the same."""
    assert offered(shell, tmp_path, "switchgear pin ") == set()
    assert offered(shell, tmp_path, "switchgear models p") == {"propose"}


@SHELLS
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_what_another_user_left_there_is_not_offered(shell: str, folder: Path) -> None:
    """As at the prompt."""
    os.chown(folder / "names", 54321, 54321)
    assert offered(shell, folder, "switchgear pin ") == set()


@SHELLS
def test_no_name_is_ever_run(shell: str, folder: Path) -> None:
    """The daemon writes plain words only; if others stood there, they would be offered and nothing else."""
    (folder / "names").write_text("model\t$(touch hit)\nmodel\t`touch hit`\nmodel\ta[$(touch hit)]\n\n\t\n")
    offered(shell, folder, "switchgear pin ")
    assert not (folder / "hit").exists()


# --- with real fingers --------------------------------------------------------------------------


RC: dict[str, Callable[[Path], str]] = {
    "bash": lambda folder: f"bash --rcfile '{folder}/rc' -i",
    "zsh": lambda folder: f"ZDOTDIR='{folder}/zsh' zsh -d -i",
    "fish": lambda folder: f"fish --no-config -C 'source {folder}/rc' -i",
}
BEFORE = {
    "bash": "PS1='> '\nbind 'set bell-style none'\n",
    "zsh": "PS1='> '\nautoload -Uz compinit && compinit -u -D\n",
    "fish": "function fish_prompt; printf '> '; end\n",
}


def typed(terminal: Terminal, keys: str) -> None:
    terminal.tmux("send-keys", "-l", "--", keys)
    terminal.tmux("send-keys", "Tab")


def seen(terminal: Terminal, line: str) -> bool:
    """Whether the screen's last line becomes this one, while it is looked at a thousand times."""
    return any(terminal.last().rstrip() == line.rstrip() for _ in range(1000))


@contextmanager
def interactive(shell: str, folder: Path) -> Iterator[Terminal]:
    """The shell at a prompt of `>`, knowing the completion."""
    start = folder / "zsh" if shell == "zsh" else folder
    start.mkdir(exist_ok=True)
    (start / (".zshrc" if shell == "zsh" else "rc")).write_text(BEFORE[shell] + text(shell, str(folder), commands()))
    (start / ".zshenv").write_text("setopt no_global_rcs\n")
    needs(shell)
    with running(RC[shell](folder)) as terminal:
        assert seen(terminal, ">"), terminal.last()
        yield terminal


@pytest.mark.parametrize("shell", BARE)
def test_tab_completes_what_was_typed(shell: str, folder: Path) -> None:
    """In an interactive shell: a command, a model, an option, its value."""
    option = "--session=" if shell == "zsh" else "--session "
    steps = [("switchgear rou", "switchgear route "), ("op", "opus-4.6 "), ("--ses", option), ("s", "s-1")]
    line = "> "
    with interactive(shell, folder) as terminal:
        for keys, whole in steps:
            typed(terminal, keys)
            line += whole
            assert seen(terminal, line), terminal.tmux("capture-pane", "-p").rstrip()


def test_zsh_finds_it_in_a_directory_of_fpath(folder: Path) -> None:
    """The file as `compinit` wants it: nothing is evaluated at the start."""
    (folder / "zfunc").mkdir()
    (folder / "zfunc" / "_switchgear").write_text(text("zsh", str(folder), commands()))
    (folder / "zsh").mkdir()
    (folder / "zsh" / ".zshrc").write_text(f"fpath=({folder}/zfunc $fpath)\n{BEFORE['zsh']}")
    (folder / "zsh" / ".zshenv").write_text("setopt no_global_rcs\n")
    needs("zsh")
    with running(RC["zsh"](folder)) as terminal:
        assert seen(terminal, ">"), terminal.last()
        for _ in range(2):  # the first Tab loads it
            typed(terminal, "switchgear pin opus-4.6 cl")
            assert seen(terminal, "> switchgear pin opus-4.6 claude_pro"), terminal.tmux("capture-pane", "-p").rstrip()
            terminal.tmux("send-keys", "C-u")


def test_zsh_understands_the_table_of_every_command(folder: Path) -> None:
    """A spec that `_arguments` does not take is complained of only when somebody presses Tab."""
    with interactive("zsh", folder) as terminal:
        for command in COMMANDS:
            typed(terminal, f"switchgear {command} --no-sta")
            assert seen(terminal, f"> switchgear {command} --no-start"), terminal.tmux("capture-pane", "-p").rstrip()
            terminal.tmux("send-keys", "C-u")
