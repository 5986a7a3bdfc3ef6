"""`switchgear completion`: printed without a daemon, and complete."""

import json

import pytest

from cli_runs import Run
from switchgear.cli.completion.described import Command, commands, everywhere
from switchgear.cli.listing import COMMANDS
from switchgear.cli.options import parser_of


def named(name: str) -> Command:
    return next(command for command in commands() if command.name == name)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_command_and_flag_is_in_it(shell: str, run: Run) -> None:
    """Whatever a parser reads, Tab offers."""
    ran = run("completion", shell)
    assert (ran.code, ran.err) == (0, "")
    assert "@TABLE@" not in ran.out
    assert "@FILE@" not in ran.out
    flags = {flag for name in COMMANDS for action in parser_of(name)[1]._actions for flag in action.option_strings}
    assert [flag for flag in flags if flag.lstrip("-") not in ran.out] == []
    assert [name for name in COMMANDS if name not in ran.out] == []


def test_an_unknown_shell_is_refused(run: Run) -> None:
    """A usage error that names those there are."""
    ran = run("completion", "csh")
    assert ran.code == 2
    assert "bash" in ran.err


def test_for_programs_it_is_text_in_json(run: Run) -> None:
    """Versioned, as everything is."""
    told = json.loads(run("completion", "fish", "--json").out)
    assert (told["v"], told["shell"]) == (1, "fish")


def test_places_say_what_is_named_there() -> None:
    """The first word of a prompt may be a model; the providers of an order go on."""
    assert [(p.words.kind, p.many) for p in named("ask").places] == [("model", False), ("", True)]
    assert [(p.words.kind, p.many) for p in named("order").places] == [("model", False), ("provider", True)]
    assert named("config").places[0].words.words == ("path", "show", "check", "edit")


def test_an_optional_value_does_not_eat_the_next_word() -> None:
    """`ask --wait` alone is complete."""
    wait = next(one for one in named("ask").options if "--wait" in one.flags)
    assert wait.takes is None


def test_what_every_command_has_may_stand_before_its_name() -> None:
    """And nothing else."""
    flags = {flag for one in everywhere(commands()) for flag in one.flags}
    assert flags == {"--json", "--socket", "--color", "--no-start", "-h", "--help"}
