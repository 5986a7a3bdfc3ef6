"""Tools towards other wires, and their calls back."""

import json

from hypothesis import given
from hypothesis import strategies as st

from switchgeard.dialects.openai_responses.calls import Call
from switchgeard.dialects.openai_responses.shapes import BY_ITEM, BY_TOOL, RESULTS, SHAPES
from switchgeard.dialects.openai_responses.tools import Declared, hosted, known_as, sidelined, spellings

NAMES = st.from_regex(r"[a-zA-Z0-9_-]{1,64}", fullmatch=True)


@given(NAMES, NAMES, st.sampled_from(["function", "custom"]))
def test_a_call_finds_back_to_its_tool(namespace: str, name: str, kind: str) -> None:
    """However long the names are: every wire takes 64 characters, and the client gets its own."""
    declared = [Declared("namespace", namespace, [Declared(kind, name)])]
    known = known_as(name, namespace)
    assert len(known) <= 64
    item = Call("c", known, spellings(declared)[known], "k", 0).item
    assert (item["name"], item["namespace"]) == (name, namespace)


def test_every_shape_has_its_row_and_its_call() -> None:
    """By tool, by call, by result."""
    for shape in SHAPES:
        assert (BY_TOOL[shape.tool], BY_ITEM[shape.item]) == (shape, shape)
        call = Call("c", shape.tool, (shape.tool, "", ""), "k", 3)
        done = call.ended()[-1]["item"]
        assert (done["type"], done["id"], done["status"]) == (shape.item, f"{shape.prefix}_k", "completed")
        assert json.loads(json.dumps(done[shape.field])) == shape.begins
    assert len(RESULTS) == len(SHAPES)


def test_hosted_tools_are_those_the_client_cannot_run() -> None:
    """A namespace is the client's even when it is empty; sidelines count when they are alone."""
    function, search, files = Declared("function", "f"), Declared("web_search"), Declared("file_search")
    assert not hosted([], None)
    assert not hosted([function], None)
    assert not hosted([function, search], None)
    assert not hosted([Declared("namespace", "ns"), search], None)
    assert hosted([search], None)
    assert hosted([function, search], "web_search")
    assert hosted([function, files], None)
    assert sidelined([function, search])
    assert not sidelined([function, files])
