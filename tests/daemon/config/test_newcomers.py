"""newcomers: variants join a group the user wrote; everything else stays as he wrote it."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgeard.config.edit import EditRefused
from switchgeard.config.newcomers import Newcomer, joined

PROVIDERS = "".join(f'[[providers]]\nid = "{name}"\nkind = "openai"\n' for name in ("a", "b", "c", "d"))

LIST = """# my models
[[models]]
alias = "m"   # the one
group = [ # in this order
  {provider = "a", model = "x"}, # paid for
  # slow at night
  {provider = "b", model = "y#1"}  # last resort
  # the end
]
routing = {sticky_mode = "none"} # kept
"""

LINE = """[[models]]
alias = "m"
group = [{provider = "a", model = "x"}, {provider = "b", model = "y"}]
"""

TABLES = """[[models]]
alias = "m"

# paid for
[[models.group]]
provider = "a"
model = "x"
[models.group.price]
input = 1
output = 2

[[models.group]] # b
provider = "b"
model = "y"
[models.routing]
sticky_mode = "none"
# about the other
[[models]]
alias = "n"
group = [{provider = "c", model = "z"}]"""

TEXTS = [PROVIDERS + text for text in (LIST, LINE, TABLES)]


def newcomer(place: int, provider: str, model: str = "new") -> Newcomer:
    return Newcomer(place, {"provider": provider, "model": model})


def group(text: str, alias: str = "m") -> list[str]:
    models: list[dict[str, Any]] = tomllib.loads(text)["models"]
    return [entry["provider"] for model in models if model["alias"] == alias for entry in model["group"]]


def test_a_newcomer_has_a_line_of_its_own_where_the_others_have() -> None:
    """With its comma, and no comment taken from its neighbours."""
    edited = joined(PROVIDERS + LIST, "m", [newcomer(2, "d"), newcomer(1, "c"), newcomer(0, "c", "first")])
    assert (
        edited.removeprefix(PROVIDERS)
        == """# my models
[[models]]
alias = "m"   # the one
group = [ # in this order
  {provider = "c", model = "first"},
  {provider = "a", model = "x"}, # paid for
  {provider = "c", model = "new"},
  # slow at night
  {provider = "b", model = "y#1"},  # last resort
  {provider = "d", model = "new"}
  # the end
]
routing = {sticky_mode = "none"} # kept
"""
    )


def test_a_list_on_one_line_stays_on_it() -> None:
    """As the user wrote it."""
    edited = joined(PROVIDERS + LINE, "m", [newcomer(0, "c"), newcomer(2, "d")])
    names = ("c", "new"), ("a", "x"), ("b", "y"), ("d", "new")
    rows = ", ".join(f'{{provider = "{provider}", model = "{model}"}}' for provider, model in names)
    assert edited.removeprefix(PROVIDERS).splitlines()[2] == f"group = [{rows}]"


def test_tables_get_a_table_before_the_next_that_is_not_theirs() -> None:
    """A price of the entry before stays with it, comments above with what they are about."""
    edited = joined(PROVIDERS + TABLES, "m", [newcomer(1, "c"), newcomer(2, "d")])
    assert group(edited) == ["a", "c", "b", "d"]
    before, after = TABLES.split("[[models.group]] # b")
    assert edited.startswith(PROVIDERS + before)
    assert edited.endswith(after[after.index("[models.routing]") :])
    assert tomllib.loads(edited)["models"][0]["group"][0]["price"] == {"input": 1, "output": 2}


@given(st.sampled_from(TEXTS), st.lists(st.tuples(st.integers(0, 2), st.sampled_from("abcd")), max_size=6))
def test_whoever_joins_the_others_keep_their_order(text: str, told: list[tuple[int, str]]) -> None:
    """And newcomers of one place theirs."""
    arrived = [newcomer(place, provider, f"new{number}") for number, (place, provider) in enumerate(told)]
    models = tomllib.loads(joined(text, "m", arrived))["models"]
    places: list[list[str]] = [[], [], []]
    for each in arrived:
        places[each.place].append(each.entry["model"])
    wanted = [*places[0], "x", *places[1], "y", *places[2]]
    assert [entry["model"].removesuffix("#1") for entry in models[0]["group"]] == wanted
    assert models[1:] == tomllib.loads(text)["models"][1:]


@pytest.mark.parametrize(
    ("text", "alias", "entry", "words"),
    [
        (PROVIDERS + LIST, "none", newcomer(0, "c"), "no model"),
        (PROVIDERS + LIST, "m", newcomer(0, "zz"), "no provider"),
        (PROVIDERS + LIST, "m", newcomer(0, "a", "x"), "already in this group"),
        (PROVIDERS + LINE.replace("{provider", "# \n{provider"), "m", newcomer(0, "zz"), "no provider"),
    ],
)
def test_what_the_config_would_refuse_is_not_written(text: str, alias: str, entry: Newcomer, words: str) -> None:
    """In the words of the config."""
    with pytest.raises(EditRefused, match=words):
        joined(text, alias, [entry])
