"""`[prompt]` in the config: what a prompt shows, and mistakes in it."""

import pytest

from switchgeard.config.load import load
from switchgeard.config.problem import sentence
from switchgeard.config.settled import Config, PromptStyle


def prompt_of(text: str) -> PromptStyle:
    found = load(text, "config.toml", 1)
    assert isinstance(found, Config), found
    return found.prompt


def test_without_a_word_of_it_the_prompt_is_shown() -> None:
    """In the usual form."""
    assert prompt_of("") == PromptStyle()


def test_form_and_time_are_the_users() -> None:
    """Letters of other scripts and dots between included."""
    text = '[prompt]\nformat = "模型 {model} · {left}"\nshow = "failover"\n'
    assert prompt_of(text) == PromptStyle("模型 {model} · {left}", "failover")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('format = "{modle}"', 'line 2, prompt.format: names no field of the prompt; they are model, alias, provider'),
        ('format = "%F{model}"', "line 2, prompt.format: has characters that a shell's prompt would not show"),
        ('format = "$(id) {model}"', "line 2, prompt.format: has characters that a shell's prompt would not show"),
        ('show = "sometimes"', "line 2, prompt.show"),
        ("colour = true", "line 2, prompt.colour"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(line: str, told: str) -> None:
    """And with the nearest spelling where there is one."""
    found = load(f"[prompt]\n{line}\n", "config.toml", 1)
    assert isinstance(found, list)
    assert sentence(found[0]).startswith(told)


def test_the_nearest_field_is_offered() -> None:
    """As for every other word of ours."""
    found = load('[prompt]\nformat = "{modle}"\n', "config.toml", 1)
    assert isinstance(found, list)
    assert found[0].hint == 'did you mean "model"?'
