"""New entries go behind what is there, which stays as its owner wrote it."""

import pytest

from switchgeard.config.append import appended
from switchgeard.config.edit import EditRefused
from switchgeard.config.load import load
from switchgeard.config.settled import Config

MINE = '# mine\n\n[[providers]]\nid = "a"  # the first\nkind = "openai"\n'


def read(text: str) -> Config:
    found = load(text, "", 0)
    assert isinstance(found, Config)
    return found


def test_a_provider_goes_behind_and_comments_stay() -> None:
    """The old text is a prefix of the new one."""
    text = appended(MINE, "providers", [{"id": "b", "kind": "anthropic", "credential": {"env": "KEY"}}])
    assert text.startswith(MINE)
    assert list(read(text).providers) == ["a", "b"]


def test_models_are_written_a_group_entry_a_line() -> None:
    """So that people can order them by hand."""
    group = [{"provider": "a", "model": "gpt-5"}, {"provider": "a", "model": 'odd "name"'}]
    text = appended(MINE, "models", [{"alias": "m", "group": group}])
    assert [offer.model for offer in read(text).catalog.models["m"].offers] == ["gpt-5", 'odd "name"']
    assert '\n  {provider = "a", model = "gpt-5"},\n' in text


def test_an_empty_file_is_a_good_beginning() -> None:
    """The first provider makes the config."""
    assert list(read(appended("", "providers", [{"id": "a", "kind": "openai"}])).providers) == ["a"]


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        (MINE, {"id": "a", "kind": "openai"}),
        (MINE, {"id": "b", "kind": "no-such-kind"}),
        (MINE, {"id": "b", "kind": "openai", "id = 1\nx": "y"}),
        ("not toml", {"id": "b", "kind": "openai"}),
        ('providers = [{id = "a", kind = "openai"}]\n', {"id": "b", "kind": "openai"}),
    ],
)
def test_what_would_not_load_is_not_written(text: str, entry: dict[str, str]) -> None:
    """A double, a kind that is none, a key that is none, a broken file, a list written in one line."""
    with pytest.raises(EditRefused):
        appended(text, "providers", [entry])
