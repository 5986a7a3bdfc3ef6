"""edit: a new order of providers, everything else as the user wrote it."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgeard.config.edit import EditRefused, reorder
from switchgeard.config.load import load
from switchgeard.config.settled import Config

PROVIDERS = "".join(f'[[providers]]\nid = "{name}"\nkind = "openai"\n' for name in ("a", "b", "c"))

LIST = """# my models
[[models]]
alias = "m"   # the one
group = [
  {provider = "a", model = "x"}, # paid for
  # slow at night
  {provider = "b", model = "y#1"},
  {provider = "c", model = "z"}  # last resort
  # the end
]
routing = {sticky_mode = "none"} # kept
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
# last resort
[[models.group]]
provider = "c"
model = "z"
# about the other
[[models]]
alias = "n"
group = [{provider = "c", model = "z"}]"""


def order(text: str, alias: str = "m") -> list[str]:
    """The providers of a model as a text has them."""
    config = load(text, "p", 0)
    assert isinstance(config, Config), config
    return [offer.provider for offer in config.catalog.models[alias].offers]


def test_entries_move_with_their_comments() -> None:
    """A comment on the line of an entry, or above it, is about that entry."""
    edited = reorder(PROVIDERS + LIST, "m", ["c", "b", "a"])
    assert (
        edited.removeprefix(PROVIDERS)
        == """# my models
[[models]]
alias = "m"   # the one
group = [
  {provider = "c", model = "z"},  # last resort
  # slow at night
  {provider = "b", model = "y#1"},
  {provider = "a", model = "x"} # paid for
  # the end
]
routing = {sticky_mode = "none"} # kept
"""
    )


def test_tables_move_with_their_comments_and_sub_tables() -> None:
    """The other way to write a group keeps what stands between its entries in place."""
    edited = reorder(PROVIDERS + TABLES, "m", ["c", "a"])
    assert order(edited) == ["c", "a", "b"]
    assert edited.index("# last resort") < edited.index("# paid for") < edited.index("output = 2") < edited.index("# b")
    assert order(edited, "n") == ["c"]
    assert sorted(edited.splitlines()) == sorted((PROVIDERS + TABLES).splitlines())


def test_the_last_table_of_a_file_needs_no_line_break() -> None:
    """A block without one gets one when it moves up."""
    text = PROVIDERS + TABLES[: TABLES.index("\n# about the other")]
    assert order(reorder(text, "m", ["c"])) == ["c", "a", "b"]


def test_providers_not_named_keep_their_order_after_those_named() -> None:
    """`switchgear order m b` means: b first."""
    assert order(reorder(PROVIDERS + LIST, "m", ["b"])) == ["b", "a", "c"]
    assert order(reorder(PROVIDERS + LIST, "m", ["c", "a"])) == ["c", "a", "b"]


def test_two_variants_of_one_provider_move_together() -> None:
    """They keep their order among themselves."""
    group = '{provider = "a", model = "1"}, {provider = "b", model = "2"}, {provider = "a", model = "3"}'
    text = f'{PROVIDERS}[[models]]\nalias = "m"\ngroup = [{group}]\n'
    edited = tomllib.loads(reorder(text, "m", ["b", "a"]))
    assert [entry["model"] for entry in edited["models"][0]["group"]] == ["2", "1", "3"]


def test_one_line_stays_one_line() -> None:
    """Spacing belongs to the place, not to the entry."""
    text = f'{PROVIDERS}[[models]]\nalias = "m"\ngroup = [ {{provider="a", model="x"}},{{provider="b",model="y"}} ]\n'
    assert reorder(text, "m", ["b"]).endswith('group = [ {provider="b",model="y"},{provider="a", model="x"} ]\n')


def test_the_order_that_already_is_changes_not_a_byte() -> None:
    """And doing it twice is doing it once."""
    for text in (PROVIDERS + LIST, PROVIDERS + TABLES):
        assert reorder(text, "m", ["a", "b", "c"]) == text
        once = reorder(text, "m", ["c"])
        assert reorder(once, "m", ["c"]) == once


@pytest.mark.parametrize(
    ("alias", "providers", "says", "hint"),
    [
        ("n", ["a"], 'must be "m"', None),
        ("mm", ["a"], 'no model "mm"', 'did you mean "m"?'),
        ("m", ["d"], 'must be "a", "b" or "c"', None),
        ("m", ["aa"], 'provider "aa" is not in the group of m', 'did you mean "a"?'),
        ("m", ["a", "a"], "named twice", "once"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(alias: str, providers: list[str], says: str, hint: str) -> None:
    """Nothing is edited on a guess."""
    with pytest.raises(EditRefused, match=says) as refused:
        reorder(PROVIDERS + LIST, alias, providers)
    assert hint is None or hint in (refused.value.hint or "")


def test_a_broken_config_is_not_edited() -> None:
    """Its first problem is the reason."""
    with pytest.raises(EditRefused, match="line 1"):
        reorder("[[models", "m", ["a"])


def test_a_config_without_models_says_so() -> None:
    """There is no nearest alias then."""
    with pytest.raises(EditRefused, match="the config has none"):
        reorder(PROVIDERS, "m", ["a"])


GAP = st.sampled_from(["", " ", "\n  ", "\r\n", " # note ]}\n", "\n # one,\n # two\n "])
ENTRIES = st.lists(
    st.tuples(GAP, st.sampled_from("abc"), st.sampled_from(["x", "y # ]", "z}"]), GAP),
    min_size=1,
    max_size=5,
    unique_by=lambda entry: entry[1:3],
)


def as_list(entries: list[tuple[str, str, str, str]], last: str) -> str:
    written = [f'{before}{{provider = "{name}", model = "{model}"}}{after}' for before, name, model, after in entries]
    return f'[[models]]\nalias = "m"\ngroup = [{",".join(written)}{last}]\n# end\n'


def as_tables(entries: list[tuple[str, str, str, str]], last: str) -> str:
    written = [f'# {name}\n[[models.group]]\nprovider = "{name}"\nmodel = "{model}"\n' for _, name, model, _ in entries]
    return '[[models]]\nalias = "m"\n' + "\n".join(written) + f"# end{last.replace(',', '')}\n"


def comments(text: str) -> dict[str, int]:
    return {
        comment: text.count(comment) for comment in ("# note ]}", "# one,", "# two", "# last", "# end", "# a", "# b")
    }


def without_group(text: str) -> dict[str, Any]:
    document = tomllib.loads(text)
    del document["models"][0]["group"]
    return document


@given(
    ENTRIES,
    st.sampled_from([as_list, as_tables]),
    st.sampled_from(["", ",", ", # last\n", "\n"]),
    st.permutations(["a", "b", "c"]),
    st.integers(1, 3),
)
def test_the_edited_text_means_the_same_in_another_order(
    entries: list[tuple[str, str, str, str]], layout: Any, last: str, wanted: list[str], count: int
) -> None:
    """Whatever the layout: only the order changes, no comment is lost, twice is once."""
    text = PROVIDERS + layout(entries, last)
    named = [name for name in wanted if name in {entry[1] for entry in entries}][:count]
    edited = reorder(text, "m", named)
    rank = {name: place for place, name in enumerate(named)}
    expected = sorted(tomllib.loads(text)["models"][0]["group"], key=lambda entry: rank.get(entry["provider"], 9))
    assert tomllib.loads(edited)["models"][0]["group"] == expected
    assert without_group(edited) == without_group(text)
    assert comments(edited) == comments(text)
    assert reorder(edited, "m", named) == edited
