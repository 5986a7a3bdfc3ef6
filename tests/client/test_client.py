"""The blocking client against a daemon on a real socket: answers, errors, restarts, cancels."""

import select
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import Raw

import switchgear
from fake_switchgear import ANSWER, DROP, STATUS, VALUES, FakeSwitchgear, completion
from switchgear import _restart, _stream
from switchgear_protocol.connection import Connection, RequestReceived, Role
from switchgear_protocol.errors import CODES, AttemptReport, ErrorObject, error
from switchgear_protocol.events import Event, Native, TextDelta
from switchgear_protocol.messages import (
    EVENT,
    ClientInfo,
    CompletionCreate,
    Done,
    EventNote,
    EventsSubscribe,
    Initialized,
    ModelsOrder,
    Nothing,
    Pin,
    SessionsPin,
    Subscribed,
    VersionRange,
)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many tries as ever, without the pauses between them."""
    for name in ("GONE", "LEAVING"):
        monkeypatch.setattr(_restart, name, (0.0,) * len(getattr(_restart, name)))


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[FakeSwitchgear]:
    with FakeSwitchgear(tmp_path / "s.sock") as running:
        yield running


@pytest.fixture
def client(daemon: FakeSwitchgear) -> Iterator[switchgear.Client]:
    with switchgear.Client(daemon.path, timeout=30, name="test") as connected:
        yield connected


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


ATTEMPT = AttemptReport("pro", "opus", "failed", "quota spent")
FAILURES = [
    (
        error("exhausted", "all out", hint="switchgear status", retry_after_ms=1500, attempts=[ATTEMPT]),
        switchgear.Exhausted,
    ),
    (error("budget", "too dear", hint="switchgear allow metered"), switchgear.BudgetRefused),
    (error("consent", "would cost", attempts=[ATTEMPT]), switchgear.BudgetRefused),
    (error("interrupted", "cut"), switchgear.Interrupted),
    (error("cancelled", "cancelled"), switchgear.Cancelled),
    (error("no_such_model", "no model", hint="switchgear models"), switchgear.NoSuchModel),
    (error("invalid_params", "model: Expected `str`"), switchgear.BadRequest),
    (error("context_length", "too long"), switchgear.BadRequest),
    (error("busy", "full"), switchgear.Busy),
    (error("internal", "a bug"), switchgear.DaemonFault),
    (error("config_invalid", "bad"), switchgear.DaemonFault),
]


@pytest.mark.parametrize(("said", "raised"), FAILURES, ids=lambda value: getattr(value, "__name__", "")[:20])
def test_each_error_has_its_class_and_carries_its_cure(
    client: switchgear.Client, daemon: FakeSwitchgear, said: ErrorObject, raised: type[switchgear.Error]
) -> None:
    """Kind, hint, retry time and attempts survive; str() ends with the hint."""
    daemon.on("completion/create", said)
    for ask in (lambda: client.ask("m", "x"), lambda: list(client.stream("m", "x"))):
        with pytest.raises(raised) as caught:
            ask()
        wrong = caught.value
        data = said.data
        assert data is not None
        assert type(wrong) is raised
        assert (wrong.kind, wrong.hint) == (data.kind, data.hint)
        assert str(wrong).startswith(said.message)
        assert not data.hint or data.hint in str(wrong)
        assert wrong.retry_after == (1.5 if data.retry_after_ms else None)
        assert list(getattr(wrong, "attempts", ())) == (data.attempts or [])


@pytest.mark.parametrize("kind", sorted(CODES))
def test_every_kind_of_error_can_be_raised(client: switchgear.Client, daemon: FakeSwitchgear, kind: str) -> None:
    """No kind of the wire is left without a class."""
    daemon.on("status", error(kind, "so it is"))
    with pytest.raises(switchgear.Error, match="so it is") as caught:
        client.status()
    assert caught.value.kind == kind


def test_an_error_reads_as_sentences() -> None:
    """What, why and the cure, whether the first ends as a sentence or not."""
    told = [
        str(switchgear.Error(what, why="Known: m.", hint="switchgear models")) for what in ("no model", "No model.")
    ]
    assert told == [f"{head} Known: m. (hint: switchgear models)" for head in ("no model:", "No model.")]


def test_no_daemon_is_explained(tmp_path: Path) -> None:
    """What, why and the command that starts it."""
    with pytest.raises(switchgear.DaemonUnavailable, match="not running") as caught:
        switchgear.Client(str(tmp_path / "none.sock")).status()
    assert "hint: switchgear status" in str(caught.value)


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


def test_the_feed_begins_with_a_snapshot(client: switchgear.Client, daemon: FakeSwitchgear) -> None:
    """Then events; the cursor and the filter reach the daemon; closing it hangs up."""
    feed = client.events(since=3, types=["failover"])
    assert next(feed) == STATUS
    event = next(feed)
    assert isinstance(event, Event)
    assert (event.seq, event.type) == (5, "failover")
    feed.close()  # type: ignore[attr-defined]
    assert daemon.left.acquire(timeout=30)
    assert daemon.asked("events/subscribe")[0].params == EventsSubscribe(3, ["failover"])


def test_the_feed_goes_on_after_a_restart(
    client: switchgear.Client, daemon: FakeSwitchgear, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It subscribes again from the last event seen, also when the first new daemon is still busy."""
    monkeypatch.setattr(_stream, "BACKOFF", (0.0, 0.0, 0.0))

    def short(connection: Connection, request: RequestReceived) -> Iterator[bytes]:
        yield connection.send_result(request.id, Subscribed("s", STATUS, [Event(6, 1.0, "route")]))
        yield DROP

    daemon.on("events/subscribe", short, error("shutting_down", "stopping"), short)
    feed = client.events()
    seen = [next(feed) for _ in range(4)]
    assert [one.seq for one in seen] == [4, 6, 4, 6]
    sinces = [request.params.since for request in daemon.asked("events/subscribe")]  # type: ignore[attr-defined]
    assert sinces[:3] == [None, 6, 6]
    feed.close()  # type: ignore[attr-defined]


def test_the_feed_ends_with_an_error_when_no_daemon_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a minute of patience, then the truth."""
    monkeypatch.setattr(_stream, "BACKOFF", (0.0, 0.0))
    with FakeSwitchgear(tmp_path / "s.sock"):
        feed = switchgear.Client(str(tmp_path / "s.sock")).events()
        next(feed)
        next(feed)
    with pytest.raises(switchgear.DaemonUnavailable, match="not running"):
        next(feed)


def test_a_lagging_subscriber_gets_a_snapshot(client: switchgear.Client, daemon: FakeSwitchgear) -> None:
    """The marker first, then what is believed now."""

    def lagging(connection: Connection, request: RequestReceived) -> Iterator[bytes]:
        yield connection.send_result(request.id, Subscribed("s", STATUS))
        yield connection.send_notification(EVENT, EventNote("s", Event(9, 1.0, "lagged", dropped=3), STATUS))

    daemon.on("events/subscribe", lagging)
    feed = client.events()
    seen = [next(feed) for _ in range(3)]
    assert seen[0] == seen[2] == STATUS
    assert isinstance(seen[1], Event)
    assert seen[1].dropped == 3
    feed.close()  # type: ignore[attr-defined]


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
