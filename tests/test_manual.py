"""The manual page is what the parsers say, and well-formed."""

import runpy
import shutil
import subprocess
from pathlib import Path

import pytest

from switchgear.cli.listing import COMMANDS
from switchgear.cli.options import parser_of

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "man/switchgear.1"


def test_the_manual_page_is_up_to_date() -> None:
    """Else: python scripts/build_manual.py."""
    assert runpy.run_path(str(ROOT / "scripts/build_manual.py"))["page"]() == PAGE.read_text()


def test_every_command_and_option_is_in_it() -> None:
    """As a reader would look for it."""
    text = PAGE.read_text()
    for name in COMMANDS:
        assert f".It Nm Cm {name}" in text
        for option in parser_of(name)[1]._option_string_actions:
            assert f"Fl {option[1:]}" in text


@pytest.mark.skipif(shutil.which("mandoc") is None, reason="mandoc is not installed here")
def test_a_reader_of_manuals_finds_no_fault_in_it() -> None:
    """Not even of style."""
    found = subprocess.run(["mandoc", "-T", "lint", "-W", "style", str(PAGE)], capture_output=True, text=True)
    assert (found.returncode, found.stdout) == (0, "")
