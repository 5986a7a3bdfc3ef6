"""Members of a JSON object replaced where they stand."""

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from switchgeard.dialects import splice
from switchgeard.dialects.glimpse import Unreadable
from switchgeard.dialects.known import DIALECTS

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(max_size=8), VALUES, max_size=6)


@st.composite
def written(draw: st.DrawFn) -> tuple[bytes, dict[str, Any]]:
    """An object as some client writes it: escapes or not, blanks or not."""
    value = draw(OBJECTS)
    text = json.dumps(value, ensure_ascii=draw(st.booleans()), indent=draw(st.sampled_from([None, 1, "\t"])))
    try:
        return text.encode(), value
    except UnicodeEncodeError:
        assume(False)
        raise


@given(written())
def test_every_member_is_found_where_it_stands(body: tuple[bytes, dict[str, Any]]) -> None:
    """In any spelling."""
    text, value = body
    spans = splice.members(text)
    assert {name: json.loads(text[begin:end]) for name, (begin, end) in spans.items()} == value


def test_a_member_given_twice_cannot_lead_into_its_own_middle() -> None:
    """Lengths that fit by design: whoever walks by them alone patches a name inside of `zz`, not the model's."""
    body = b'{"zz":1,"model":"m","n":"y","zz":{"a":0,"model":"E","n":       ""}}'
    json.loads(body)  # whoever takes the last of two reads "m"
    with pytest.raises(ValueError, match="twice"):
        splice.members(body)


@given(written(), VALUES, st.text(max_size=8))
def test_one_member_changes_and_nothing_else(body: tuple[bytes, dict[str, Any]], new: Any, name: str) -> None:
    """A new member is added, and the others keep their very bytes."""
    text, value = body
    changed = splice.replaced(text, {name: json.dumps(new).encode()})
    assert json.loads(changed) == {**value, name: new}
    spans = splice.members(text)
    if name in spans:
        begin, end = spans[name]
        assert changed.startswith(text[:begin])
        assert changed.endswith(text[end:])
    else:
        assert changed.endswith(text[text.index(b"{") + 1 :])


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
@pytest.mark.parametrize(
    "twice", ['"model":"theirs"', '"Model":"theirs"', '"\\u004dodel":"theirs"', '"stream":1,"\u017ftream":0']
)
def test_no_dialect_passes_on_a_body_that_can_be_read_in_two_ways(dialect: str, twice: str) -> None:
    """Go's decoder, for one, reads "Model" as "model", and the last of two counts."""
    with pytest.raises(Unreadable, match="twice"):
        DIALECTS[dialect].patched(f'{{"model":"m",{twice}}}'.encode(), model="x", stream=True)


@given(written(), st.sets(st.text(max_size=8), max_size=3))
def test_members_are_taken_out(body: tuple[bytes, dict[str, Any]], names: set[str]) -> None:
    """And a body that has none of them is the same one."""
    text, value = body
    names |= set(list(value)[:1])
    assert json.loads(splice.without(text, names)) == {k: v for k, v in value.items() if k not in names}
    assert splice.without(text, {"not in there"}) is text or "not in there" in value


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'{"a":1',
        b'{"a":1}x',
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":' + b"[" * 100_000,
    ],
)
def test_what_is_no_object_is_an_error(body: bytes) -> None:
    """Also where it is nested too deep to see that: never a RecursionError."""
    for call in (
        splice.members,
        lambda text: splice.replaced(text, {"a": b"2"}),
        lambda text: splice.without(text, "a"),
    ):
        with pytest.raises(ValueError):
            call(body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":1,"a":1}',
        b'{"a":1,"a":2}',
        b'{"a":1,"b":2,"a":1}',
        b'{"a":1,"\\u0061":2}',
        b'{"a":1,"c":2,"b":3,"a":1234567}',
        b'{"a":"x","b":2,"b":"yyy","a":"z"}',
    ],
)
def test_a_member_given_twice_is_an_error(body: bytes) -> None:
    """Whoever reads the first and whoever reads the last would read different bodies."""
    with pytest.raises(ValueError, match="twice"):
        splice.members(body)


@given(OBJECTS, st.text(max_size=4), VALUES)
def test_any_object_with_a_member_twice_is_an_error(value: dict[str, Any], name: str, again: Any) -> None:
    """Whatever the lengths of the two values are."""
    assume(name not in value)
    items = [*value.items(), (name, 1)]
    items.insert(len(items) // 2, (name, again))
    text = "{" + ",".join(f"{json.dumps(key)}:{json.dumps(item)}" for key, item in items) + "}"
    with pytest.raises(ValueError):
        splice.members(text.encode())


# --- relabelled -------------------------------------------------------------------------------

FRONT = '{"id":"x","object":"chunk","created":17.5e3,"n":null,"ok":true,"model":"old","choices":[{"model":"no"}]}'
BACK = '{"choices":[{"delta":{"content":"\\"model\\":\\"no\\""}}],"model":"old"}'


@pytest.mark.parametrize("text", [FRONT, BACK, FRONT.replace(":", " : ").replace(",", " ,\n"), '{"model":"old"}'])
def test_the_model_gets_its_other_name(text: str) -> None:
    """Where it stands, in front or behind, and nothing else changes."""
    new = splice.relabelled(text, ("model",), 'a"b')
    assert json.loads(new) == {**json.loads(text), "model": 'a"b'}
    assert len(new) == len(text) - len('"old"') + len('"a\\"b"')


@pytest.mark.parametrize(
    "text",
    [
        '{"choices":[{"model":"no"}]}',
        '{"delta":"model"}',
        '{"model":null}',
        '{"model":{"model":"no"}}',
        '{"x":"\\"model\\":"}',
        '["model"]',
        "[DONE]",
        '{"choices":"model"' + "[" * 5000,
    ],
)
def test_where_no_name_stands_it_is_the_same_text(text: str) -> None:
    """Also when it is no object at all: not for us to judge."""
    assert splice.relabelled(text, ("model",), "new") is text


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"message_start","message":{"id":"m","model":"old","content":[]},"model":"outer"}',
        '{"type":"message_start","model":"outer","message":{"content":[],"model":"old"}}',
    ],
)
def test_a_name_inside_another_member_is_found(text: str) -> None:
    """By its path only."""
    new = json.loads(splice.relabelled(text, ("message", "model"), "new"))
    assert (new["message"]["model"], new["model"]) == ("new", "outer")
    assert splice.relabelled('{"model":"old"}', ("message", "model"), "new") == '{"model":"old"}'
    assert splice.relabelled('{"message":"model"}', ("message", "model"), "new") == '{"message":"model"}'


@given(written(), st.text(max_size=8), st.sampled_from(["model", "a"]))
def test_relabelled_is_replaced_for_a_string_that_is_there(
    body: tuple[bytes, dict[str, Any]], new: str, name: str
) -> None:
    """The quick way and the exact way agree."""
    text, value = body[0].decode(), {**body[1]}
    assume(new.isprintable())
    if isinstance(value.get(name), str):
        value[name] = new
    assert json.loads(splice.relabelled(text, (name,), new)) == value


@given(OBJECTS, st.integers(0, 6), st.text())
def test_a_model_anywhere_in_an_object_is_renamed(value: dict[str, Any], at: int, old: str) -> None:
    """Whatever comes before it."""
    items = [(key, item) for key, item in value.items() if key != "model"]
    items.insert(at, ("model", old))
    text = json.dumps(dict(items))
    assert json.loads(splice.relabelled(text, ("model",), "new")) == {**dict(items), "model": "new"}
