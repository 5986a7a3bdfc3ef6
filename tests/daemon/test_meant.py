"""Meant: a name that is no model's is refused with the one that was meant."""

import pytest

from switchgear_protocol.errors import ErrorData
from switchgeard.config.load import load
from switchgeard.config.settled import Config
from switchgeard.core.listing import Listed, Listing
from switchgeard.methods.meant import no_such_model, no_such_provider

TEXT = """
[[providers]]
id = "openrouter"
kind = "openrouter"

[[providers]]
id = "work"
kind = "openai"

[[models]]
alias = "gpt"
group = [{provider = "work", model = "gpt-5.5"}]
"""
LISTS = {"openrouter": Listing((Listed("qwen/qwen3-coder"), Listed("qwen/qwen3-coder:free")), 1.0)}


def told(name: str) -> tuple[str, ErrorData]:
    config = load(TEXT, "", 1)
    assert isinstance(config, Config), config
    refused = no_such_model(name, config, LISTS).answer
    assert refused.data is not None
    assert refused.data.kind == "no_such_model"
    return refused.message, refused.data


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("openrouter/qwen/qwen3-codr", "openrouter/qwen/qwen3-coder"),
        ("openruter/qwen/qwen3-coder", "openrouter/qwen/qwen3-coder"),  # the provider misspelt
        ("qwen/qwen3-coder", "openrouter/qwen/qwen3-coder"),  # left out
        ("work/gpt-5.4", "work/gpt-5.5"),
        ("gtp", "gpt"),
        ("openrouter/gibberish-of-no-one", None),
        ("a/b", None),
    ],
)
def test_the_name_that_was_meant_is_told(name: str, meant: str | None) -> None:
    """Of the provider that was named first; None where nothing is near."""
    assert told(name)[1].meant == meant


def test_a_variant_its_provider_does_not_have_says_so_and_what_to_do() -> None:
    """The provider by name, the next command, and how to ask for it all the same."""
    message, data = told("openrouter/qwen/qwen3-codr")
    assert message == 'openrouter has no model "qwen/qwen3-codr".'
    assert (data.provider, data.hint) == ("openrouter", "switchgear ask -m openrouter/qwen/qwen3-coder")
    assert data.detail is not None
    assert data.detail.startswith('Did you mean "openrouter/qwen/qwen3-coder"?')
    assert told("openrouter/xxxxx")[1].hint == "switchgear models --all"


def test_a_name_of_any_length_is_refused_in_bounded_time_and_words() -> None:
    """Whoever sends it."""
    message, _ = told("openrouter/" + "x" * 100_000)
    assert len(message) < 200


def test_a_provider_nobody_has_is_told_the_nearest_or_those_there_are() -> None:
    """Or how to have one at all; never more names than a person reads."""
    for name, known, expected in (
        ("claude-pro", ["claude_pro"], ('Did you mean "claude_pro"?', "switchgear auth", "claude_pro")),
        ("x", ["claude_pro", "ab"], ("Known: claude_pro, ab.", "switchgear auth", None)),
        ("x", [], ("No provider is configured.", "switchgear setup", None)),
    ):
        data = no_such_provider(name, known).answer.data
        assert data is not None
        assert (data.detail, data.hint, data.meant) == expected
    endless = no_such_provider("y" * 9999, [f"provider-{number}" for number in range(9999)]).answer
    assert len(str(endless)) < 1500
