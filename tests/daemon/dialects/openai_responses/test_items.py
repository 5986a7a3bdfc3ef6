"""Output items whatever they hold: nothing but Garbled leaves."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from switchgear_protocol.events import BlockEnd, ToolStart
from switchgeard.dialects.fault import Garbled
from switchgeard.dialects.openai_responses.items import Items

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
KINDS = st.sampled_from(["message", "reasoning", "function_call", "custom_tool_call", "web_search_call"])
FIELDS = st.sampled_from(["id", "call_id", "name", "arguments", "input", "content", "summary", "phase"])
PARTS = st.lists(st.fixed_dictionaries({"type": st.sampled_from(["output_text", "refusal"]), "text": VALUES}))
ITEMS = st.builds(
    lambda kind, fields: {"type": kind, **fields}, KINDS, st.dictionaries(FIELDS, VALUES | PARTS, max_size=6)
)


@given(st.lists(st.tuples(st.sampled_from(["added", "done"]), st.none() | st.integers(-1, 4), ITEMS), max_size=8))
def test_calls_that_begin_end_or_the_answer_is_garbled(told: list[tuple[str, int | None, dict[str, Any]]]) -> None:
    """Whatever stands where, and in whatever order."""
    items, out = Items(set()), []
    try:
        for kind, place, item in told:
            out += items.added(place, item) if kind == "added" else items.done(place, item)
        out += items.end(cut=False)
    except Garbled:
        return
    begun = [event.id for event in out if isinstance(event, ToolStart)]
    assert len(begun) == len(set(begun))
    assert set(begun) == {event.id for event in out if isinstance(event, BlockEnd) and event.id}
