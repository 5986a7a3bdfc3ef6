"""Mistyped command lines: the nearest thing there is, as the hint; nothing is run that was not typed."""

import pytest

from cli_runs import Run, Serve
from switchgear.cli.listing import COMMANDS, ELSEWHERE, overview
from switchgear_protocol.errors import error

MEANT = error("no_such_provider", 'There is no provider "claude-pro".', hint="switchgear auth", meant="claude_pro")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("status --wach", ["no option '--wach'", "  the nearest is '--watch'", "hint: switchgear status --watch"]),
        ("status --frobnicate=1", ["no option '--frobnicate'", "hint: switchgear status -h"]),
        ("demo --foo", ["no option '--foo'", "hint: switchgear demo -h"]),
        ("models a b", ["'b' is one word too many", "hint: switchgear models -h"]),
        (
            "config chek",
            ["'chek' is no action", "  there are: path, show, check, edit"],
        ),
        ("status --color sometimes", ["'sometimes' is no --color", "  there are: auto, always, never"]),
        ("help statsu", ["no command 'statsu'"]),
        ("doctor --only keyrng", ["no check is called 'keyrng'"]),
        ("import opencod", ["no source 'opencod'", "  there are: environment, opencode, codex, gh, claude, local"]),
        ("connect opncode", ["no tool 'opncode'"]),
        ("usage --by provder", ["cannot group by 'provder'"]),
        ("events --since x", ["--since: 'x' is no whole number", "hint: switchgear events -h"]),
        ("route m -s", ["-s/--session: a value is missing", "hint: switchgear route -h"]),
        ("status --json=1", ["--json: takes no value, and not '1'", "hint: switchgear status -h"]),
        ("logout", ["PROVIDER is missing", "hint: switchgear logout -h"]),
        ("completion", ["SHELL is missing", "  there are: bash, zsh, fish", "hint: switchgear completion -h"]),
        ("allow", ["WHAT is missing", "  there are: metered", "hint: switchgear allow metered"]),
        ("sessions", ["no command 'sessions'", "  the nearest is 'usage --by session'"]),
        ("pin", ["MODEL, PROVIDER are missing", "hint: switchgear pin -h"]),
        ("statsu", ["no command 'statsu'", "  the nearest is 'status'", "hint: switchgear status"]),
    ],
)
def test_a_line_that_cannot_be_read_is_told_the_nearest(run: Run, line: str, said: list[str]) -> None:
    """Commands, options, choices, words: what, why, and what to type."""
    ran = run(*line.split())
    told = ran.err.removeprefix("switchgear: ").splitlines()
    assert (ran.code, ran.out, told[: len(said)]) == (2, "", said)


def test_a_name_the_daemon_does_not_know_is_put_right_in_the_hint(run: Run, serve: Serve) -> None:
    """The command as it was typed, with the name that is most like it."""
    serve({"providers/pause": MEANT})
    assert run("pause", "claude-pro", "--for", "2h").err.endswith("hint: switchgear pause claude_pro --for 2h\n")
    assert run("pause", "claude-pro", "--json").json["error"]["meant"] == "claude_pro"


def test_a_long_line_is_not_repeated(run: Run, serve: Serve) -> None:
    """Nor one that has nothing like the name in it."""
    serve({"providers/pause": MEANT})
    assert run("pause", "claude-pro", "--socket", "/" + "x" * 40 + "/../.." * 9).code == 3
    assert run("pause", "other").err.endswith("hint: switchgear auth\n")


def test_what_other_commands_call_it_leads_to_ours() -> None:
    """None of them is a command here, and each hint begins with one."""
    assert not ELSEWHERE.keys() & COMMANDS.keys()
    assert {line.split()[0] for line in ELSEWHERE.values()} <= COMMANDS.keys()


def test_the_overview_is_one_screen() -> None:
    """By topic, a line per command."""
    lines = overview().splitlines()
    assert len(lines) <= 38
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("doctor --only keyrng", "doctor --only keyring"),
        ("import opencod", "import opencode"),
        ("connect opncode", "connect opencode"),
        ("usage --by provder", "usage --by provider"),
        ("config chek", "config check"),
    ],
)
def test_the_hint_is_the_command_to_type(run: Run, line: str, meant: str) -> None:
    """Whole, so that it can be copied."""
    assert run(*line.split()).err.splitlines()[-1] == f"hint: switchgear {meant}"
