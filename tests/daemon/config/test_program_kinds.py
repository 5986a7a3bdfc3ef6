"""Providers that are a program of this machine: no address, and nothing that could be taken for one."""

import pytest

from switchgeard.config.load import load
from switchgeard.config.settled import Config

BASE = """
[[providers]]
id = "plan"
kind = "claude-cli"
%s
[[models]]
alias = "m"
group = [{provider = "plan", model = "opus"}]
"""


@pytest.mark.parametrize(
    ("written", "scope"), [("", "program:claude"), ('program = "/opt/bin/claude"', "program:/opt/bin/claude")]
)
def test_a_program_is_a_scope_of_its_own(written: str, scope: str) -> None:
    """And wants no credential."""
    found = load(BASE % written, "config.toml", 1)
    assert isinstance(found, Config)
    assert found.catalog.models["m"].offers[0].endpoint == scope
    assert found.providers["plan"].credential_text == "none"


@pytest.mark.parametrize("written", ['base_url = "https://x.example"', 'program = "-p"', 'program = "../claude"'])
def test_what_is_no_program_is_refused(written: str) -> None:
    """Where it is looked for must be plain."""
    assert not isinstance(load(BASE % written, "config.toml", 1), Config)
