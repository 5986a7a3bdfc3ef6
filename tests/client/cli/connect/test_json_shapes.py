"""`connect --json`: shown, connected, undone."""

import pytest

from cli_runs import Run
from connect_world import World
from json_shapes import documented
from switchgear.cli.connect import MODULES


@pytest.mark.parametrize("tool", MODULES)
def test_what_it_prints_is_documented(run: Run, world: World, tool: str) -> None:
    """Of every tool; with the word that nothing was changed, the second time."""
    if tool == "continue":
        world.write(".continue/config.yaml", "name: x\n")
    told = documented(run("connect", tool, "--print", "--json").out, "connect TOOL --print")
    assert told["tool"] == tool
    assert documented(run("connect", tool, "--yes", "--json").out, "connect TOOL")["changed"]
    assert not documented(run("connect", tool, "--yes", "--json").out, "connect TOOL")["changed"]
    undone = documented(run("connect", tool, "--undo", "--yes", "--json").out, "connect TOOL --undo")
    assert undone["connected"] is False
