"""What every dialect says alike when it says no."""

import pytest

from switchgear_protocol.errors import CODES, ErrorObject, error
from switchgeard.dialects import refusing


@pytest.mark.parametrize("kind", CODES)
def test_every_kind_has_a_status_of_a_failure(kind: str) -> None:
    """Also those no table names: they are ours."""
    assert 400 <= refusing.status(error(kind, "No.")) < 600


def test_every_kind_in_the_table_exists() -> None:
    """A row nobody can reach is a typo."""
    assert set(refusing.STATUS) <= set(CODES)


@pytest.mark.parametrize("kind", ["exhausted", "deadline"])
def test_waiting_is_only_asked_for_when_it_may_help(kind: str) -> None:
    """429 with a time, 503 without one."""
    assert refusing.status(error(kind, "No.", retry_after_ms=0)) == 429
    assert refusing.status(error(kind, "No.")) == 503


def test_an_error_without_data_is_ours() -> None:
    """It has no kind to look up."""
    bare = ErrorObject(-32603, "")
    assert (refusing.kind(bare), refusing.status(bare)) == ("internal", 500)
    assert refusing.words(bare) == "The request failed."


def test_words_say_what_why_and_what_helps_on_one_line() -> None:
    """Each part is a sentence; the hint stays a command."""
    told = error(
        "exhausted", "No provider can serve opus now.", detail="claude: spent;\n copilot: 503", hint="look at\nit"
    )
    assert refusing.words(told) == ("No provider can serve opus now. claude: spent; copilot: 503. hint: look at it")
    assert refusing.words(error("busy", "Too much at once")) == "Too much at once."


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [
        (1, "1 s"),
        (12_000, "12 s"),
        (89_000, "89 s"),
        (90_000, "2 min"),
        (3_540_000, "59 min"),
        (5 * 3_600_000, "5 h"),
        (3 * 86_400_000, "3 days"),
    ],
)
def test_people_are_told_when_the_first_is_back(milliseconds: int, words: str) -> None:
    """In the message: the header is for programs."""
    for kind in ("exhausted", "consent", "budget"):
        told = refusing.words(error(kind, "Nobody can.", hint="wait", retry_after_ms=milliseconds))
        assert told == f"Nobody can. The first is back in {words}. hint: wait"
    assert "back in" not in refusing.words(error("exhausted", "Nobody can."))
    assert "back in" not in refusing.words(error("busy", "Later.", retry_after_ms=milliseconds))
