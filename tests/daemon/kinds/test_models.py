"""What the lists of single kinds say beyond names: one literal row each."""

import msgspec
import pytest

from literal.kind_lists import ANTHROPIC, LISTS, Literal
from switchgeard.kinds.known import KINDS


@pytest.mark.parametrize("row", LISTS, ids=[row.kind for row in LISTS])
def test_a_list_says_what_its_provider_says_and_no_more(row: Literal) -> None:
    """What it does not say is None; what answers no chat is left out."""
    listing = KINDS[row.kind].listing
    assert listing is not None
    read = [model for page in row.pages.values() for model in listing.read(msgspec.json.encode(page))]
    assert tuple(read) == row.listed


def test_a_retired_model_is_listed_as_one_that_cannot_be_used() -> None:
    """With the reason, for whoever still has it in a group."""
    listing = KINDS["anthropic"].listing
    assert listing is not None
    (model,) = listing.read(msgspec.json.encode({"data": [ANTHROPIC | {"lifecycle": "retired"}]}))
    assert (model.enabled, model.why_not) == (False, "retired by its maker")


@pytest.mark.parametrize(
    ("kind", "page", "path"),
    [
        ("anthropic", {"data": [], "has_more": True, "last_id": "a/b"}, "/v1/models?limit=1000&after_id=a%2Fb"),
        ("anthropic", {"data": [], "has_more": False, "last_id": "a"}, None),
        ("google", {"models": [], "nextPageToken": "{x}="}, "/models?pageSize=1000&pageToken=%7Bx%7D%3D"),
        ("google", {"models": [], "nextPageToken": "x" * 5000}, None),
    ],
)
def test_a_further_page_is_asked_for_where_the_list_names_one(kind: str, page: object, path: str | None) -> None:
    """What it says goes quoted into the query and nowhere else."""
    listing = KINDS[kind].listing
    assert listing is not None
    assert listing.more is not None
    assert listing.more(msgspec.json.encode(page)) == path
