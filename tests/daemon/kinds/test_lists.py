"""Model lists: what is read of them, and what becomes of those that are none."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgeard.kinds import lists
from switchgeard.kinds.kind import ModelsPage
from switchgeard.kinds.known import KINDS

LISTINGS = {name: kind.listing for name, kind in KINDS.items() if kind.listing is not None}
NAMES = st.sampled_from(
    ["id", "name", "model", "pricing", "prompt", "input", "capabilities", "details", "architecture"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=12,
)
MEMBERS = ("data", "models", "publisherModels", "inferenceProfileSummaries")
"""Where the kinds look for their rows."""


def wrapped(found: object) -> bytes:
    """The rows under every member that any kind reads."""
    return msgspec.json.encode(dict.fromkeys(MEMBERS, found))


@pytest.mark.parametrize("listing", LISTINGS.values(), ids=LISTINGS)
def test_an_empty_list_is_no_model_at_all(listing: ModelsPage) -> None:
    """A new account has none; that is no error."""
    assert listing.read(wrapped([])) == ()
    assert listing.more is None or listing.more(wrapped([])) is None


@pytest.mark.parametrize("listing", LISTINGS.values(), ids=LISTINGS)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"7",
        b'"models"',
        b"<html>sign in</html>",
        b'{"error":{"message":"no"}}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
    ids=["nothing", "null", "number", "text", "page", "error", "deep", "bytes"],
)
def test_what_is_no_list_is_refused(listing: ModelsPage, body: bytes) -> None:
    """ValueError and nothing else, whatever came."""
    with pytest.raises(ValueError, match=r"reply|list"):
        listing.read(body)


@pytest.mark.parametrize("listing", LISTINGS.values(), ids=LISTINGS)
def test_a_huge_list_ends_at_the_most_that_is_read(listing: ModelsPage) -> None:
    """More models than anybody has are no reason to hold them all."""
    row = {"name": "m", "model": "m", "slug": "m", "modelId": "m", "modelName": "m"}
    found = [row | {"id": f"m-{number}"} for number in range(lists.MOST + 5)]
    assert len(listing.read(wrapped(found))) <= lists.MOST


@pytest.mark.parametrize("listing", LISTINGS.values(), ids=LISTINGS)
@given(found=st.lists(JSON, max_size=6))
def test_a_malformed_row_is_left_out(listing: ModelsPage, found: list[object]) -> None:
    """Whatever stands in a list, what is read of it is a name that can be shown."""
    models = listing.read(wrapped(found))
    assert [model for model in models if not model.id or not model.id.isprintable()] == []


def test_a_bare_array_is_a_list_too() -> None:
    """Together answers one."""
    assert [model.id for model in lists.plain(b'[{"id":"a"},{"id":7},{},5,{"id":"b","created":1700000000}]')] == [
        "a",
        "b",
    ]
