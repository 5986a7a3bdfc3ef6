"""Keys and list items put into YAML text, and taken out again."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear.cli.connect import yaml_text
from switchgear.cli.connect.piece import NotOurs, Unreadable, as_json, from_json
from switchgear.cli.connect.yaml_text import Items, Key

KEYS: list[Key | Items] = [Key("openai-api-base", "http://127.0.0.1:8317/v1"), Key("model", "openai/opus-4.6")]
KEYS += [Key("openai-api-key", "sgw_abc-_")]
ITEMS = [{"name": "Opus: 4.6 #1", "roles": ["chat", "edit"], "options": {"contextLength": 200000}, "vision": True}]
LIST: list[Key | Items] = [Items(None, ITEMS, "MARK")]
UNDER: list[Key | Items] = [Items("models", ITEMS, "MARK")]
PARTS = ["# a note\n", "\n", "model: gpt # mine\n", "read:\n  - A.md\n  - B.md # two\n", "lint:\n- one\n\n- two\n"]
PARTS += ["text: |\n  model: no\n  # not a comment\n\n  end\n", 'quoted: "a # b: c"\n', "'odd key': 'it''s'\n"]
PARTS += ["flow: [a,\n  b]\n", "map: {a: 1}\n", "openai-api-key: sk-mine\n", "empty:\n"]
ENTRIES = [
    "# a note\n",
    "\n",
    "- model_id: a\n  model_name: b # c\n",
    "- model_id: c\n\n  # inside\n  x: 1\n",
    "- {a: b}\n",
]


@st.composite
def mappings(draw: st.DrawFn) -> str:
    return _ended(draw, "".join(draw(st.lists(st.sampled_from(PARTS), unique=True))))


@st.composite
def lists(draw: st.DrawFn) -> str:
    return _ended(draw, "".join(draw(st.lists(st.sampled_from(ENTRIES), unique=True))))


def _ended(draw: st.DrawFn, text: str) -> str:
    text = draw(st.sampled_from(["", "---\n"])) + text
    text = text.removesuffix("\n") if draw(st.booleans()) else text
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text


@given(mappings())
def test_keys_come_and_go_to_the_byte(text: str) -> None:
    """Whatever else the file says."""
    changed, pieces = yaml_text.apply(text, KEYS)
    assert yaml_text.top_value(changed, "model") == "openai/opus-4.6"
    assert yaml_text.top_value(changed, "openai-api-key") == "sgw_abc-_"
    assert yaml_text.revert(changed, from_json(as_json(pieces))) == text


@given(lists())
def test_items_of_a_list_come_and_go_to_the_byte(text: str) -> None:
    """The file is the list."""
    changed, pieces = yaml_text.apply(text, LIST)
    assert changed.count("Opus: 4.6 #1") == 1
    assert yaml_text.revert(changed, from_json(as_json(pieces))) == text


@given(mappings(), st.sampled_from(["", "models: []\n", "models:\n", "models:\n  - name: x\n", "models:\n- name: x\n"]))
def test_items_under_a_key_come_and_go_to_the_byte(text: str, models: str) -> None:
    """The list is there, empty or absent; its entries may stand at the key's own depth."""
    text = f"{models}{text}" if not text.startswith("---") else text
    changed, pieces = yaml_text.apply(text, UNDER)
    assert changed.count("models:") == 1
    assert yaml_text.revert(changed, from_json(as_json(pieces))) == text


@given(mappings())
def test_what_is_added_meanwhile_stays(text: str) -> None:
    """A key after ours."""
    changed, pieces = yaml_text.apply(text, KEYS)
    assert yaml_text.revert(changed + "dark-mode: true\n", pieces) == text + "dark-mode: true\n"


def test_it_is_written_as_a_person_would() -> None:
    """A line for every key; what could be taken for something else is quoted."""
    changed, _ = yaml_text.apply("name: x\nmodels:\n  - name: a\n", UNDER)
    assert changed == (
        "name: x\nmodels:\n  - name: a\n"
        '  - name: "Opus: 4.6 #1"\n    roles: [chat, edit]\n    options: {contextLength: 200000}\n    vision: true\n'
    )


def test_a_key_that_is_there_is_replaced_in_its_place() -> None:
    """And comes back with its comment."""
    changed, pieces = yaml_text.apply("a: 1\nmodel: gpt # mine\nb: 2\n", [Key("model", "openai/x")])
    assert changed == "a: 1\nmodel: openai/x\nb: 2\n"
    assert yaml_text.revert(changed, pieces) == "a: 1\nmodel: gpt # mine\nb: 2\n"


def test_entries_of_our_own_are_replaced() -> None:
    """Those that carry the mark, when they stand together."""
    text = "- a: 1\n- b: MARK\n- c: MARK\n  d: 2\n- e: 5\n"
    changed, pieces = yaml_text.apply(text, LIST)
    assert "MARK" not in changed
    assert yaml_text.revert(changed, pieces) == text


@pytest.mark.parametrize("value", ["yes", "No", "1.5", "a b", "- x", "", "é", "true", "@x", "0x1f"])
def test_a_value_that_is_not_plain_is_quoted(value: str) -> None:
    """So that every reader takes it for a string."""
    assert yaml_text.scalar(value).startswith('"')


@given(st.text())
def test_any_name_is_one_quoted_line(value: str) -> None:
    """Nothing in it ends the line, and letters beyond the basic plane stand for themselves."""
    written = yaml_text.scalar(value)
    assert len(written.splitlines()) <= 1
    assert (json.loads(written) if written.startswith('"') else written) == value
    assert "\\ud8" not in written.lower() or "\\ud8" in value.lower()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a: 1\n\tb: 2\n", "line 2, column 1: a tab cannot indent YAML"),
        ("{a: 1}\n", "line 1, column 1: neither `key: value` nor `- entry`: this is not edited here"),
        ("a: 1\n---\nb: 2\n", "line 2, column 1: neither `key: value` nor `- entry`: this is not edited here"),
        ("a: [1\nb: 2\n", "line 1, column 1: this [ is never closed"),
        ('a: "1\nb: 2\n', 'line 1, column 1: this " is never closed'),
        ("a: 1\na: 2\n", "line 2, column 1: a stands here again (first on line 1)"),
        (
            "model: |\n  x\n",
            "line 1, column 1: model has a value of several lines or of a kind that is not edited here",
        ),
        (
            "model:\n  - x\n",
            "line 1, column 1: model has a value of several lines or of a kind that is not edited here",
        ),
        ("# c\n  - a\n", "line 2, column 1: the file is a list; keys were expected"),
        ("  a: 1\n", "line 1, column 1: the whole file is indented: this is not edited here"),
    ],
)
def test_what_is_not_certain_is_refused(text: str, why: str) -> None:
    """With its line."""
    with pytest.raises(Unreadable) as caught:
        yaml_text.apply(text, [Key("model", "x")])
    assert caught.value.why == why


@pytest.mark.parametrize(
    ("text", "wants"),
    [
        ("a: 1\n", LIST),
        ("models: [{name: x}]\n", UNDER),
        ("models:\n  a: 1\n", UNDER),
        ("- a: MARK\n- b: 1\n- c: MARK\n", LIST),
    ],
)
def test_a_list_of_another_shape_is_refused(text: str, wants: list[Key | Items]) -> None:
    """Rather than broken."""
    with pytest.raises(Unreadable):
        yaml_text.apply(text, wants)


def test_what_was_changed_is_not_ours() -> None:
    """A changed line."""
    changed, pieces = yaml_text.apply("", KEYS)
    with pytest.raises(NotOurs):
        yaml_text.revert(changed.replace("8317", "9000"), pieces)
