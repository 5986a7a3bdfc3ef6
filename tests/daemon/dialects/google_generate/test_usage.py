"""Token counts of google.generate."""

from hypothesis import given
from hypothesis import strategies as st

from switchgear_protocol.content import Usage
from switchgeard.dialects.google_generate.usage import counted, usage

COUNT = st.integers(0, 10**6)


def test_thoughts_stand_beside_the_candidates_and_the_cache_within_the_prompt() -> None:
    """Tool use is input of its own."""
    counts = {"promptTokenCount": 100, "cachedContentTokenCount": 60, "toolUsePromptTokenCount": 5}
    counts |= {"candidatesTokenCount": 7, "thoughtsTokenCount": 30, "totalTokenCount": 142}
    assert usage(counts) == Usage(45, 37, 60, 0, 30)


@given(
    st.dictionaries(st.sampled_from(["promptTokenCount", "thoughtsTokenCount"]), st.text() | st.floats() | st.none())
)
def test_what_is_no_count_is_none(counts: dict[str, object]) -> None:
    """Nothing is raised and nothing is negative."""
    found = usage(counts)
    assert min(found.input, found.output, found.reasoning) >= 0


@given(COUNT, COUNT, COUNT, COUNT)
def test_counts_are_told_as_they_are_read(fresh: int, output: int, read: int, reasoning: int) -> None:
    """There and back."""
    spent = Usage(fresh, output + reasoning, read, 0, reasoning)
    assert usage(counted(spent)) == spent
    assert counted(spent)["totalTokenCount"] == fresh + read + output + reasoning
