"""The command's end of the socket against peers that behave badly."""

import socket
import threading
from collections.abc import Iterator

import pytest
from msgspec import json

from switchgear.cli.failed import CommandError
from switchgear.cli.wire import Wire


@pytest.fixture
def pair() -> Iterator[tuple[Wire, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Wire(ours), theirs


def _say(peer: socket.socket, parts: list[bytes]) -> None:
    for part in parts:
        peer.sendall(part)
    peer.shutdown(socket.SHUT_WR)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b"", "it closed the connection"),
        (b'{"jsonrpc":"2.0","id":1,"res', "it closed the connection"),
        (b"HTTP/1.1 400 Bad\n", "not JSON"),
        (b"[" * 200_000 + b"\n", "not JSON"),
        (b"[]\n", "not a JSON-RPC message"),
        (b"\xff\xfe\n", "not JSON"),
    ],
)
def test_garbage_is_a_lost_daemon(pair: tuple[Wire, socket.socket], said: bytes, why: str) -> None:
    """Exit 3 and a sentence, never a traceback."""
    wire, peer = pair
    speaking = threading.Thread(target=_say, args=[peer, [said]])
    speaking.start()
    with pytest.raises(CommandError) as caught:
        wire.call("status")
    speaking.join()
    assert (caught.value.exit, why in caught.value.why) == (3, True)


def test_a_line_without_end_is_cut_off(pair: tuple[Wire, socket.socket], monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded."""
    monkeypatch.setattr("switchgear.cli.wire.LONGEST_LINE", 1000)
    wire, peer = pair
    peer.sendall(b"x" * 5000)
    with pytest.raises(CommandError) as caught:
        wire.call("status")
    assert "longer than" in caught.value.why


def test_a_silent_daemon_is_told_apart_from_a_dead_one(pair: tuple[Wire, socket.socket]) -> None:
    """The call has a limit."""
    wire, _ = pair
    with pytest.raises(CommandError) as caught:
        wire.call("status", timeout=0.01)
    assert caught.value.what == "the daemon does not answer"


def test_replies_may_come_in_any_pieces(pair: tuple[Wire, socket.socket]) -> None:
    """Other requests' replies and unknown notifications are passed over; events wait their turn."""
    wire, peer = pair
    messages = [
        {"jsonrpc": "2.0", "id": 99, "result": {"not": "ours"}},
        {"jsonrpc": "2.0", "method": "news/unknown", "params": {}},
        {"jsonrpc": "2.0", "method": "events/event", "params": {"event": {"seq": 1}}},
        {"jsonrpc": "2.0", "id": 1, "result": {"text": "é\u2028"}},
    ]
    data = b"".join(json.encode(message) + b"\n" for message in messages)
    speaking = threading.Thread(target=_say, args=[peer, [data[at : at + 1] for at in range(len(data))]])
    speaking.start()
    assert wire.call("status") == {"text": "é\u2028"}
    speaking.join()
    assert wire.next_event() == {"event": {"seq": 1}}
    with pytest.raises(CommandError):
        wire.next_event()


def test_waiting_for_an_event_can_be_given_up(pair: tuple[Wire, socket.socket]) -> None:
    """None, at once or after a while."""
    wire, _ = pair
    assert wire.next_event(0) is None
    assert wire.next_event(0.01) is None


def test_a_request_that_was_not_understood_at_all_is_refused(pair: tuple[Wire, socket.socket]) -> None:
    """An error with id null answers the one request in flight."""
    wire, peer = pair
    peer.sendall(b'{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"no","data":{"kind":"parse_error"}}}\n')
    with pytest.raises(CommandError) as caught:
        wire.call("status")
    assert caught.value.kind == "parse_error"
