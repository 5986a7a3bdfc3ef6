"""The envelope: every struct both ways in both formats, exact bytes, and errors that help."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw, Struct

from switchgear_protocol import native, rpc
from switchgear_protocol.errors import CODES, ErrorData, ErrorObject, ProtocolError
from switchgear_protocol.events import ProgressValue, TextDelta
from switchgear_protocol.framing import Framing, encode
from switchgear_protocol.messages import METHODS, PROGRESS, CancelRequest, EventNote, Progress
from wire_samples import any_of

FORMATS = [rpc.JSON, rpc.MSGPACK]
SPOKEN: set[type[Struct]] = {struct for pair in METHODS.values() for struct in pair} | {EventNote, CancelRequest}


def there_and_back(format: rpc.Format, value: Struct, type: Any) -> Any:
    wire = format.encoder.encode(native.to_wire(value, binary=format.binary))
    return native.to_text(format.decode(type, wire), binary=format.binary)


@pytest.mark.parametrize("format", FORMATS, ids=["json", "msgpack"])
@pytest.mark.parametrize("type", sorted(SPOKEN, key=str), ids=str)
def test_every_struct_survives_the_wire(type: type[Struct], format: rpc.Format) -> None:
    """Params, results and notes mean the same after encode and decode, in JSON and in MessagePack."""

    @settings(max_examples=20)
    @given(any_of(type))
    def check(value: Struct) -> None:
        assert there_and_back(format, value, type) == value

    check()


@settings(max_examples=150)
@given(any_of(ProgressValue), st.sampled_from(FORMATS))
def test_every_progress_value_survives_the_wire(value: Struct, format: rpc.Format) -> None:
    """A streamed value means the same after encode and decode; native data too."""
    assert there_and_back(format, value, ProgressValue) == value


GOLDEN: list[tuple[Framing, rpc.Outgoing, bytes]] = [
    (
        Framing.NDJSON,
        rpc.RequestOut(1, "models/list", METHODS["models/list"][0]()),
        b'{"jsonrpc":"2.0","id":1,"method":"models/list","params":{}}\n',
    ),
    (
        Framing.CONTENT_LENGTH,
        rpc.NotificationOut("$/cancelRequest", CancelRequest("a")),
        b'Content-Length: 64\r\n\r\n{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":"a"}}',
    ),
    (
        Framing.NDJSON,
        rpc.NotificationOut(PROGRESS, rpc.ProgressOut(7, TextDelta("h\u00e9\n"))),
        b'{"jsonrpc":"2.0","method":"$/progress","params":{"token":7,"value":{"type":"text_delta","text":"h\xc3\xa9\\n"}}}\n',
    ),
    (
        Framing.NDJSON,
        rpc.ErrorOut(None, ErrorObject(-32700, "what", ErrorData("parse_error", retry_after_ms=5))),
        b'{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"what","data":{"kind":"parse_error","retry_after_ms":5}}}\n',
    ),
    (
        Framing.MSGPACK,
        rpc.NotificationOut("$/cancelRequest", CancelRequest(3)),
        b"\x00\x00\x00\x30\x83\xa7jsonrpc\xa32.0\xa6method\xaf$/cancelRequest\xa6params\x81\xa2id\x03",
    ),
    (
        Framing.MSGPACK,
        rpc.ResultOut("x", METHODS["sessions/unpin"][1]()),
        b"\x00\x00\x00\x1e\x83\xa7jsonrpc\xa32.0\xa2id\xa1x\xa6result\x81\xa2ok\xc3",
    ),
]


@pytest.mark.parametrize(("framing", "message", "expected"), GOLDEN, ids=lambda value: str(value)[:24])
def test_the_bytes_are_these(framing: Framing, message: rpc.Outgoing, expected: bytes) -> None:
    """Golden bytes: clients in other languages were written against them."""
    assert encode(framing, rpc.format_of(framing).encode(message)) == expected


def refused(frame: bytes, format: rpc.Format = rpc.JSON) -> ProtocolError:
    with pytest.raises(ProtocolError) as caught:
        rpc.decode_message(format, frame)
    assert caught.value.kind in CODES
    return caught.value


@pytest.mark.parametrize(
    ("frame", "kind", "id"),
    [
        (b"", "parse_error", None),
        (b"{", "parse_error", None),
        (b'{"id":1} x', "parse_error", None),
        (b'{"method":"\xff\xfe"}', "parse_error", None),
        (b'{"method":"\\ud800"}', "parse_error", None),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "invalid_message", None),
        (b'{"id":4,"method":"status","params":' + b"[" * 70 + b"]" * 70 + b"}", "invalid_message", 4),
        (b"[]", "invalid_message", None),
        (b"5", "invalid_message", None),
        (b"{}", "invalid_message", None),
        (b'{"id":1}', "invalid_message", None),
        (b'{"id":null,"method":"status"}', "invalid_message", None),
        (b'{"id":1.5,"method":"status"}', "invalid_message", None),
        (b'{"id":true,"method":"status"}', "invalid_message", None),
        (b'{"id":99999999999999999999,"method":"status"}', "invalid_message", None),
        (b'{"id":"' + b"x" * 129 + b'","method":"status"}', "invalid_message", None),
        (b'{"id":5,"method":6}', "invalid_message", 5),
        (b'{"id":5,"jsonrpc":"1.0","method":"status"}', "invalid_message", 5),
        (b'{"id":null,"result":{}}', "invalid_message", None),
    ],
)
def test_a_bad_frame_is_a_protocol_error(frame: bytes, kind: str, id: int | None) -> None:
    """Bad text, shapes, ids and depth are told apart, with the id when it can still be read."""
    wrong = refused(frame)
    assert (wrong.kind, wrong.request_id) == (kind, id)
    assert len(wrong.message) < 500


@pytest.mark.parametrize(
    "frame",
    [
        b"\xc1",
        b"\x81\xa6params" + b"\x91" * 100_000 + b"\xc0",
        b"\x81\xa6params\xdf\xff\xff\xff\xff",
        b"\x81\xa6method\xa1\xff",
        b"\x81\xa1\xff\x01",
        b"\x81\xa2id\xcf" + b"\xff" * 8,
        b"\x82\xa2id\x01\xa6params" + b"\x91" * 65 + b"\x01",
        b"\x81\xc4\x02id\x01",
    ],
)
def test_bad_messagepack_is_a_protocol_error(frame: bytes) -> None:
    """Truncation, bombs, bad keys and depth end as the one expected error."""
    assert refused(frame, rpc.MSGPACK).kind in ("parse_error", "invalid_message")


PARAMS = [
    ("statsu", b"{}", "method_not_found", "statsu", "did you mean status?"),
    ("status", b'{"verbose":1}', "invalid_params", "unknown field `verbose`", None),
    ("status", b"[]", "invalid_params", "Expected `object`", None),
    ("models/show", b"{}", "invalid_params", "missing required field `model`", None),
    ("models/show", b'{"modle":"x"}', "invalid_params", "`modle`", "did you mean model?"),
    ("completion/create", b'{"model":5}', "invalid_params", "model: Expected `str`", None),
    (
        "completion/create",
        b'{"model":"m","on_interrupt":"?"}',
        "invalid_params",
        "on_interrupt: ",
        "allowed: error, restart, continue",
    ),
    (
        "completion/create",
        b'{"model":"m","messages":[{"role":"usr"}]}',
        "invalid_params",
        "messages[0].role: ",
        "did you mean user?",
    ),
    (
        "completion/create",
        b'{"model":"m","messages":[{"role":"user","content":[{"type":"txt"}]}]}',
        "invalid_params",
        "messages[0].content[0].type: ",
        "did you mean text?",
    ),
    ("completion/create", b'{"model":"m","body":[1]}', "invalid_params", "an object", None),
    ("completion/create", b'{"model":"m","body":{"a":"\xff"}}', "invalid_params", "cannot be read", None),
]


@pytest.mark.parametrize(("method", "params", "kind", "says", "hint"), PARAMS)
def test_bad_params_name_place_expectation_and_nearest_spelling(
    method: str, params: bytes, kind: str, says: str, hint: str | None
) -> None:
    """What is wrong, where, and what was probably meant."""
    with pytest.raises(ProtocolError) as caught:
        rpc.decode_params(rpc.JSON, method, Raw(params), 9)
    wrong = caught.value
    assert (wrong.kind, wrong.hint, wrong.request_id) == (kind, hint, 9)
    assert says in wrong.message


def test_a_huge_wrong_word_is_not_echoed_whole() -> None:
    """An error stays short however long the mistake was."""
    with pytest.raises(ProtocolError) as caught:
        rpc.decode_params(rpc.JSON, "status", Raw(b'{"' + b"x" * 100_000 + b'":1}'))
    assert len(caught.value.message) < 500


@pytest.mark.parametrize("format", FORMATS, ids=["json", "msgpack"])
def test_a_frame_of_tiny_values_is_refused_by_its_id(format: rpc.Format) -> None:
    """Within its size, and still hundreds of megabytes once decoded."""
    tools = [{"name": "t", "parameters": {"a": [{}] * 300_000}}]
    said = {"jsonrpc": "2.0", "id": 7, "method": "completion/create", "params": {"model": "m", "tools": tools}}
    with pytest.raises(ProtocolError) as refused:
        rpc.decode_message(format, format.encoder.encode(said))
    assert (refused.value.kind, refused.value.request_id) == ("too_large", 7)


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("models/show", {"model": "x" * 257}),
        ("sessions/pin", {"model": "m", "provider": "p", "session": "x" * 257}),
        ("completion/create", {"model": "m", "session": "x" * 257}),
        ("initialize", {"client": {"name": "x" * 257}}),
        ("events/subscribe", {"types": ["route"] * 65}),
        ("usage/query", {"by": ["x" * 257]}),
        ("models/order", {"model": "m", "providers": ["p"] * 1025}),
    ],
)
def test_names_are_short(method: str, params: dict[str, Any]) -> None:
    """They are kept, compared, logged and told to others, so that a long one would cost everybody."""
    with pytest.raises(ProtocolError) as refused:
        rpc.decode_params(rpc.JSON, method, Raw(msgspec.json.encode(params)))
    assert refused.value.kind == "invalid_params"
    assert "length <= " in refused.value.message
    assert len(refused.value.message) < 500


@pytest.mark.parametrize("data", [b'{"kind":"exhausted","attempts":[{"provider":1}]}', b'{"kind":3}', b'"text"'])
def test_an_error_with_unknown_data_keeps_code_and_message(data: bytes) -> None:
    """A newer daemon's error is still an error with its meaning."""
    frame = b'{"id":1,"error":{"code":-32010,"message":"all out","data":' + data + b"}}"
    reply = rpc.decode_message(rpc.JSON, frame)
    assert isinstance(reply, rpc.ErrorReply)
    assert (reply.error.code, reply.error.message) == (-32010, "all out")
    assert reply.error.data == ErrorData("exhausted")


def test_an_unreadable_error_still_ends_its_request() -> None:
    """The id is what the caller waits for."""
    reply = rpc.decode_message(rpc.JSON, b'{"id":1,"error":"no"}')
    assert isinstance(reply, rpc.ErrorReply)
    assert (reply.id, reply.error.code) == (1, CODES["internal"])


def test_unknown_members_are_ignored() -> None:
    """Additive evolution: a newer peer's extras do no harm."""
    message = rpc.decode_message(rpc.JSON, b'{"id":1,"method":"status","trace":{"a":[1]},"params":null}')
    assert message == rpc.Request(1, "status", None)


def test_native_bodies_are_json_text_on_both_sides_of_messagepack() -> None:
    """A body travels as MessagePack and arrives as the JSON text it was."""
    body = Raw(b'{"a":[1,2.5,"\xc3\xa9",null]}')
    asked = METHODS["completion/create"][0](model="m", body=body)
    wire = rpc.MSGPACK.encoder.encode(native.to_wire(asked, binary=True))
    assert msgspec.msgpack.decode(wire)["body"] == {"a": [1, 2.5, "é", None]}
    assert bytes(rpc.decode_params(rpc.MSGPACK, "completion/create", Raw(wire)).body) == bytes(body)


def test_progress_has_one_shape() -> None:
    """What ProgressOut writes, messages.Progress reads."""
    wire = rpc.JSON.encoder.encode(rpc.ProgressOut("t", TextDelta("x")))
    read = msgspec.json.decode(wire, type=Progress)
    assert (read.token, msgspec.json.decode(read.value, type=ProgressValue)) == ("t", TextDelta("x"))
