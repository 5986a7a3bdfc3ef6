"""Quoting: any path is one word, in each language, asked of those who speak it."""

import json
import shlex
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shell.shells import needs
from switchgear.cli.prompt_hooks.quoting import fish_word, json_text, posix_word, tmux_command

PATHS = st.text(st.characters(exclude_characters="\0\n\r", exclude_categories=["Cs"]), min_size=1, max_size=40)
HARD = ["/a b", "/it's", '/"x"', "/$HOME", "/`id`", "/\\n\\\\", "/#{x}#(id)", "/%H", "/'\"$\\#'"]


@given(PATHS)
def test_a_path_is_one_word_of_sh(path: str) -> None:
    """Also inside JSON."""
    assert shlex.split(posix_word(path)) == [path]
    assert shlex.split(json.loads(f'"{json_text(path)}"')) == [path]


@settings(max_examples=20)
@given(PATHS)
def test_a_path_is_one_word_of_fish(path: str) -> None:
    """fish says so."""
    needs("fish")
    argv = ["fish", "--no-config", "-c", f"printf %s {fish_word(path)}"]
    assert subprocess.run(argv, capture_output=True, check=True).stdout == path.encode()


@pytest.mark.parametrize("path", HARD)
def test_a_path_is_one_word_of_sh_behind_tmux(path: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """tmux reads the string, expands the format and runs sh."""
    needs("tmux")
    folder = tmp_path_factory.mktemp("t")
    conf = folder / "conf"
    out = folder / "out"
    conf.write_text(f'set -g @x "#(printf %%s {tmux_command(path)} > {out}; echo)"\n')
    tmux = ["tmux", "-S", str(folder / "s")]
    subprocess.run([*tmux, "-f", "/dev/null", "new-session", "-d", "sleep 60"], check=True)
    try:
        subprocess.run([*tmux, "source-file", str(conf)], check=True)
        for _ in range(1000):
            subprocess.run([*tmux, "display", "-p", "#{E:@x}"], check=True, capture_output=True)
            if out.exists() and out.read_text():
                break
        assert out.read_text() == path
    finally:
        subprocess.run([*tmux, "kill-server"], check=True)
