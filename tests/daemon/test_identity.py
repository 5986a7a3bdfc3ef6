"""Identity: the conversation a request belongs to, by what clients send anyway."""

from typing import Any

import pytest

from switchgeard.core.needs import Needs
from switchgeard.core.scrub import scrub
from switchgeard.dialects.glimpse import Glimpse
from switchgeard.identity import LONGEST, SOURCES, session_of

BODY = tuple((source.removeprefix("body."), f"in {source}") for source in SOURCES if source.startswith("body."))
HEADERS = {source: f"in {source}" for source in SOURCES if not source.startswith("body.")}


def glimpse(**given: Any) -> Glimpse:
    return Glimpse("m", stream=True, needs=Needs(), **given)


@pytest.mark.parametrize("best", range(len(SOURCES)))
def test_of_several_names_the_most_trusted_counts(best: int) -> None:
    """Header or body, in the one order of the table."""
    left = SOURCES[best:]
    headers = {name: value for name, value in HEADERS.items() if name in left}
    body = tuple((where, value) for where, value in BODY if f"body.{where}" in left)
    assert session_of(headers, glimpse(identities=body, opening=b"o")) == f"in {SOURCES[best]}"


def test_who_says_nothing_is_known_by_the_beginning() -> None:
    """The same beginning, the same session; nothing of the prompt is in its name."""
    one, other = session_of({}, glimpse(opening=b"system\nhello")), session_of({}, glimpse(opening=b"system\nhi"))
    assert one == session_of({}, glimpse(opening=b"system\nhello")) != other
    assert one is not None
    assert one.startswith("prefix-")
    assert "hello" not in one


def test_without_a_beginning_there_is_no_session() -> None:
    """Blank names are none."""
    assert session_of({"session-id": "  "}, glimpse(identities=(("session_id", ""),))) is None


def test_a_long_name_is_shortened_to_one_as_good() -> None:
    """A name is a key in memory and on disk."""
    long = session_of({"session-id": "x" * 10_000}, glimpse())
    assert long is not None
    assert len(long) < LONGEST
    assert long != session_of({"session-id": "x" * 10_001}, glimpse())


def test_the_name_of_a_conversation_without_one_is_logged_as_it_is() -> None:
    """Short enough for the log's scrubber, which takes long random texts for keys."""
    name = session_of({}, glimpse(opening=b"Be brief.\nHello"))
    assert name is not None
    assert scrub(name) == name
