"""The README's screens are what the command shows; else: python tests/readme_screens.py."""

from pathlib import Path

import pytest

from editors.neovim import PRESENT
from readme_screens import COMMANDS, page, screens, steady, written, written_page


async def test_the_readme_shows_what_the_command_shows(tmp_path: Path) -> None:
    """The real command on a terminal, before stand-ins; but for times and spans, word for word."""
    fresh = await screens(tmp_path)
    told = written()
    assert [*told] == [*COMMANDS]
    assert {command: steady(text) for command, text in told.items()} == {
        command: steady(text) for command, text in fresh.items()
    }


@pytest.mark.skipif(not PRESENT, reason="no nvim on this machine")
async def test_the_readme_shows_what_neovim_shows(tmp_path: Path) -> None:
    """The page of a model, as the picker opens it."""
    assert steady(written_page()) == steady(await page(tmp_path))


def test_no_screen_is_wider_than_a_page() -> None:
    """As it stands there."""
    assert max(len(line) for text in written().values() for line in text.splitlines()) <= 88
