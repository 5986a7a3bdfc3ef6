"""Values put into JSON with comments, and taken out again."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear.cli.connect import jsonc
from switchgear.cli.connect.json_tree import tree
from switchgear.cli.connect.piece import NotOurs, Unreadable, as_json, from_json

WANTS: list[jsonc.Want] = [(("provider", "switchgear"), {"key": "sgw_abc", "models": {"a": {}}}), (("model",), "s/a")]
KEYS = st.sampled_from(["a", "b c", "provider", "model", 'q"', "é"])
SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
COMMENTS = ["", " ", "\n", "\n\n  ", "\r\n", "\t", " // note\n", "/* a, } */", "\n  // {\n"]
BLANKS = st.sampled_from(COMMENTS)


@st.composite
def values(draw: st.DrawFn, depth: int = 2) -> str:
    """A JSON value as somebody wrote it."""
    kind = draw(st.sampled_from(["scalar", "object", "array"] if depth else ["scalar"]))
    if kind == "scalar":
        return json.dumps(draw(SCALARS))
    if kind == "array":
        parts = [draw(BLANKS) + draw(values(depth - 1)) + draw(BLANKS) for _ in range(draw(st.integers(0, 2)))]
        return f"[{','.join(parts)}{draw(st.sampled_from(['', ','])) if parts else draw(BLANKS)}]"
    return draw(objects(depth - 1))


@st.composite
def objects(draw: st.DrawFn, depth: int = 2) -> str:
    """An object with any member, comment, line end and trailing comma."""
    keys = draw(st.lists(KEYS, max_size=3, unique=True))
    parts = []
    for key in keys:
        value = draw(values(depth)) if key != "provider" else draw(objects(max(depth - 1, 0)))
        parts.append(f"{draw(BLANKS)}{json.dumps(key)}{draw(BLANKS)}:{draw(BLANKS)}{value}{draw(BLANKS)}")
    comma = draw(st.sampled_from(["", ",", ",\n"])) if parts else ""
    return "{" + ",".join(parts) + comma + draw(BLANKS) + "}"


@st.composite
def documents(draw: st.DrawFn) -> str:
    return draw(BLANKS) + draw(objects()) + draw(BLANKS)


@given(documents())
def test_what_is_put_in_is_there_and_all_else_stays(text: str) -> None:
    """The same document with our values; every comment is still there."""
    changed, _ = jsonc.apply(text, WANTS)
    expected = tree(text).value
    expected["provider"] = {**expected.get("provider", {}), "switchgear": WANTS[0][1]}
    expected["model"] = "s/a"
    assert tree(changed).value == expected
    if "provider" not in tree(text).value and "model" not in tree(text).value:
        assert comments(changed) == comments(text)


@given(documents())
def test_taking_it_out_gives_the_text_back(text: str) -> None:
    """To the letter but for blanks where an empty object was opened."""
    changed, pieces = jsonc.apply(text, WANTS)
    back = jsonc.revert(changed, from_json(as_json(pieces)))
    assert tree(back).value == tree(text).value
    assert comments(back) == comments(text)
    assert re.sub(r"\s", "", back) == re.sub(r"\s", "", text)


@given(documents(), documents())
def test_what_the_user_adds_meanwhile_stays(text: str, other: str) -> None:
    """Another tool's member, in another style, is none of ours."""
    changed, pieces = jsonc.apply(text, WANTS)
    added, _ = jsonc.apply(changed, [(("theirs",), tree(other).value)])
    back = jsonc.revert(added, pieces)
    assert tree(back).value == {**tree(text).value, "theirs": tree(other).value}


@given(st.text(alphabet='{}[]",:/* \n\\ab1-.e', max_size=30))
def test_a_broken_text_is_refused_with_its_place(text: str) -> None:
    """Nothing but Unreadable comes out of any text, and what is read is what JSON says."""
    fault = ""
    try:
        tree(text)
    except Unreadable as error:
        fault = error.why
    assert not fault or re.match(r"line \d+, column \d+: ", fault)


@given(values())
def test_plain_json_is_read_as_json_reads_it(text: str) -> None:
    """The same values."""
    plain = json.dumps(tree(text).value)
    assert tree(plain).value == json.loads(plain)


def comments(text: str) -> list[str]:
    found = re.findall(r'"(?:[^"\\]|\\.)*"|(//[^\r\n]*|/\*.*?\*/)', text, re.S)
    return sorted(one for one in found if one)


def test_the_usual_file_is_edited_as_a_person_would() -> None:
    """Two spaces, a line each, the comment stays with its line."""
    text = '{\n  "a": 1 // mine\n}\n'
    changed, pieces = jsonc.apply(text, [(("p", "s"), {"b": 2})])
    assert changed == '{\n  "a": 1, // mine\n  "p": {\n    "s": {\n      "b": 2\n    }\n  }\n}\n'
    assert jsonc.revert(changed, pieces) == text
    assert jsonc.revert(changed, pieces) == text


def test_a_trailing_comma_stays_the_style() -> None:
    """And tabs too."""
    text = '{\n\t"a": 1,\n}'
    changed, pieces = jsonc.apply(text, [(("b",), 2)])
    assert changed == '{\n\t"a": 1,\n\t"b": 2,\n}'
    assert jsonc.revert(changed, pieces) == text
    assert jsonc.revert(changed, pieces) == text


@pytest.mark.parametrize("text", ["{}", "", "{ }", '{"a": 1}', '{"a": 1,}', "{\r\n}\r\n", '{"p": {}}'])
def test_short_files_come_back(text: str) -> None:
    """Nothing is left of us."""
    changed, pieces = jsonc.apply(text, [(("p", "s"), 1)])
    assert tree(changed).value["p"] == {"s": 1}
    assert tree(jsonc.revert(changed, pieces) or "{}").value == (tree(text).value if text.strip() else {})


def test_line_ends_of_the_file_are_used() -> None:
    """A file with CRLF has no bare LF after."""
    changed, _ = jsonc.apply('{\r\n  "a": 1\r\n}\r\n', WANTS)
    assert "\n" not in changed.replace("\r\n", "")


def test_a_value_of_the_users_own_comes_back_as_he_wrote_it() -> None:
    """Spaces and comments inside it and all."""
    text = '{"provider": {"switchgear": {"mine" : /* ! */ 1}}}'
    changed, pieces = jsonc.apply(text, WANTS)
    assert "mine" not in changed
    assert jsonc.revert(changed, pieces).replace("\n", "") == text
    assert jsonc.revert(changed, pieces).replace("\n", "") == text


def test_what_the_user_took_out_himself_needs_no_undo() -> None:
    """The rest of it is taken out."""
    changed, pieces = jsonc.apply("{}", WANTS)
    without = changed.replace('"switchgear"', '"other"')
    assert tree(jsonc.revert(without, pieces)).value == {"provider": {"other": WANTS[0][1]}}


def test_what_was_changed_is_not_ours() -> None:
    """Nothing is guessed."""
    changed, pieces = jsonc.apply("{}", WANTS)
    with pytest.raises(NotOurs):
        jsonc.revert(changed.replace("s/a", "s/b"), pieces)


def test_another_token_in_the_same_place_is_still_ours() -> None:
    """The record holds no token to compare with."""
    changed, pieces = jsonc.apply("{}", WANTS)
    stored = from_json(as_json(pieces))
    assert "sgw_abc" not in json.dumps(as_json(pieces))
    assert tree(jsonc.revert(changed.replace("sgw_abc", "sgw_xyz"), stored)).value == {}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[1]", "line 1, column 1: an object { } was expected here"),
        ('{\n "a": }', "line 2, column 7: a value was expected here"),
        ('{"a": 1', "line 1, column 8: a comma or } was expected here"),
        ('{"a" 1}', "line 1, column 6: : was expected here"),
        ("{} x", "line 1, column 4: something stands after the end"),
        ("/* {}", "line 1, column 1: this comment has no end"),
        ('{"provider": 3}', "line 1, column 14: provider should be an object { }"),
        ('{"a": "\\x"}', "line 1, column 7: this is not valid JSON"),
        ('{"a": ' + "[" * 300, "line 1, column 207: nested deeper than 200"),
    ],
)
def test_each_fault_is_named(text: str, why: str) -> None:
    """With line and column."""
    with pytest.raises(Unreadable) as caught:
        jsonc.check(text)
        jsonc.apply(text, WANTS)
    assert caught.value.why == why


def test_a_value_is_found_by_its_path() -> None:
    """None where there is none."""
    assert jsonc.value_at('{"a": {"b": 2}}', ("a", "b")) == 2
    assert jsonc.value_at('{"a": 1}', ("a", "b")) is None
