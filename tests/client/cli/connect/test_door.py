"""Where the door is, and whether it answers."""

import socket

import pytest

from doors import fake_door
from switchgear.cli.connect import door
from switchgear.cli.failed import CommandError


def test_a_port_that_is_taken_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next free one it is."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setattr(door, "PORT", port)
        assert int(door.free_listen().rpartition(":")[2]) > port
        monkeypatch.setattr(door, "PORTS", 1)
        with pytest.raises(CommandError, match="no free port"):
            door.free_listen()


@pytest.mark.parametrize("listen", ["127.0.0.1:0", "8317", "127.0.0.1", "127.0.0.1:http"])
def test_an_address_that_does_not_stay_is_refused(listen: str) -> None:
    """A tool's config holds it for good."""
    with pytest.raises(CommandError):
        door.url_of(listen)


def test_addresses_are_taken_as_they_are_written() -> None:
    """IPv6 too."""
    assert door.url_of("[::1]:8317") == "http://[::1]:8317"


@pytest.mark.parametrize("text", ["", "[http]\nunix = true\n", "[http]\nlisten = 3\n", '[http]\nlisten = ""\n'])
def test_a_config_may_not_say_where(text: str) -> None:
    """Then there is no door."""
    assert door.listen_of("c", text) is None


def test_a_broken_config_is_named() -> None:
    """With line and column."""
    with pytest.raises(CommandError) as caught:
        door.listen_of("c", "a = = 1")
    assert "line 1, column 5" in caught.value.why


def test_it_is_waited_for_until_it_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A daemon that follows its config takes a moment."""
    looks = iter([door.Look(False, "Connection refused"), door.Look(True)])
    monkeypatch.setattr(door, "_look", lambda url, token: next(looks))
    monkeypatch.setattr(door, "PAUSE", 0.0)
    assert door.wait("http://127.0.0.1:1", "t").answers
    assert next(looks, None) is None


def test_a_token_that_is_refused_is_not_tried_again() -> None:
    """Without one, a door that refuses is a door that answers."""
    with fake_door() as there:
        url = f"http://{there.listen}"
        assert door.wait(url, "sgw_no") == door.Look(False, "it refuses the token (HTTP 401)")
        assert door.wait(url, None).answers
        assert there.knocks == ["sgw_no", ""]


def test_something_else_at_the_port_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a traceback."""
    monkeypatch.setattr(door, "PATIENCE", 0.0)
    with socket.socket() as odd:
        odd.bind(("127.0.0.1", 0))
        odd.listen()
        monkeypatch.setattr(door, "LOOK", 0.01)
        assert door.wait(f"http://127.0.0.1:{odd.getsockname()[1]}", "t") == door.Look(False, "timed out")


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (None, ""),
        ("127.0.0.1:8317 and /run/http.sock", ""),
        ("/run/http.sock; not at 127.0.0.1:8317: Address already in use", "Address already in use"),
        ("not at 127.0.0.1:9: no; not at [::1]:8317: taken: by x", "taken: by x"),
        ("not at 127.0.0.1:83170: no", ""),
    ],
)
def test_the_daemons_own_word_is_believed(told: str | None, why: str) -> None:
    """A port that somebody else holds is not asked."""
    assert door.trouble(told, "http://localhost:8317") == why
