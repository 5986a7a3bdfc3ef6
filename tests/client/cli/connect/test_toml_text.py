"""Keys and tables put into TOML text, and taken out again."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear.cli.connect import toml_text
from switchgear.cli.connect.piece import NotOurs, Unreadable, as_json, from_json
from switchgear.cli.connect.toml_text import Key, Table

PROVIDER: dict[str, str | int | bool] = {"base_url": "http://127.0.0.1:8317/v1", "token": "sgw_abc-_1"}
WANTS: list[Key | Table] = [
    Key((), "model_provider", "switchgear"),
    Key((), "model_context_window", 200000),
    Table(("model_providers", "switchgear"), PROVIDER),
    Key(("http",), "listen", "127.0.0.1:8317"),
]
ROOT = ["# top\n", "\n", 'model = "gpt" # mine\n', 'model_provider = "openai"\n', "list = [\n  1, # [x]\n]\n"]
ROOT += ['text = """\n[http]\nmodel = 1\n"""\n', "odd = '''it's'''\n", 'after = "#[no]"\n']
TABLES = ["# about it\n", "[a]\nx = 1\n", "[[b]]\ny = [[1], [2]]\n", "\n", "[http]\nunix = true\n", "[c.d]\n"]
TABLES += ['[model_providers.mine]\nname = "x"\n', '[model_providers.switchgear]\nname = "old"\n\n']


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A file somebody wrote: comments, strings that look like tables, any order, maybe no last newline."""
    parts = draw(st.lists(st.sampled_from(ROOT), unique=True)) + draw(st.lists(st.sampled_from(TABLES), unique=True))
    text = "".join(parts)
    text = text.removesuffix("\n") if draw(st.booleans()) else text
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text


@given(documents())
def test_it_says_what_was_wanted_and_comes_back_to_the_byte(text: str) -> None:
    """All else says what it said; taken out, nothing is left."""
    before = tomllib.loads(text.replace("\r\n", "\n"))
    changed, pieces = toml_text.apply(text, WANTS)
    after = tomllib.loads(changed.replace("\r\n", "\n"))
    assert after["model_providers"]["switchgear"] == PROVIDER
    assert (after["model_provider"], after["http"]["listen"]) == ("switchgear", "127.0.0.1:8317")
    ours = ("model_provider", "model_context_window", "http", "model_providers")
    assert {k: v for k, v in after.items() if k not in ours} == {k: v for k, v in before.items() if k not in ours}
    assert toml_text.revert(changed, from_json(as_json(pieces))) == text


@given(documents(), st.sampled_from(["# later\n", '[projects."/x"]\ntrust_level = "trusted"\n']))
def test_what_is_added_meanwhile_stays(text: str, added: str) -> None:
    """Codex writes tables of its own after ours."""
    changed, pieces = toml_text.apply(text, WANTS)
    assert toml_text.revert(changed + added, pieces) == text + added


@given(documents())
def test_line_ends_of_the_file_are_used(text: str) -> None:
    """One kind in, one kind out."""
    changed, _ = toml_text.apply(text, WANTS)
    assert ("\r\n" not in text) or "\n" not in changed.replace("\r\n", "")


def test_the_key_goes_before_the_tables_and_their_comment() -> None:
    """And what is under a table stays under it."""
    changed, _ = toml_text.apply("# mine\n\n# about a\n[a]\nx = 1\n", [Key((), "model", "m")])
    assert changed == '# mine\n\nmodel = "m"\n\n# about a\n[a]\nx = 1\n'


def test_a_table_that_is_there_gets_the_key() -> None:
    """After its last one."""
    changed, _ = toml_text.apply("[http]\nunix = true # yes\n\n# next\n[spend]\n", [Key(("http",), "listen", "a:1")])
    assert changed == '[http]\nunix = true # yes\nlisten = "a:1"\n\n# next\n[spend]\n'


@pytest.mark.parametrize(
    "text",
    [
        "http.unix = true\n[a]\n",
        "http = {unix = true}\n",
        '[model_providers]\nswitchgear = {name = "x"}\n',
        '[model_providers.switchgear]\nname = "x"\n[model_providers.switchgear.http_headers]\na = "b"\n',
    ],
)
def test_what_is_written_another_way_is_refused(text: str) -> None:
    """Rather than written twice."""
    with pytest.raises(Unreadable):
        toml_text.apply(text, WANTS)


def test_a_broken_file_is_refused_with_its_place() -> None:
    """As the reader says it."""
    with pytest.raises(Unreadable) as caught:
        toml_text.check("a = 1\nb = = 2\n")
    assert "line 2, column 5" in caught.value.why


@pytest.mark.parametrize("text", ["http = 1\n", "a = " + "[" * 5000])
def test_odd_files_are_refused(text: str) -> None:
    """No traceback."""
    with pytest.raises(Unreadable):
        toml_text.apply(text, WANTS)


def test_what_was_changed_is_not_ours() -> None:
    """A changed value inside our table."""
    changed, pieces = toml_text.apply("", WANTS)
    with pytest.raises(NotOurs):
        toml_text.revert(changed.replace("8317/v1", "9000/v1"), pieces)


def test_a_value_is_found_by_its_path() -> None:
    """None where there is none."""
    assert toml_text.value_at("[http]\nlisten = 'x'\n", ("http", "listen")) == "x"
    assert toml_text.value_at("http = 1\n", ("http", "listen")) is None
