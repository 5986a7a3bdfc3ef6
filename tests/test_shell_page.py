"""docs/shell.md names every hook, field and word there is, as the code has them."""

from pathlib import Path

from switchgear.cli.prompt_hooks import HOOKS
from switchgeard.core.harmless import KEPT
from switchgeard.core.prompt_format import FIELDS, FORMAT
from switchgeard.prompt.recent import MOST_SESSIONS

PAGE = (Path(__file__).parents[1] / "docs" / "shell.md").read_text()


def test_every_hook_has_its_row() -> None:
    """With the command that prints it."""
    assert [name for name in HOOKS if f"| `{name}` |" not in PAGE or f"prompt init {name}" not in PAGE] == []


def test_every_field_of_a_format_is_told() -> None:
    """And the usual format is the one in force."""
    assert [name for name in FIELDS if f"`{{{name}}}`" not in PAGE] == []
    assert f'format = "{FORMAT}"' in PAGE


def test_what_may_stand_in_a_line_is_told() -> None:
    """Whoever writes a hook of his own relies on it."""
    listed = PAGE.partition("digits, spaces, `")[2].partition("`")[0].split()
    assert set(listed) == KEPT
    assert f"of the last {MOST_SESSIONS}" in PAGE
