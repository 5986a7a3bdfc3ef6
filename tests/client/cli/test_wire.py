"""The command's end of the socket against peers that behave badly."""

import fcntl
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import json

from cli_runs import Run, Serve
from scripted_daemon import HANG
from switchgear._dial import dial
from switchgear.cli.failed import CommandError
from switchgear.cli.wire import Wire
from switchgear_protocol.paths import LOCK_NAME


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


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for long."""
    monkeypatch.setattr("switchgear.cli.wire.QUIET", 0.01)
    monkeypatch.setattr("switchgear.cli.pulse.ANSWERS", 0.01)


def test_a_daemon_that_listens_to_nobody_is_not_waited_for(home: Path, soon: None, run: Run) -> None:
    """Its loop stands still, as when it was stopped: the kernel still takes connections. The cure is told."""
    with socket.socket(socket.AF_UNIX) as listener, (home / LOCK_NAME).open("w") as lock:
        listener.bind(str(home / "s.sock"))
        listener.listen()
        fcntl.flock(lock, fcntl.LOCK_EX)
        print(4242, file=lock, flush=True)
        for words in (["status"], ["ask", "m", "hello"], ["stop"], ["version"], ["prompt", "show"]):
            ran = run(*words)
            assert (ran.code, ran.err.splitlines()) == (
                3,
                [
                    "switchgear: the daemon does not answer",
                    "  it (pid 4242) is there, and says nothing to anybody",
                    "hint: kill -9 4242",
                ],
            )


def test_an_answer_may_take_long_while_the_daemon_listens(
    home: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked beside it, and waited for."""
    monkeypatch.setattr("switchgear.cli.wire.QUIET", 0.01)
    daemon = serve({"slow": [HANG]})
    wire = Wire(dial(str(home / "s.sock")))
    with pytest.raises(CommandError, match="does not answer") as caught:
        wire.call("slow", timeout=0.1)
    wire.close()
    assert caught.value.why == "no answer within 0.1 seconds"
    assert "initialize" in [method for method, _ in daemon.requests]


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


class Interrupted(socket.socket):
    """One whose owner types Ctrl-C right when the first request has been sent."""

    sent = 0

    def sendall(self, data: Any, flags: int = 0) -> None:
        super().sendall(data, flags)
        self.sent += 1
        if self.sent == 1:
            raise KeyboardInterrupt


def test_ctrl_c_right_behind_the_last_byte_cancels_too() -> None:
    """The daemon has the request: nobody may wait for its answer unheard."""
    ours, peer = socket.socketpair()
    with Interrupted(fileno=ours.detach()) as interrupted, peer:
        _say(peer, [b'{"jsonrpc":"2.0","id":1,"error":{"code":-32800,"message":"cancelled"}}\n'])
        with pytest.raises(KeyboardInterrupt):
            Wire(interrupted).call("completion/create")
        said = [json.decode(line) for line in peer.recv(65536).splitlines()]
    assert [message["method"] for message in said] == ["completion/create", "$/cancelRequest"]
    assert said[1]["params"] == {"id": said[0]["id"]}
