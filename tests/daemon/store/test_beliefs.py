"""Beliefs on disk: opaque bytes by topic and key."""

from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchgeard.store import TOPICS, beliefs
from switchgeard.store.opening import open_memory

PLACES = st.tuples(st.sampled_from(TOPICS), st.text(alphabet="abé/ ", max_size=3))


def test_an_empty_file_has_every_topic() -> None:
    """Readers need no special case for the first start."""
    with closing(open_memory()) as database:
        assert beliefs.load(database) == {topic: {} for topic in TOPICS}


def test_topics_of_a_later_version_are_passed_over_and_kept() -> None:
    """A downgrade and an upgrade again lose nothing."""
    with closing(open_memory()) as database:
        database.execute("INSERT INTO beliefs VALUES ('weather', 'here', x'01')")
        loaded = beliefs.load(database)
        left = database.execute("SELECT count(*) FROM beliefs").fetchone()[0]
    assert "weather" not in loaded
    assert left == 1


@settings(max_examples=50)
@given(rounds=st.lists(st.dictionaries(PLACES, st.none() | st.binary(max_size=4), max_size=6), max_size=6))
def test_the_newest_value_of_every_key_is_what_is_read(
    rounds: list[dict[tuple[str, str], bytes | None]],
) -> None:
    """Any run of saves reads back as the same run applied to a dict."""
    expected: dict[tuple[str, str], bytes | None] = {}
    with closing(open_memory()) as database:
        for changes in rounds:
            beliefs.save(database, changes)
            expected |= changes
        loaded = beliefs.load(database)
    found = {(topic, key): value for topic, values in loaded.items() for key, value in values.items()}
    assert found == {place: value for place, value in expected.items() if value is not None}


def test_a_value_is_bytes_only() -> None:
    """A text slipped in would come back as something else."""
    with closing(open_memory()) as database:
        beliefs.save(database, {("pins", "a"): b"\x00\xff"})
        assert beliefs.load(database)["pins"] == {"a": b"\x00\xff"}


@pytest.mark.parametrize("topic", TOPICS)
def test_forgetting_what_was_never_kept_is_fine(topic: str) -> None:
    """No error, nothing written."""
    with closing(open_memory()) as database:
        beliefs.save(database, {(topic, "a"): None})
        assert beliefs.load(database)[topic] == {}
