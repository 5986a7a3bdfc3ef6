"""Names: what the Tab key finds."""

from sample_offers import T0, merged, offer, state
from switchgeard.core.listing import Listed, Listing
from switchgeard.core.sticky import Assignment
from switchgeard.prompt.names import MOST_SESSIONS, MOST_VARIANTS, names


def test_models_providers_and_sessions_are_named_line_by_line() -> None:
    """The newest session first."""
    made = state(merged(offer("a"), offer("b")))
    for session in ("s1", "s2"):
        made.sessions.assignments[("editor", session, "m")] = Assignment("a", "m-1", T0.wall, T0.wall)
    assert (
        names(made) == "model\tm\nvariant\ta/m-1\nvariant\tb/m-1\nprovider\ta\nprovider\tb\nsession\ts2\nsession\ts1\n"
    )


def test_what_a_provider_lists_is_named_with_it_and_bounded() -> None:
    """Written ones first; a shell reads the whole file."""
    made = state(merged(offer("a")))
    made.listed("a", Listing(tuple(Listed(f"z-ai/m-{number}:free") for number in range(5000)), 1.0))
    told = names(made).splitlines()
    assert told[:3] == ["model\tm", "variant\ta/m-1", "variant\ta/z-ai/m-0:free"]
    assert sum(line.startswith("variant") for line in told) == MOST_VARIANTS


def test_a_name_that_is_no_plain_word_is_left_out() -> None:
    """Changed, it would be the name of nothing."""
    made = state(merged(offer("a b"), offer("$(id)")))
    assert names(made) == "model\tm\n"


def test_sessions_are_few() -> None:
    """A shell reads the file for every Tab."""
    made = state(merged(offer("a")))
    for number in range(200):
        made.sessions.assignments[("editor", f"s{number}", "m")] = Assignment("a", "m-1", T0.wall, T0.wall)
    assert names(made).count("session\t") == MOST_SESSIONS
