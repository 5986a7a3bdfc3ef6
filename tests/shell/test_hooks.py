"""The hooks in the real shells: what is drawn, when nothing is, and that nothing of a line is ever run."""

import os
import re
from pathlib import Path

import pytest

from shell.shells import BARE, HOME, run, shown
from switchgear.cli.prompt_hooks import text
from switchgeard import clock

SHELLS = pytest.mark.parametrize("shell", BARE)
TEXT = "Opus 4.6 via Claude Pro · 5h 62/100 left"
DRAWN = "Opus 4.6 via Claude Pro · 5h 62 % left"
STRICT = {"bash": "set -eu", "zsh": "set -eu; setopt no_unset err_exit", "fish": ":"}


def put(folder: Path, text: str = TEXT, level: str = "ok", age: float = -900.0, name: str = "prompt") -> None:
    """The file as the daemon writes it; it runs out `age` seconds ago."""
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    until = int(clock.now().wall - age)
    path.write_text(f"{until}\t{level}\t{text}\n")
    os.utime(path, (until, until))


def words(drawn: str) -> str:
    """Without colours and what marks them as taking no room."""
    return re.sub(r"\x1b\[[\d;]*m|\x1b\(B|[\x01\x02]", "", drawn).strip()


@SHELLS
def test_the_line_is_drawn_with_a_percent_sign(shell: str, tmp_path: Path) -> None:
    """Which is spelt otherwise in the file; and once, although the hook was evaluated twice."""
    put(tmp_path)
    assert words(shown(shell, tmp_path)) == DRAWN


@SHELLS
def test_strict_shells_bear_it(shell: str, tmp_path: Path) -> None:
    """Unset variables and failures end such a shell; with and without a file."""
    assert words(shown(shell, tmp_path, STRICT[shell])) == ""
    put(tmp_path)
    assert words(shown(shell, tmp_path, STRICT[shell])) == DRAWN


@SHELLS
@pytest.mark.parametrize(("level", "code"), [("warn", "33"), ("fail", "31")])
def test_the_level_is_a_colour(shell: str, level: str, code: str, tmp_path: Path) -> None:
    """Yellow and red; the words say it too."""
    put(tmp_path, level=level)
    assert f"\x1b[{code}m" in shown(shell, tmp_path)


@SHELLS
def test_no_color_is_obeyed(shell: str, tmp_path: Path) -> None:
    """The words alone."""
    put(tmp_path, level="fail")
    assert "\x1b" not in shown(shell, tmp_path, NO_COLOR="1")


@SHELLS
def test_it_can_be_hidden(shell: str, tmp_path: Path) -> None:
    """`SWITCHGEAR_PROMPT=0`, for this shell and its children."""
    put(tmp_path)
    assert words(shown(shell, tmp_path, SWITCHGEAR_PROMPT="0")) == ""


@SHELLS
def test_a_line_that_nobody_keeps_is_not_drawn(shell: str, tmp_path: Path) -> None:
    """A daemon that was killed leaves one behind."""
    put(tmp_path, age=2.0)
    assert words(shown(shell, tmp_path)) == ""


@SHELLS
@pytest.mark.parametrize("whole", ["", "\n", "x\ty\tz\n", "999\n", "99999999999999999999x\tok\ttext\n", "\t\t\t\n"])
def test_a_file_that_is_no_line_is_not_drawn(shell: str, whole: str, tmp_path: Path) -> None:
    """And nothing is said about it."""
    (tmp_path / "prompt").write_text(whole)
    assert words(shown(shell, tmp_path)) == ""


@SHELLS
@pytest.mark.parametrize(
    "text",
    ["$(touch hit)", "`touch hit`", "${x:-$(touch hit)}", "a[$(touch hit)]", "%(?.%n.)%{$(id)%}",
     "(touch hit)", "\\$(touch hit)", "'; touch hit; '"],
)  # fmt: skip
def test_nothing_of_a_line_is_run(shell: str, text: str, tmp_path: Path) -> None:
    """The daemon lets none of this through; if it did, a prompt would still only show it."""
    put(tmp_path, text)
    assert words(shown(shell, tmp_path)) == text
    put(tmp_path, "x", level=text)
    assert words(shown(shell, tmp_path)) == "x"
    (tmp_path / "prompt").write_text(f"{text}\tok\tx\n")
    shown(shell, tmp_path)
    assert not (tmp_path / "hit").exists()


@SHELLS
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_what_another_user_left_there_is_not_drawn(shell: str, tmp_path: Path) -> None:
    """A runtime directory too deep for a socket is one in /tmp, where others may have been before us."""
    put(tmp_path)
    os.chown(tmp_path / "prompt", 54321, 54321)
    assert words(shown(shell, tmp_path)) == ""


@SHELLS
def test_a_home_with_every_kind_of_letter_in_its_name(shell: str, tmp_path: Path) -> None:
    """Quotes, spaces, dollars and percents."""
    folder = tmp_path / "a 'b' \"c\" $d %e `f` \\g #h"
    folder.mkdir()
    put(folder)
    assert words(shown(shell, folder)) == DRAWN


@SHELLS
@pytest.mark.parametrize("level", ["ok", "warn", "fail"])
def test_for_starship_it_is_exported_by_level(shell: str, level: str, tmp_path: Path) -> None:
    """`SWITCHGEAR_PROMPT=env`: one variable at a time, no prompt of our own."""
    put(tmp_path, level=level)
    draw = {"bash": "__switchgear_prompt", "zsh": "_switchgear_precmd", "fish": "emit fish_prompt"}[shell]
    evaluate = "printf %s $HOOK | source" if shell == "fish" else 'eval "$HOOK"'
    script = f"{evaluate}; {draw}; env"
    done = run(shell, script, tmp_path, HOOK=text(shell, str(tmp_path)), SWITCHGEAR_PROMPT="env")
    exported = [line for line in done.stdout.splitlines() if re.match("SWITCHGEAR_(OK|WARN|FAIL)=", line)]
    assert exported == [f"SWITCHGEAR_{level.upper()}={DRAWN}"]


def fish_draws(folder: Path, clock: str, then: str) -> list[str]:
    """What fish draws before and after something happened, by that file of seconds since the machine was started."""
    put(folder)
    (folder / "clock").write_text("1000.25 9.00\n")
    script = f"printf %s $HOOK | source; set __switchgear_clock $HOME/{clock}; set -g NO_COLOR 1"
    script += f"; __switchgear_segment '1 '; {then}; __switchgear_segment '2 '"
    done = run("fish", script, folder, HOOK=text("fish", str(folder)))
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_fish_asks_once_for_each_line_how_long_it_is_good(tmp_path: Path) -> None:
    """Then it counts the machine's own seconds: what the file says of its age is not looked at again."""
    assert fish_draws(tmp_path, "clock", "touch -d @1000 $HOME/prompt") == [f"1 {DRAWN}", f"2 {DRAWN}"]
    assert fish_draws(tmp_path, "clock", "echo 1890.00 9.00 >$HOME/clock") == [f"1 {DRAWN}", f"2 {DRAWN}"]
    assert fish_draws(tmp_path, "clock", "echo 1901.00 9.00 >$HOME/clock") == [f"1 {DRAWN}"]


def test_fish_learns_what_is_new(tmp_path: Path) -> None:
    """Another line, although it is good as long; another wish for colours."""
    write = "read -z line <$HOME/prompt; string replace 4.6 5 -- $line >$HOME/prompt; touch -d @9999999999 $HOME/prompt"
    assert fish_draws(tmp_path, "clock", write)[1] == "2 " + DRAWN.replace("4.6", "5")
    assert fish_draws(tmp_path, "clock", "set -e NO_COLOR")[1].startswith("2 \x1b[")


def test_fish_where_no_file_counts_the_seconds(tmp_path: Path) -> None:
    """macOS: every prompt asks the file how long it is good."""
    assert fish_draws(tmp_path, "nothing", ":") == [f"1 {DRAWN}", f"2 {DRAWN}"]
    assert fish_draws(tmp_path, "nothing", "touch -d @1000 $HOME/prompt") == [f"1 {DRAWN}"]


def test_the_exit_status_is_the_users(tmp_path: Path) -> None:
    """bash: what the hook read must not hide what the command said."""
    put(tmp_path)
    script = 'eval "$HOOK"; (exit 7); __switchgear_prompt; echo $?'
    assert run("bash", script, tmp_path, HOOK=text("bash", str(tmp_path))).stdout == "7\n"


def test_hooks_of_others_stay(tmp_path: Path) -> None:
    """A prompt command and a right prompt that were there before."""
    put(tmp_path)
    script = 'PROMPT_COMMAND="x=1;"; eval "$HOOK"; printf "%s|" "${PROMPT_COMMAND[@]}"'
    assert run("bash", script, tmp_path, HOOK=text("bash", str(tmp_path))).stdout == "x=1;|__switchgear_prompt|"
    script = "function fish_right_prompt; echo mine; end; printf %s $HOOK | source; fish_right_prompt"
    assert words(run("fish", script, tmp_path, HOOK=text("fish", str(tmp_path))).stdout) == f"mine\n {DRAWN}"
    script = 'RPROMPT=mine; eval "$HOOK"; _switchgear_precmd; print -nP -- "$RPROMPT"'
    assert words(run("zsh", script, tmp_path, HOOK=text("zsh", str(tmp_path))).stdout) == f"mine {DRAWN}"


def test_powerlevel10k_is_given_a_segment(tmp_path: Path) -> None:
    """With its colour and its state, the percent sign escaped; named once in the user's list."""
    put(tmp_path, level="warn")
    script = (
        'p10k() { print -r -- "$@" }; POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS=(time); '
        'eval "$HOOK"; eval "$HOOK"; prompt_switchgear; print $POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS'
    )
    done = run("zsh", script, tmp_path, HOOK=text("powerlevel10k", str(tmp_path)))
    drawn = DRAWN.replace("%", "%%")
    assert done.stdout == f"segment -s WARN -f yellow -t {drawn}\ntime switchgear\n"


@SHELLS
def test_no_process_is_started(shell: str, tmp_path: Path) -> None:
    """With nothing on PATH, a command that is no builtin would be missed and said so."""
    put(tmp_path)
    draw = {"bash": "__switchgear_prompt", "zsh": "_switchgear_precmd", "fish": "fish_right_prompt >/dev/null"}[shell]
    evaluate = "printf %s $HOOK | source" if shell == "fish" else 'eval "$HOOK"'
    nothing = "set -gx PATH /nonexistent" if shell == "fish" else "PATH=/nonexistent"
    count = "math 0" if shell == "fish" else "echo 0"
    done = run(shell, f"{evaluate}; {nothing}; {draw}; {count}", tmp_path, HOOK=text(shell, str(tmp_path)))
    assert (done.stdout, done.stderr) == ("0\n", "")
    assert HOME["PATH"]
