"""A daemon that restarts, leaves or is not back yet: what is asked again, and what never is."""

import select
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import switchgear
from fake_switchgear import ANSWER, DROP, STATUS, VALUES, FakeSwitchgear, completion
from switchgear import _restart
from switchgear_protocol.connection import Connection, RequestReceived, Role
from switchgear_protocol.errors import ErrorObject, error
from switchgear_protocol.events import TextDelta
from switchgear_protocol.messages import (
    ClientInfo,
    CompletionCreate,
    Done,
    Initialized,
    ModelsOrder,
    Pin,
    SessionsPin,
    VersionRange,
)

pytestmark = pytest.mark.usefixtures("impatient")


def test_a_restarted_daemon_is_found_again(tmp_path: Path) -> None:
    """Idle connections to the old one are noticed before anything is sent on them."""
    client = switchgear.Client(str(tmp_path / "s.sock"), timeout=30)
    for _ in range(3):
        with FakeSwitchgear(tmp_path / "s.sock"):
            assert client.ask("m", "x") == ANSWER
    client.close()


def test_a_reading_call_is_repeated_when_the_daemon_goes(client: switchgear.Client, daemon: FakeSwitchgear) -> None:
    """It changes nothing, so it may be asked twice."""
    daemon.on("status", DROP, STATUS)
    assert client.status() == STATUS
    assert len(daemon.asked("status")) == 2


@pytest.mark.parametrize("method", ["completion/create", "models/order", "sessions/pin"])
def test_a_call_that_acts_is_not_repeated(client: switchgear.Client, daemon: FakeSwitchgear, method: str) -> None:
    """It may have been done: the caller is told and decides."""
    daemon.on(method, DROP, Done())
    params = {
        "completion/create": CompletionCreate("m"),
        "models/order": ModelsOrder("m", []),
        "sessions/pin": SessionsPin("m", "p"),
    }
    with pytest.raises(switchgear.ConnectionLost):
        client.call(method, params[method])
    assert len(daemon.asked(method)) == 1


LEAVING = error("shutting_down", "the daemon is shutting down", begun=False)
BROKEN_OFF = error("shutting_down", "the daemon stopped before this was done")


@pytest.mark.parametrize("said", [LEAVING, BROKEN_OFF], ids=["refused", "broken off"])
def test_an_answer_survives_a_restart_before_its_first_word(
    client: switchgear.Client, daemon: FakeSwitchgear, said: ErrorObject
) -> None:
    """Whole or streamed, refused by a daemon on its way out or broken off by it: the next one is asked."""

    def routed(connection: Connection, request: RequestReceived) -> Iterator[bytes]:
        yield connection.send_progress(request.id, VALUES[0])
        yield connection.send_error(request.id, said)

    daemon.on("completion/create", said, LEAVING, completion)
    assert client.ask("m", "x") == ANSWER
    daemon.on("completion/create", said, routed, completion)
    assert tuple(client.stream("m", "x")) == (VALUES[0], *VALUES)
    assert len(daemon.asked("completion/create")) == 6


def test_an_answer_that_has_begun_is_never_begun_again(client: switchgear.Client, daemon: FakeSwitchgear) -> None:
    """The caller has its first words."""

    def cut(connection: Connection, request: RequestReceived) -> Iterator[bytes]:
        yield connection.send_progress(request.id, TextDelta("half"))
        yield connection.send_error(request.id, BROKEN_OFF)

    daemon.on("completion/create", cut)
    stream = client.stream("m", "x")
    assert next(stream) == TextDelta("half")
    with pytest.raises(switchgear.Busy, match="stopped before this was done"):
        next(stream)
    assert len(daemon.asked("completion/create")) == 1


def test_what_acts_is_repeated_only_when_it_was_not_begun(client: switchgear.Client, daemon: FakeSwitchgear) -> None:
    """A daemon that shuts down says so."""
    daemon.on("sessions/pin", LEAVING, Pin("m", "p"))
    assert client.pin("m", "p") == Pin("m", "p")
    daemon.on("sessions/pin", BROKEN_OFF, Pin("m", "p"))
    with pytest.raises(switchgear.Busy):
        client.pin("m", "p")
    assert len(daemon.asked("sessions/pin")) == 3


def test_patience_ends(client: switchgear.Client, daemon: FakeSwitchgear) -> None:
    """A daemon that is always about to leave is not asked for ever; a full one is not asked again at all."""
    daemon.on("status", LEAVING)
    with pytest.raises(switchgear.Busy, match="shutting down"):
        client.status()
    assert len(daemon.asked("status")) == len(_restart.LEAVING) + 1
    daemon.on("models/list", error("busy", "full"))
    with pytest.raises(switchgear.Busy, match="full"):
        client.models()
    assert len(daemon.asked("models/list")) == 1


def test_what_the_daemon_closed_unread_is_sent_again(tmp_path: Path) -> None:
    """Linux tells it by a reset: whatever the request does, nothing of it was begun. An end may mean anything."""
    path, asked = str(tmp_path / "s.sock"), []

    def serve(listener: socket.socket) -> None:
        for reading in (False, True):
            line, _ = listener.accept()
            connection = Connection(Role.SERVER)
            (hello,) = connection.receive_data(line.recv(65536))
            assert isinstance(hello, RequestReceived)
            line.sendall(connection.send_result(hello.id, Initialized(1, VersionRange(1, 1), ClientInfo("fake", "1"))))
            select.select([line], [], [])  # the request is there
            asked.append(line.recv(65536) if reading else b"")
            line.close()

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        with pytest.raises(switchgear.ConnectionLost), switchgear.Client(path, timeout=30) as client:
            client.ask("m", "x")
        thread.join()
    assert [bool(data) for data in asked] == [False, True]


def test_a_daemon_that_is_not_back_yet_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two daemons nobody listens."""
    path = tmp_path / "s.sock"
    pauses: list[float] = []
    client = switchgear.Client(str(path), timeout=30)
    second = FakeSwitchgear(path)

    def sleep(pause: float) -> None:
        pauses.append(pause)
        if len(pauses) == 1:
            first.__exit__()
        elif len(pauses) == 4:
            second.__enter__()

    monkeypatch.setattr("switchgear._client.time.sleep", sleep)
    first = FakeSwitchgear(path).__enter__()
    first.on("completion/create", LEAVING)
    assert client.ask("m", "x") == ANSWER
    assert len(pauses) == 4
    client.close()
    second.__exit__()
