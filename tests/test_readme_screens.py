"""The README's screens are what the command shows; else: python tests/readme_screens.py."""

from pathlib import Path

from readme_screens import COMMANDS, screens, steady, written


async def test_the_readme_shows_what_the_command_shows(tmp_path: Path) -> None:
    """The real command on a terminal, before stand-ins; but for times and spans, word for word."""
    fresh = await screens(tmp_path)
    told = written()
    assert [*told] == [*COMMANDS]
    assert {command: steady(text) for command, text in told.items()} == {
        command: steady(text) for command, text in fresh.items()
    }


def test_no_screen_is_wider_than_a_page() -> None:
    """As it stands there."""
    assert max(len(line) for text in written().values() for line in text.splitlines()) <= 88
