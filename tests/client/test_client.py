"""The blocking client against a daemon on a real socket: answers, streams, cancels, silence."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import Raw

import switchgear
from fake_switchgear import ANSWER, DROP, STATUS, VALUES, FakeSwitchgear
from switchgear_protocol.connection import Connection, RequestReceived
from switchgear_protocol.errors import error
from switchgear_protocol.events import Native, TextDelta
from switchgear_protocol.messages import (
    CompletionCreate,
    Done,
    Nothing,
    Pin,
    SessionsPin,
)

pytestmark = pytest.mark.usefixtures("impatient")


def test_ask_returns_the_whole_answer(client: switchgear.Client, daemon: FakeSwitchgear) -> None:
    """Not streamed, so that a provider that breaks off can be replaced unseen."""
    answer = client.ask("opus-4.6", "Hi", session="s", max_tokens=5)
    assert answer == ANSWER
    assert switchgear.text_of(answer) == "Hello!"
    (asked,) = daemon.asked("completion/create")
    assert isinstance(asked.params, CompletionCreate)
    assert (asked.params.stream, asked.params.session, asked.params.max_tokens) == (False, "s", 5)


def test_a_stream_gives_values_and_then_the_answer(client: switchgear.Client) -> None:
    """Typed values in order; the result afterwards; iterating again gives nothing."""
    with client.stream("opus-4.6", "Hi") as stream:
        assert tuple(stream) == VALUES
        assert stream.answer == ANSWER
        assert list(stream) == []


def test_the_answer_of_a_stream_may_be_asked_for_at_once(client: switchgear.Client) -> None:
    """It reads what is left."""
    assert client.stream("opus-4.6", "Hi").answer == ANSWER


def test_the_client_introduces_itself(client: switchgear.Client, daemon: FakeSwitchgear) -> None:
    """The daemon's status can name the program."""
    client.ping()
    assert daemon.requests[0].params.client.name == "test"  # type: ignore[attr-defined]


def test_one_connection_serves_one_call_after_another(client: switchgear.Client, daemon: FakeSwitchgear) -> None:
    """Calls, a finished stream and an error reply all leave the line usable."""
    daemon.on("models/show", error("no_such_model", "no model x"))
    client.status()
    list(client.stream("m", "x"))
    with pytest.raises(switchgear.NoSuchModel):
        client.call("models/show", client_params("models/show", model="x"))
    client.models()
    assert daemon.connections == 1


def client_params(method: str, **values: object) -> CompletionCreate:
    from switchgear_protocol.messages import METHODS

    made: CompletionCreate = METHODS[method][0](**values)  # type: ignore[assignment]
    return made


def test_a_call_during_a_stream_has_its_own_line(client: switchgear.Client, daemon: FakeSwitchgear) -> None:
    """A stream does not stand in the way."""
    with client.stream("m", "x") as stream:
        next(stream)
        assert client.status() == STATUS
    assert daemon.connections == 2


def test_threads_may_share_a_client(client: switchgear.Client) -> None:
    """Each exchange has its own line, so nobody reads another's answer."""
    answers: list[object] = []

    def work() -> None:
        answers.extend(client.ask("m", "x") if number % 2 else client.status() for number in range(20))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(ANSWER) == answers.count(STATUS) == 80


def endless(connection: Connection, request: RequestReceived) -> Iterator[bytes]:
    yield connection.send_progress(request.id, TextDelta("once upon a time"))


def test_leaving_a_stream_early_cancels_it(client: switchgear.Client, daemon: FakeSwitchgear) -> None:
    """The daemon hears the cancel and sees the connection close."""
    daemon.on("completion/create", endless)
    with client.stream("m", "x") as stream:
        next(stream)
    assert daemon.left.acquire(timeout=30)
    (asked,) = daemon.asked("completion/create")
    assert daemon.cancelled == [asked.id]
    with pytest.raises(RuntimeError):
        _ = stream.answer


def test_no_daemon_is_explained(tmp_path: Path) -> None:
    """What, why and the command that starts it."""
    with pytest.raises(switchgear.DaemonUnavailable, match="not running") as caught:
        switchgear.Client(str(tmp_path / "none.sock")).status()
    assert "hint: switchgear status" in str(caught.value)


def test_a_daemon_lost_in_the_middle_of_a_stream_is_an_error(client: switchgear.Client, daemon: FakeSwitchgear) -> None:
    """Never an answer that looks whole."""

    def cut(connection: Connection, request: RequestReceived) -> Iterator[bytes]:
        yield connection.send_progress(request.id, TextDelta("half"))
        yield DROP

    daemon.on("completion/create", cut)
    stream = client.stream("m", "x")
    assert next(stream) == TextDelta("half")
    with pytest.raises(switchgear.ConnectionLost):
        next(stream)
    assert list(stream) == []


def test_silence_becomes_a_timeout(daemon: FakeSwitchgear) -> None:
    """The line is not used again: a late answer must not be taken for another's."""
    daemon.on("status", lambda connection, request: iter(()), STATUS)
    with switchgear.Client(daemon.path, timeout=0.5) as client:
        with pytest.raises(switchgear.RequestTimeout, match="said nothing"):
            client.status()
        assert client.status() == STATUS


def test_the_short_commands_say_what_they_mean(client: switchgear.Client, daemon: FakeSwitchgear) -> None:
    """Each convenience method sends its method and typed params."""
    daemon.on("sessions/pin", Pin("m", "p"))
    daemon.on("sessions/unpin", Done())
    assert client.pin("m", "p", for_s=60) == Pin("m", "p")
    client.unpin("m")
    assert daemon.asked("sessions/pin")[0].params == SessionsPin("m", "p", 60)
    daemon.on("models/order", error("not_found", "x"))
    daemon.on("providers/pause", error("no_such_provider", "x"))
    daemon.on("providers/resume", error("no_such_provider", "x"))
    for ask in (lambda: client.order("m", ["p"]), lambda: client.pause("p"), lambda: client.resume("p")):
        with pytest.raises(switchgear.BadRequest):
            ask()


def test_an_unknown_method_is_refused_here() -> None:
    """Without asking anyone."""
    with pytest.raises(switchgear.BadRequest, match="no method"):
        switchgear.Client("/nowhere").call("status/all", Nothing())


def test_a_result_of_the_wrong_kind_is_a_mismatch(client: switchgear.Client, daemon: FakeSwitchgear) -> None:
    """A daemon that speaks differently is named as that."""
    daemon.on("status", Pin("a", "b"))
    with pytest.raises(switchgear.ProtocolMismatch):
        client.status()


def test_an_incompatible_daemon_is_a_mismatch(client: switchgear.Client, daemon: FakeSwitchgear) -> None:
    """At the handshake, before anything else is sent."""
    daemon.on("initialize", error("unsupported_version", "speaks 2 to 3", hint="update the older of the two"))
    with pytest.raises(switchgear.ProtocolMismatch, match="update the older"):
        client.ask("m", "x")
    assert daemon.asked("completion/create") == []


def test_another_dialects_values_are_native(client: switchgear.Client, daemon: FakeSwitchgear) -> None:
    """The provider's own JSON, untouched, both ways."""

    def native(connection: Connection, request: RequestReceived) -> Iterator[bytes]:
        yield connection.send_progress(request.id, Native(Raw(b'{"choices":[]}')))
        yield connection.send_result(request.id, ANSWER)

    daemon.on("completion/create", native)
    request = CompletionCreate("m", dialect="openai.chat", body=Raw(b'{"messages":[]}'))
    (value,) = client.stream_request(request)
    assert isinstance(value, Native)
    assert bytes(value.data) == b'{"choices":[]}'
    assert bytes(daemon.asked("completion/create")[0].params.body) == b'{"messages":[]}'  # type: ignore[attr-defined]
