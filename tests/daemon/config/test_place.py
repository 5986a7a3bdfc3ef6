"""place: the line and the ends of every key, checked against what tomllib reads."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgeard.config.place import Path, line_of, nearest_line, spans

TRICKY = r"""# a comment with [brackets] and = signs
title = "a \" # not a comment"
'quoted.key' = 1
"esc\u0061ped" = 2
dotted . deep = 'its'
multi = '''
x = [1]
''' # after
both = ""\"a \
  "quoted" ""\""
list = [ 1, [2, 3], # one
  {a = 1, b = {c = "]}"}},
  # own line
  "x",
]
when = 1979-05-27 07:32:00
[table]
key = true
[[many]]
n = 1
[many.inner]
deep = 1
[[many]]
n = 2
[[many.sub]]
s = 1
[[many.sub]]
s = 2
""".replace('""\\"', '"""')


def paths(value: Any, path: Path = ()) -> list[Path]:
    """Every path in a parsed document."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, inner in inside for found in ((*path, key), *paths(inner, (*path, key)))]


def at(document: Any, path: Path) -> Any:
    for step in path:
        document = document[step]
    return document


def test_every_path_that_is_written_has_a_span() -> None:
    """What tomllib finds, the scanner finds, but for tables only implied by a dotted key."""
    implied = {("dotted",)}
    assert set(paths(tomllib.loads(TRICKY))) - implied == set(spans(TRICKY))


def test_a_span_ends_where_its_value_ends() -> None:
    """The text of a span, read by itself, is the value."""
    document = tomllib.loads(TRICKY)
    for path, span in spans(TRICKY).items():
        if span.start != span.key or isinstance(path[-1], int):
            text = TRICKY[span.start : span.end]
            if not text.startswith("[[many"):
                assert tomllib.loads(f"v = {text}")["v"] == at(document, path), path


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 2),
        (("quoted.key",), 3),
        (("escaped",), 4),
        (("list", 2, "b", "c"), 12),
        (("list", 3), 14),
        (("table", "key"), 18),
        (("many", 0, "inner"), 21),
        (("many", 1, "n"), 24),
        (("many", 1, "sub", 1, "s"), 28),
    ],
)
def test_a_key_is_on_its_line(path: Path, line: int) -> None:
    """Counted from 1."""
    assert line_of(TRICKY, spans(TRICKY)[path].key) == line


def test_a_missing_key_is_on_the_line_of_its_table() -> None:
    """And a table nobody wrote has no line."""
    places = spans(TRICKY)
    assert nearest_line(TRICKY, places, ("many", 1, "absent")) == 23
    assert nearest_line(TRICKY, places, ("absent", "key")) is None


NAMES = st.sampled_from(["a", "b", '"c d"', "'e.f'"])
SPACE = st.sampled_from(["", " ", "\n", " # c ]}\n", "\r\n\t"])
SCALARS = st.sampled_from(["1", "-2.5e3", "true", "nan", '"x\\"]"', "'}'", '"""a"b\n"""', "'''q'\n'''", "07:32:00"])


def lists(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    entry = st.builds("{}{}{}".format, SPACE, inner, SPACE)
    return st.lists(entry, max_size=3).map(lambda entries: "[" + ",".join(entries) + "]")


def tables(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    entries = st.dictionaries(NAMES, inner, max_size=3)
    return entries.map(lambda entry: "{" + ", ".join(f"{key} = {value}" for key, value in entry.items()) + " }")


VALUES = st.recursive(SCALARS, lambda inner: lists(inner) | tables(inner), max_leaves=8)


@given(st.dictionaries(NAMES, VALUES, max_size=4), st.dictionaries(NAMES, VALUES, max_size=2), SPACE)
def test_whatever_the_layout_the_paths_are_those_of_the_document(
    top: dict[str, str], table: dict[str, str], space: str
) -> None:
    """The scanner agrees with tomllib on generated documents."""
    lines = [f"{key} = {value}" for key, value in top.items()]
    lines += ["[[z]]", *(f"{key} = {value} # c" for key, value in table.items()), f"{space}", "[[z]]", "[z.y]"]
    text = "\n".join(lines)
    assert set(paths(tomllib.loads(text))) == set(spans(text))
