"""What is shown of a change."""

import pytest

from switchgear.cli.connect.diff import diff, hidden


def test_a_change_is_shown_with_a_little_around_it() -> None:
    """As `diff -u` shows it."""
    shown = diff("f", b"a\nb\nc\nd\n", b"a\nb\nc\nx\n")
    assert shown == ["--- f", "+++ f", "@@ -2,3 +2,3 @@", " b", " c", "-d", "+x"]


def test_files_that_come_or_go_are_named_so() -> None:
    """And no change is no line."""
    assert diff("f", None, b"a\n")[:2] == ["--- /dev/null", "+++ f"]
    assert diff("f", b"a\n", None)[:2] == ["--- f", "+++ /dev/null"]
    assert diff("f", b"a\n", b"a\n") == []


@pytest.mark.parametrize(
    "line",
    [
        '  "apiKey": "abcdefgh1234"',
        "openai-api-key: abcdefgh1234",
        "export OPENAI_API_KEY='abcdefgh1234'",
        'client_secret = "abcdefgh1234"',
        '"ANTHROPIC_AUTH_TOKEN":"abcdefgh1234 5678"',
        "x = sk-abcdefgh12345678",
        '"Authorization": "Bearer abcdefgh1234"',
    ],
)
def test_what_looks_like_a_key_is_hidden(line: str) -> None:
    """The user's own stand next to what we change."""
    assert "abcdefgh" not in hidden(line)
    assert "1234" not in hidden(line)


@pytest.mark.parametrize("line", ['"max_tokens": 200000', "api_key_name: switchgear", '"keys": [1]', "model: gpt-5"])
def test_what_is_none_stays(line: str) -> None:
    """A diff must still say what it does."""
    assert hidden(line) == line


def test_in_a_file_of_keys_every_value_is_hidden() -> None:
    """Whatever it is called; ours is shown as ours."""
    assert hidden('  "mine": "abc", "switchgear": "sgw_x"', keys=True) == '  "mine": "****", "switchgear": "sgw_****"'
