"""Tables: columns, and lines that go on below."""

from io import BytesIO, TextIOWrapper

from hypothesis import given
from hypothesis import strategies as st

from switchgear.cli.screen import Screen, cells
from switchgear.cli.table import rows, wrapped

WORDS = st.lists(st.text("abcd", min_size=1, max_size=8), min_size=1, max_size=12)


@given(st.lists(WORDS, min_size=1, max_size=5), st.integers(12, 40))
def test_wrapping_loses_no_word_and_passes_no_edge(parts: list[list[str]], room: int) -> None:
    """Whatever the words; and no line begins with a comma or a blank."""
    text = ", ".join(" ".join(words) for words in parts)
    lines = wrapped(text, room)
    assert " ".join(lines) == text
    assert all(len(line) <= room and line[0] not in ", " for line in lines)


def test_a_line_is_broken_behind_a_comma_where_that_does_it() -> None:
    """What belongs together stays so."""
    assert wrapped("7 % left, nearly spent, resets in 1 h", 25) == ["7 % left, nearly spent,", "resets in 1 h"]
    assert wrapped("resets in 1 h", 12) == ["resets in 1", "h"]


NAMES = st.text(st.characters(codec="utf-8"), max_size=40)
TABLES = st.integers(1, 5).flatmap(lambda many: st.lists(st.lists(NAMES, min_size=many, max_size=many), max_size=6))


def screen_of(width: int) -> Screen:
    """A terminal of that many columns."""
    screen = Screen(TextIOWrapper(BytesIO(), "utf-8"), env={"COLUMNS": str(width), "LANG": "C.UTF-8"})
    screen.terminal = True
    return screen


@given(TABLES, st.sampled_from([60, 80, 140]), st.booleans())
def test_nothing_runs_past_the_edge_of_a_terminal(table: list[list[str]], width: int, wrap: bool) -> None:
    """Whatever people and providers call things, in whatever script."""
    assert all(cells(line) <= width for line in rows(screen_of(width), table, wrap=wrap))


def test_what_has_no_room_is_said_in_fewer_words() -> None:
    """As many as fit; a pipe gets all of them."""
    table: list[list[str | tuple[str, ...]]] = [["opus", ("", "until 14:05 (in 12 m)", "for 12 m", "spent")]]
    assert [*rows(screen_of(60), table)] == ["  opus  until 14:05 (in 12 m)"]
    table[0][0] = "o" * 40
    assert [*rows(screen_of(60), table)] == [f"  {'o' * 40}  for 12 m"]
    table[0][0] = "o" * 80
    assert [*rows(screen_of(60), table)] == [f"  {'o' * 50}…  spent"]
    piped = Screen(TextIOWrapper(BytesIO(), "utf-8"), env={"COLUMNS": "60"})
    assert [*rows(piped, table)] == [f"  {'o' * 80}   until 14:05 (in 12 m)"]


def test_the_widest_column_is_cut_first() -> None:
    """What is short stays whole."""
    line = next(iter(rows(screen_of(60), [["short", "x" * 70, "what it is about"]])))
    assert line == f"  short  {'x' * 32}…  what it is about"


def test_an_endless_name_takes_no_time() -> None:
    """It is measured once and cut at once, wherever it stands."""
    endless = "日" * 1_000_000
    for line in rows(screen_of(80), [["short", endless, "ok"], [endless, endless, endless]]):
        assert cells(line) <= 80
