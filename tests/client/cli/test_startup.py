"""What the command may not import: start-up is the product."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cli_runs import Serve
from on_terminal import environment
from sample_world import STATUS

HEAVY = {"argparse", "asyncio", "dataclasses", "httpx", "inspect", "msgspec", "pathlib", "subprocess", "trio", "typing"}
ARGPARSE = {"argparse"} | ({"dataclasses", "inspect"} if sys.version_info >= (3, 14) else set())  # its colours, unused
REPORT = "import sys; from switchgear.cli import main; code = main({argv!r}); print(*sys.modules, file=sys.stderr)"


@pytest.mark.parametrize(("argv", "allowed"), [(["status"], set()), (["status", "--json"], ARGPARSE)])
def test_status_imports_nothing_heavy(home: Path, serve: Serve, argv: list[str], allowed: set[str]) -> None:
    """Each of these costs from a tenth to three times a bare start."""
    serve({"status": STATUS})
    ran = subprocess.run(
        [sys.executable, "-S", "-c", REPORT.format(argv=argv)], env=environment(), capture_output=True, check=True
    )
    assert HEAVY & set(ran.stderr.decode().split()) <= allowed


@pytest.mark.parametrize(
    ("method", "argv", "answer"),
    [
        ("models/list", ["models", "--all"], {"models": []}),
        ("models/propose", ["models", "propose"], {"proposals": [], "listings": []}),
    ],
)
def test_models_load_nothing_of_the_daemon(home: Path, serve: Serve, method: str, argv: list[str], answer: Any) -> None:
    """The facts of models are the daemon's: the command only shows what it is told."""
    serve({method: answer})
    ran = subprocess.run(
        [sys.executable, "-S", "-c", REPORT.format(argv=argv)], env=environment(), capture_output=True, check=True
    )
    loaded = {name.partition(".")[0] for name in ran.stderr.decode().split()}
    assert loaded & {"switchgeard", "msgspec", "gzip", "trio"} == set()
