"""Tests for `switchgeard.supervised.inherited`: which descriptors are ours."""

import os
import socket
from collections.abc import Iterator

import pytest

from switchgeard.supervised import inherited
from switchgeard.supervised.inherited import MOST, parted, take


@pytest.fixture
def first(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Two inheritable descriptors in a row; FIRST is the first of them."""
    sockets = [socket.socket(socket.AF_UNIX) for _ in range(2)]
    start = 200
    for at, each in enumerate(sockets):
        os.dup2(each.fileno(), start + at)
    monkeypatch.setattr(inherited, "FIRST", start)
    yield start
    for each in sockets:
        each.close()
    for at in range(2):
        try:
            os.close(start + at)
        except OSError:
            pass


def told(**values: str) -> dict[str, str]:
    return {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "2", "HOME": "/h", **values}


def test_descriptors_come_by_name_and_are_kept_from_children(first: int) -> None:
    """And nothing of it stays in the environment."""
    env = told(LISTEN_FDNAMES="switchgear:http", LISTEN_PIDFDID="9")
    assert take(env) == {"switchgear": [first], "http": [first + 1]}
    assert env == {"HOME": "/h"}
    assert not os.get_inheritable(first)
    assert not os.get_inheritable(first + 1)


def test_without_names_they_are_still_found(first: int) -> None:
    """systemd-socket-activate says LISTEN_FDNAMES= or nothing at all."""
    assert take(told()) == {"": [first, first + 1]}


HUGE = {"LISTEN_FDS": "9" * 5000}  # more digits than Python reads


@pytest.mark.parametrize(
    "said",
    [{"LISTEN_PID": "1"}, {"LISTEN_PID": ""}, {"LISTEN_FDS": "two"}, {"LISTEN_FDS": "-1"}, {"LISTEN_FDS": "0"}, HUGE],
)
def test_what_was_meant_for_another_process_is_left_alone(first: int, said: dict[str, str]) -> None:
    """A shell that was activated itself hands its variables on."""
    env = told(**said)
    assert take(env) == {}
    assert env == {"HOME": "/h"}
    assert os.get_inheritable(first)


def test_a_promise_of_more_than_there_is_is_no_crash(first: int) -> None:
    """Bounded, and what is closed is no descriptor."""
    assert take(told(LISTEN_FDS="99999999")) == {"": [first, first + 1]}


def test_ours_is_taken_and_the_others_closed(first: int) -> None:
    """Clients of a socket nobody accepts on would wait for ever."""
    assert parted({"http": [first], "switchgear": [first + 1]}) == (first + 1, {})
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(first)


def test_without_our_name_the_first_is_taken(first: int) -> None:
    """The only one there is, whatever it is called."""
    assert parted({"": [first]}) == (first, {})
    assert parted({}) == (None, {})
    assert parted({"switchgear": []}) == (None, {})


def test_what_a_daemon_before_us_left_to_keep_is_not_the_daemons_own(first: int) -> None:
    """Even where it is the only one there is."""
    assert parted({"http-ip4-8317": [first]}) == (None, {"http-ip4-8317": [first]})
    assert parted({"http-ip4-8317": [first], "x": [first + 1]}) == (first + 1, {"http-ip4-8317": [first]})


def test_more_than_anybody_means_is_closed(first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody here would accept on them."""
    monkeypatch.setattr(inherited, "MOST", 1)
    assert MOST == 16
    assert take(told()) == {"": [first]}
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(first + 1)
