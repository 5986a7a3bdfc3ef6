"""Connection: both roles joined, every rule of who may say what when."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connection_pair import ConnectionPair
from switchgear_protocol.agreement import RESTART, UPDATE
from switchgear_protocol.connection import (
    CancelReceived,
    Connection,
    ErrorReceived,
    Framing,
    In,
    NotificationReceived,
    OutOfTurn,
    Phase,
    ProgressReceived,
    Refused,
    ReplyReceived,
    RequestReceived,
    Role,
)
from switchgear_protocol.errors import CANCELLED, error
from switchgear_protocol.events import Event, Native, ProgressValue, TextDelta
from switchgear_protocol.limits import Limits
from switchgear_protocol.messages import (
    EVENT,
    METHODS,
    ClientInfo,
    CompletionCreate,
    Done,
    EventNote,
    Initialize,
    ModelsShow,
    Nothing,
    Status,
    VersionRange,
)
from wire_samples import any_of

FRAMINGS = pytest.mark.parametrize("framing", Framing)
STATUS = b'{"id":1,"method":"status"}\n'


def refusal(arrivals: list[In]) -> Refused:
    (one,) = arrivals
    assert isinstance(one, Refused)
    return one


def kind(refused: Refused) -> str:
    assert refused.error.data is not None
    return refused.error.data.kind


def answer_in(reply: bytes) -> dict[str, object]:
    answer: dict[str, object] = msgspec.json.decode(reply)
    return answer


@FRAMINGS
def test_the_handshake_settles_on_a_version(framing: Framing) -> None:
    """After `initialize` both know version and name of the other."""
    pair = ConnectionPair(framing).initialized()
    assert (pair.client.version, pair.server.version) == (1, 1)
    assert (pair.client.peer, pair.server.peer) == (ClientInfo("switchgeard", "1"), ClientInfo("test", "1"))
    assert pair.client.phase is pair.server.phase is Phase.OPEN
    assert pair.server.framing is framing


@FRAMINGS
@pytest.mark.parametrize("method", sorted(set(METHODS) - {"initialize"}))
def test_every_method_passes_through_both_roles(framing: Framing, method: str) -> None:
    """Typed params arrive at the server, the typed result at the client, and nothing stays behind."""
    params_type, result_type = METHODS[method]

    @settings(max_examples=3)
    @given(any_of(params_type), any_of(result_type))
    def check(params: msgspec.Struct, result: msgspec.Struct) -> None:
        pair = ConnectionPair(framing).initialized()
        heard = pair.ask(method, params)
        assert heard == RequestReceived(heard.id, method, params)
        assert pair.to_client(pair.server.send_result(heard.id, result)) == [ReplyReceived(heard.id, method, result)]
        assert pair.client.waiting_for == pair.server.to_answer == ()

    check()


@settings(max_examples=60)
@given(st.lists(any_of(ProgressValue), max_size=4), st.sampled_from(Framing))
def test_a_stream_arrives_as_it_was_sent(values: list[ProgressValue], framing: Framing) -> None:
    """All progress values, in order, under the request's token."""
    pair = ConnectionPair(framing).initialized()
    heard = pair.ask("completion/create", CompletionCreate("m"))
    sent = b"".join(pair.server.send_progress(heard.id, value) for value in values)
    assert pair.to_client(sent) == [ProgressReceived(heard.id, value) for value in values]


@FRAMINGS
def test_an_error_reply_arrives_with_its_data(framing: Framing) -> None:
    """Kind, hint and retry time reach the caller under the request's id and method."""
    pair = ConnectionPair(framing).initialized()
    heard = pair.ask("models/show", ModelsShow("x"))
    said = error("no_such_model", "no model x", hint="switchgear models", retry_after_ms=5)
    assert pair.to_client(pair.server.send_error(heard.id, said)) == [ErrorReceived(heard.id, "models/show", said)]


@FRAMINGS
def test_events_arrive_as_notes(framing: Framing) -> None:
    """A subscriber's notifications are typed."""
    pair = ConnectionPair(framing).initialized()
    note = EventNote("s1", Event(4, 1.5, "health", provider="p"))
    assert pair.to_client(pair.server.send_notification(EVENT, note)) == [NotificationReceived(EVENT, note)]


@FRAMINGS
def test_a_cancelled_request_is_answered_exactly_once(framing: Framing) -> None:
    """Cancel comes through once, the answer goes out once, a second one is our bug."""
    pair = ConnectionPair(framing).initialized()
    heard = pair.ask("completion/create", CompletionCreate("m"))
    assert pair.to_server(pair.client.cancel(heard.id)) == [CancelReceived(heard.id, open=True)]
    assert pair.to_server(pair.client.cancel(heard.id)) == []
    said = error("cancelled", "cancelled")
    (reply,) = pair.to_client(pair.server.send_error(heard.id, said))
    assert isinstance(reply, ErrorReceived)
    assert reply.error.code == CANCELLED
    with pytest.raises(OutOfTurn):
        pair.server.send_error(heard.id, said)
    with pytest.raises(OutOfTurn):
        pair.server.send_result(heard.id, Done())
    with pytest.raises(OutOfTurn):
        pair.server.send_progress(heard.id, TextDelta("late"))


def test_a_cancel_after_the_reply_ends_a_subscription() -> None:
    """It is passed on, marked as not open; the server knows whether a feed hangs on it."""
    pair = ConnectionPair().initialized()
    heard = pair.ask("status", Nothing())
    pair.server.send_result(heard.id, Done())
    assert pair.to_server(pair.client.cancel(heard.id)) == [CancelReceived(heard.id, open=False)]


def test_messagepack_begins_with_initialize() -> None:
    """Another request first is answered `not_initialized`, and the connection lives."""
    client, server = Connection(Role.CLIENT), Connection(Role.SERVER)
    with pytest.raises(OutOfTurn):
        client.send_request("status", Nothing())
    client.phase = Phase.OPEN  # a client of another make, that does not care
    refused = refusal(server.receive_data(client.send_request("status", Nothing())))
    assert (kind(refused), refused.fatal) == ("not_initialized", False)
    assert isinstance(client.receive_data(refused.reply)[0], ErrorReceived)
    client.phase = Phase.NEW
    assert isinstance(server.receive_data(client.send_request("initialize", Initialize()))[0], RequestReceived)


def test_requests_may_follow_initialize_without_waiting() -> None:
    """One round trip less for a client in a hurry."""
    client, server = Connection(Role.CLIENT), Connection(Role.SERVER)
    sent = client.send_request("initialize", Initialize()) + client.send_request("status", Nothing())
    assert [type(arrival) for arrival in server.receive_data(sent)] == [RequestReceived, RequestReceived]


@pytest.mark.parametrize("data", [STATUS, b'Content-Length: 26\r\n\r\n{"id":1,"method":"status"}'])
def test_json_needs_no_handshake(data: bytes) -> None:
    """A shell one-liner is one line."""
    assert Connection(Role.SERVER).receive_data(data) == [RequestReceived(1, "status", Nothing())]


@pytest.mark.parametrize(
    ("low", "high", "agreed", "older"),
    [(1, 1, 1, ""), (0, 7, 1, ""), (2, 3, None, "daemon"), (0, 0, None, "client")],
)
def test_versions_meet_or_are_refused(low: int, high: int, agreed: int | None, older: str) -> None:
    """The newest common version; none is a typed error that names both ranges, who is older, and its cure."""
    client, server = Connection(Role.CLIENT), Connection(Role.SERVER)
    arrivals = server.receive_data(client.send_request("initialize", Initialize(protocol=VersionRange(low, high))))
    assert server.version == agreed
    if agreed is None:
        refused = refusal(arrivals)
        assert (kind(refused), refused.fatal) == ("unsupported_version", False)
        assert f"{low} to {high}: the {older} is older" in refused.error.message
        assert refused.error.data is not None
        assert refused.error.data.hint == {"daemon": RESTART, "client": UPDATE}[older]


def test_an_id_in_use_is_refused_without_disturbing_its_owner() -> None:
    """The reply carries no id: with it, the first request's caller would take it for its own."""
    server = Connection(Role.SERVER)
    server.receive_data(STATUS)
    refused = refusal(server.receive_data(STATUS))
    assert answer_in(refused.reply)["id"] is None
    assert server.to_answer == (1,)


def test_requests_beyond_the_limit_are_told_busy() -> None:
    """64 may wait; the next is refused under its own id; one answer makes room."""
    server = Connection(Role.SERVER)
    for number in range(64):
        server.receive_data(b'{"id":%d,"method":"status"}\n' % number)
    refused = refusal(server.receive_data(b'{"id":64,"method":"status"}\n'))
    assert (kind(refused), answer_in(refused.reply)["id"]) == ("busy", 64)
    server.send_result(0, Done())
    assert isinstance(server.receive_data(b'{"id":64,"method":"status"}\n')[0], RequestReceived)


def test_a_half_closed_peer_is_still_answered() -> None:
    """`printf ... | nc -N`: the end comes before the reply, the last line lacks its newline."""
    server = Connection(Role.SERVER)
    assert server.receive_data(STATUS.rstrip()) == []
    assert server.receive_data(b"") == [RequestReceived(1, "status", Nothing())]
    assert server.phase is Phase.ENDED
    assert answer_in(server.send_result(1, Done())) == {"jsonrpc": "2.0", "id": 1, "result": {"ok": True}}
    assert server.receive_data(STATUS) == []


def test_a_bad_message_costs_only_itself() -> None:
    """Its sender gets an error, what came before and after is served."""
    server = Connection(Role.SERVER)
    arrivals = server.receive_data(STATUS + b"{nonsense}\n" + b'{"id":2,"method":"status"}\n')
    assert [type(arrival) for arrival in arrivals] == [RequestReceived, Refused, RequestReceived]
    assert server.phase is Phase.OPEN


@FRAMINGS
def test_a_framing_error_ends_the_connection_with_a_word(framing: Framing) -> None:
    """One error in the peer's own framing, then silence in both directions."""
    pair = ConnectionPair(framing).initialized()
    heard = pair.ask("status", Nothing())
    oversize = {
        Framing.MSGPACK: b"\xff\xff\xff\xff",
        Framing.CONTENT_LENGTH: b"Content-Length: 4294967296\r\n\r\n",
        Framing.NDJSON: b"x" * Limits().frame + b"x",
    }[framing]
    refused = refusal(pair.to_server(oversize))
    assert (kind(refused), refused.fatal) == ("too_large", True)
    (told,) = pair.to_client(refused.reply)
    assert told == ErrorReceived(None, None, refused.error)
    assert pair.to_server(STATUS) == []
    assert pair.server.send_result(heard.id, Done()) == b""


@pytest.mark.parametrize(
    ("data", "starts"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", b"HTTP/1.1 400 "),
        (b"POST /v1/messages HTTP/1.1\r\n\r\n", b"HTTP/1.1 400 "),
        (b"\x94\x00\x01", b'{"jsonrpc":"2.0","id":null,"error":'),
        (b"hello", b'{"jsonrpc":"2.0","id":null,"error":'),
        (b"\x16\x03\x01", b""),
    ],
)
def test_strangers_get_an_answer_they_can_read(data: bytes, starts: bytes) -> None:
    """curl gets HTTP, people get a line, a TLS client nothing it would misread."""
    refused = refusal(Connection(Role.SERVER).receive_data(data))
    assert refused.fatal
    assert refused.reply.startswith(starts)
    assert bool(refused.reply) is bool(starts)
    if starts.startswith(b"HTTP"):
        head, body = refused.reply.split(b"\r\n\r\n")
        assert b"Content-Length: %d" % len(body) in head
        assert b"http.sock" in body


def test_a_batch_is_refused_in_words() -> None:
    """An array is no message; the connection lives."""
    refused = refusal(Connection(Role.SERVER).receive_data(b'[{"id":1,"method":"status"}]\n'))
    assert "batches" in refused.error.message
    assert not refused.fatal


@pytest.mark.parametrize("line", [b'{"method":"initialized","params":{}}', b'{"method":"exit"}', b'{"method":"$/x"}'])
def test_unknown_notifications_are_ignored(line: bytes) -> None:
    """Editors send their life-cycle words to everyone."""
    assert Connection(Role.SERVER).receive_data(line + b"\n") == []


def test_replies_nobody_asked_for_are_refused() -> None:
    """On either side; the client sends nothing back."""
    line = b'{"id":1,"result":{}}\n'
    assert kind(refusal(Connection(Role.SERVER).receive_data(line))) == "invalid_message"
    refused = refusal(Connection(Role.CLIENT).receive_data(line))
    assert refused.reply == b""


def test_a_reply_of_the_wrong_shape_ends_its_request_with_an_error() -> None:
    """The caller must not wait for ever on a result it cannot read."""
    client = Connection(Role.CLIENT, framing=Framing.NDJSON)
    client.send_request("status", Nothing())
    (told,) = client.receive_data(b'{"id":1,"result":{"version":5}}\n')
    assert isinstance(told, ErrorReceived)
    assert (told.id, told.method) == (1, "status")
    assert client.waiting_for == ()


def test_progress_of_a_type_from_the_future_is_skipped() -> None:
    """Unknown types are ignored; a known one that cannot be read is not passed over in silence."""
    client = Connection(Role.CLIENT, framing=Framing.NDJSON)
    client.send_request("completion/create", CompletionCreate("m"))
    progress = b'{"method":"$/progress","params":{"token":1,"value":%s}}\n'
    assert client.receive_data(progress % b'{"type":"hologram","x":1}') == []
    assert kind(refusal(client.receive_data(progress % b'{"type":"text_delta","text":5}'))) == "invalid_params"


def test_progress_nobody_waits_for_is_dropped() -> None:
    """What was under way when the reply or the cancel crossed it."""
    pair = ConnectionPair().initialized()
    heard = pair.ask("completion/create", CompletionCreate("m"))
    late = pair.server.send_progress(heard.id, TextDelta("late"))
    pair.to_client(pair.server.send_result(heard.id, METHODS["sessions/unpin"][1]()))
    assert pair.to_client(late) == []


def test_an_answer_too_large_for_a_frame_becomes_an_error() -> None:
    """The peer would have to drop the connection; it gets `too_large` instead."""
    server = Connection(Role.SERVER, limits=Limits(frame=300))
    server.receive_data(STATUS)
    answer = answer_in(server.send_result(1, ModelsShow("x" * 400)))
    assert answer["error"]["data"]["kind"] == "too_large"  # type: ignore[index]


def test_an_answer_that_cannot_be_encoded_leaves_its_request_open() -> None:
    """The bug is raised here and the server can still say `internal`."""
    server = Connection(Role.SERVER)
    server.receive_data(STATUS)
    with pytest.raises(TypeError):
        server.send_result(1, ModelsShow(object()))  # type: ignore[arg-type]
    assert server.to_answer == (1,)
    assert server.send_error(1, error("internal", "a bug"))


def test_native_events_cross_messagepack_as_json_text() -> None:
    """The daemon hands over a provider's JSON; the client finds JSON."""
    pair = ConnectionPair().initialized()
    heard = pair.ask("completion/create", CompletionCreate("m", dialect="openai.chat"))
    (seen,) = pair.to_client(pair.server.send_progress(heard.id, Native(msgspec.Raw(b'{"choices":[]}'))))
    assert isinstance(seen, ProgressReceived)
    assert isinstance(seen.value, Native)
    assert bytes(seen.value.data) == b'{"choices":[]}'


def test_a_farewell_is_the_last_word() -> None:
    """Sent in the framing spoken, or as a line to one that has not spoken yet."""
    server = Connection(Role.SERVER)
    sent = server.farewell(error("busy", "256 clients are connected"))
    assert answer_in(sent)["id"] is None
    assert server.phase is Phase.CLOSED
    (told,) = Connection(Role.CLIENT).receive_data(sent)
    assert isinstance(told, ErrorReceived)
    assert server.receive_data(STATUS) == []


def test_a_client_takes_no_requests_and_a_server_makes_none() -> None:
    """Thin clients stay thin."""
    assert kind(refusal(Connection(Role.CLIENT).receive_data(STATUS))) == "method_not_found"
    with pytest.raises(OutOfTurn):
        Connection(Role.SERVER).send_request("status", Nothing())


def test_the_repr_tells_the_state_in_one_line() -> None:
    """What a debugger shows is enough, and holds no content."""
    pair = ConnectionPair().initialized()
    pair.ask("completion/create", CompletionCreate("secret-looking"))
    assert repr(pair.server) == "<Connection server msgpack open: 1 to answer, 0 asked>"


def test_results_may_gain_fields() -> None:
    """A newer daemon's extra field does not disturb an older client."""
    client = Connection(Role.CLIENT, framing=Framing.NDJSON)
    client.send_request("sessions/unpin", METHODS["sessions/unpin"][0](model="m"))
    assert client.receive_data(b'{"id":1,"result":{"ok":true,"new":1}}\n') == [
        ReplyReceived(1, "sessions/unpin", Done())
    ]
    assert issubclass(METHODS["status"][1], Status)
