"""What one run would change, and every file to the byte without it."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from switchgear.cli.connect import files, jsonc, toml_text, yaml_text
from switchgear.cli.connect.piece import NotOurs
from switchgear.cli.connect.plan import check_unchanged, planned, reverted, without_us
from switchgear.cli.connect.record import Kept, Record
from switchgear.cli.connect.tool import Edit
from switchgear.cli.failed import CommandError

WANTS: dict[Any, list[Any]] = {
    jsonc: [(("provider", "switchgear"), {"key": "sgw_1"}), (("model",), "m")],
    toml_text: [toml_text.Key((), "model", "m"), toml_text.Table(("p", "switchgear"), {"key": "sgw_1"})],
    yaml_text: [yaml_text.Key("model", "m"), yaml_text.Items("models", [{"key": "sgw_1"}], "sgw_")],
}
LINES: dict[Any, list[str]] = {
    jsonc: ["{", "{ // c", '"a": 1,', '"provider": {},', '"model" : "x", /* y */', "", '"z": [1,],', "\t"],
    toml_text: ["# c", "", "a = 1", 'model = "x" # mine', "[p.mine]", "b = 2", "[c]", 'd = """', '"""'],
    yaml_text: ["# c", "", "a: 1", "model: x # mine", "models:", "  - b: 2", "c: |", "  d", "---"],
}
FORMS = st.sampled_from([jsonc, toml_text, yaml_text])
loose = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@st.composite
def contents(draw: st.DrawFn, form: Any) -> bytes:
    """A file of this format more or less, with any line end, with or without the last one."""
    end = draw(st.sampled_from(["\n", "\r\n"]))
    text = end.join(draw(st.lists(st.sampled_from(LINES[form]), max_size=8)))
    text += end * draw(st.integers(0, 2))
    return (text + "}" if form is jsonc else text).encode()


def connected(path: Path, form: Any) -> tuple[Edit, Kept] | None:
    """The file written; None when it is refused, and then it is untouched."""
    edit = Edit(str(path), form, WANTS[form])
    before = files.read(str(path))
    try:
        plan = planned(edit, None)
    except CommandError:
        assert files.read(str(path)) == before
        return None
    files.write(edit.path, plan.then, plan.new_mode())
    return edit, plan.kept()


@loose
@given(st.data(), FORMS, st.sampled_from([0o600, 0o644, 0o640]))
def test_undone_is_as_it_was_to_the_byte(tmp_path: Path, data: st.DataObject, form: Any, mode: int) -> None:
    """Any file that is not refused; connected again nothing changes."""
    path = tmp_path / "config"
    before = data.draw(contents(form))
    path.write_bytes(before)
    path.chmod(mode)
    done = connected(path, form)
    if done is None:
        return
    edit, kept = done
    assert not planned(edit, Record("x", [kept])).changes
    assert (path.stat().st_mode & 0o777, kept.mode) == (0o600, mode)
    assert reverted(kept, path.read_bytes()) == before


@loose
@given(st.data(), FORMS)
def test_the_copy_is_the_way_back_from_anything(tmp_path: Path, data: st.DataObject, form: Any) -> None:
    """Put back by hand it is seen as undone; removed by hand it stays removed."""
    path = tmp_path / "config"
    before = data.draw(contents(form))
    path.write_bytes(before)
    done = connected(path, form)
    if done is None:
        return
    assert reverted(done[1], before) == before
    assert reverted(done[1], None) is None


@pytest.mark.parametrize("form", WANTS)
def test_a_file_that_was_not_there_is_not_there_after(tmp_path: Path, form: Any) -> None:
    """Also when the tool has put a blank line to it meanwhile."""
    done = connected(tmp_path / "config", form)
    assert done is not None
    now = (tmp_path / "config").read_bytes()
    assert (reverted(done[1], now), reverted(done[1], now + b"\n")) == (None, None)


@pytest.mark.parametrize("form", WANTS)
def test_what_cannot_be_taken_out_is_taken_for_the_users(tmp_path: Path, form: Any) -> None:
    """When connecting again; undoing refuses."""
    done = connected(tmp_path / "config", form)
    assert done is not None
    changed = (tmp_path / "config").read_bytes().replace(b"sgw_1", b"mine")
    assert without_us(done[1], changed) == changed
    with pytest.raises(NotOurs):
        reverted(done[1], changed)


def test_a_token_that_others_may_read_is_a_change(tmp_path: Path) -> None:
    """Its file is closed again."""
    path = tmp_path / "config"
    done = connected(path, jsonc)
    assert done is not None
    path.chmod(0o644)
    plan = planned(done[0], Record("x", [done[1]]))
    assert (plan.changes, plan.changes_contents, plan.new_mode()) == (True, False, 0o600)


def test_a_file_without_a_token_keeps_its_mode(tmp_path: Path) -> None:
    """It is nobody's secret."""
    path = tmp_path / "config"
    path.write_text("{}")
    path.chmod(0o664)
    assert planned(Edit(str(path), jsonc, WANTS[jsonc], holds=False), None).new_mode() == 0o664


def test_a_file_that_changed_since_it_was_looked_at_is_named(tmp_path: Path) -> None:
    """Before anything is written."""
    path = tmp_path / "config"
    check_unchanged(str(path), None)
    path.write_text("x")
    with pytest.raises(CommandError, match="was changed meanwhile"):
        check_unchanged(str(path), None)
