"""The lock says who runs, and looking at it changes nothing."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from switchgear.cli.lock import held, running
from switchgear_protocol.paths import LOCK_NAME


@contextmanager
def holder(at: Path, signature: str) -> Iterator[str]:
    """Somebody holds the lock and has written this into it; the path of the socket beside it."""
    with (at / LOCK_NAME).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        print(signature, file=lock, end="", flush=True)
        yield str(at / "s.sock")


def test_who_holds_it_is_known_by_its_pid(tmp_path: Path) -> None:
    """As long as it is held."""
    with holder(tmp_path, "4242\n") as socket:
        assert (held(socket), running(socket)) == (True, 4242)
    assert (held(socket), running(socket)) == (False, None)


@pytest.mark.parametrize("signature", ["", "no pid\n"])
def test_a_holder_that_has_not_signed_is_there_all_the_same(tmp_path: Path, signature: str) -> None:
    """It has just begun, or its disk is full: nobody may take it for gone."""
    with holder(tmp_path, signature) as socket:
        assert (held(socket), running(socket)) == (True, None)


def test_where_there_is_no_lock_nobody_runs_and_none_is_made(tmp_path: Path) -> None:
    """Who looks leaves no file behind."""
    assert not held(str(tmp_path / "s.sock"))
    assert list(tmp_path.iterdir()) == []


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    """Somebody else's lock says nothing of this daemon."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with holder(elsewhere, "4242\n"):
        (tmp_path / LOCK_NAME).symlink_to(elsewhere / LOCK_NAME)
        assert not held(str(tmp_path / "s.sock"))
