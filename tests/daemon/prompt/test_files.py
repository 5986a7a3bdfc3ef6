"""Files: replaced whole, private, and never outside their directory."""

import os
import shutil
import stat
from pathlib import Path

import pytest

from switchgeard.prompt.files import Files, of_session


def test_a_file_is_private_and_replaced_whole(tmp_path: Path) -> None:
    """Another inode, so that a reader has the old text or the new one."""
    files = Files(str(tmp_path))
    files.put("prompt", "one\n")
    before = (tmp_path / "prompt").stat()
    files.put("prompt", "two\n")
    after = (tmp_path / "prompt").stat()
    assert (tmp_path / "prompt").read_text() == "two\n"
    assert stat.S_IMODE(after.st_mode) == 0o600
    assert before.st_ino != after.st_ino
    assert [path.name for path in tmp_path.iterdir()] == ["prompt"]


def test_a_file_tells_when_it_runs_out(tmp_path: Path) -> None:
    """By its modification time."""
    Files(str(tmp_path)).put("prompt", "x\n", 2_000_000_000.0)
    assert (tmp_path / "prompt").stat().st_mtime == 2_000_000_000.0


def test_the_same_text_is_not_written_again(tmp_path: Path) -> None:
    """Nobody who watches the file is woken for nothing."""
    files = Files(str(tmp_path))
    files.put("names", "x\n")
    before = (tmp_path / "names").stat()
    files.put("names", "x\n")
    assert (tmp_path / "names").stat().st_ino == before.st_ino


def test_a_symlink_in_the_way_is_not_followed(tmp_path: Path) -> None:
    """Nothing is written to where it points."""
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / ".prompt.new").symlink_to(victim)
    Files(str(tmp_path)).put("prompt", "text\n")
    assert victim.read_text() == "mine"


def test_sessions_that_lead_elsewhere_are_left_alone(tmp_path: Path) -> None:
    """Nothing is swept from where a symlink leads, nothing is put there."""
    home, victim = tmp_path / "run", tmp_path / "victim"
    home.mkdir()
    victim.mkdir()
    (victim / "precious").write_text("mine")
    (home / "sessions").symlink_to(victim)
    files = Files(str(home))
    files.sweep()
    files.put("sessions/s1", "text\n")
    assert [path.name for path in victim.iterdir()] == ["precious"]


def test_a_pipe_in_the_way_holds_nobody(tmp_path: Path) -> None:
    """Opening one to write waits for a reader who never comes."""
    os.mkfifo(tmp_path / ".prompt.new")
    Files(str(tmp_path)).put("prompt", "text\n")
    assert not (tmp_path / "prompt").exists()


def test_a_directory_that_is_gone_costs_no_more_than_the_file(tmp_path: Path) -> None:
    """Answers go on; the next text is tried anew."""
    files = Files(str(tmp_path / "gone"))
    files.put("prompt", "text\n")
    files.drop("prompt")
    files.sweep()
    (tmp_path / "gone").mkdir()
    files.put("prompt", "text\n")
    assert (tmp_path / "gone" / "prompt").read_text() == "text\n"


def test_a_file_that_somebody_removed_is_made_again(tmp_path: Path) -> None:
    """Runtime directories are tidied up by others."""
    files = Files(str(tmp_path))
    for _ in range(2):
        files.put("prompt", "x\n")
        files.put("sessions/s", "y\n")
        assert (tmp_path / "prompt").read_text() == "x\n"
        assert (tmp_path / "sessions" / "s").read_text() == "y\n"
        assert stat.S_IMODE((tmp_path / "sessions").stat().st_mode) == 0o700
        shutil.rmtree(tmp_path / "sessions")
        (tmp_path / "prompt").unlink()


def test_sessions_of_an_earlier_life_are_swept_away(tmp_path: Path) -> None:
    """What they say is not true any more."""
    (tmp_path / "sessions").mkdir()
    (tmp_path / "sessions" / "old").write_text("x")
    Files(str(tmp_path)).sweep()
    assert list((tmp_path / "sessions").iterdir()) == []


@pytest.mark.parametrize("session", ["../prompt", "a/b", ".", "..", "", ".hidden", "a b", "a\n", "x" * 300])
def test_a_session_whose_name_makes_no_file_name_has_none(session: str) -> None:
    """Clients say what their session is called."""
    assert of_session(session) is None


def test_the_ids_that_tools_send_make_a_file_name() -> None:
    """UUIDs, and what we make of a conversation's beginning."""
    uuid = "4f1c0f9e-6e0b-4a0e-9a53-2f6c0c0f8f11"
    assert of_session(uuid) == f"sessions/{uuid}"
    assert of_session("prefix-0a1b2c3d4e5f") == "sessions/prefix-0a1b2c3d4e5f"
