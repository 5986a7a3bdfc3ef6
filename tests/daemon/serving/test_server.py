"""Tests for `switchgeard.serving.server`, over real sockets."""

import os
import socket
import subprocess
import sys
from math import inf
from pathlib import Path

import pytest
import structlog.testing
import trio
import trio.testing
from trio.testing import MockClock

from promptly import promptly
from rpc_client import Client, Daemon, kind_of, serving
from switchgear_protocol.limits import DEFAULT, Limits
from switchgeard.serving import peer
from switchgeard.serving.conversation import Conversation
from switchgeard.serving.doorstep import BUSY, last_words
from switchgeard.serving.listening import bind_socket

ROOT = Path(__file__).parents[3]


async def test_a_bug_in_one_connection_ends_that_one_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever escapes a conversation is logged by type, and the next client is served."""

    async def explode(_: Conversation) -> None:
        async with trio.open_nursery():
            raise ZeroDivisionError("sk-canary")

    with structlog.testing.capture_logs() as logs:
        async with serving(tmp_path) as daemon:
            bystander = await daemon.connect()
            await bystander.ask(1, "wait")
            await daemon.methods.until("begun")
            with monkeypatch.context() as patch:
                patch.setattr(Conversation, "_read", explode)
                victim = await daemon.connect()
                assert await victim.hear() == {}
            daemon.methods.release.set()
            assert (await bystander.hear())["id"] == 1
            bystander.close()
            victim.close()
    bugs = [entry for entry in logs if entry["event"] == "connection.bug"]
    assert [entry["error"] for entry in bugs] == [["ZeroDivisionError"]]
    assert "canary" not in repr(logs)


async def test_connections_beyond_the_limit_hear_busy(tmp_path: Path) -> None:
    """In their framing and under their id if they have asked already; the others are not disturbed."""
    async with serving(tmp_path, Limits(connections=3)) as daemon:
        served = [await daemon.connect() for _ in range(3)]
        await daemon.until_connections(3)
        late = await daemon.connect()
        refusal = await late.hear()
        assert (kind_of(refusal), refusal["error"]["data"]["retry_after_ms"]) == ("busy", 1000)
        assert await late.hear() == {}
        assert repr(daemon.server) == "<Server: serving, 3 connections of 3>"
        served[0].close()
        await daemon.until_connections(2)
        again = await daemon.connect()
        await again.ask(1)
        assert (await again.hear())["id"] == 1
        for client in (*served[1:], late, again):
            client.close()


def test_a_refusal_answers_what_was_asked() -> None:
    """Each request under its id; in the framing it came in; one line of JSON for the silent."""
    asked = last_words(b'{"jsonrpc":"2.0","id":5,"method":"status"}\n', BUSY)
    assert b'"id":5' in asked
    assert b'"id":null' in last_words(b"", BUSY)
    body = b'{"jsonrpc":"2.0","id":"x","method":"status"}'
    headed = b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
    assert last_words(headed, BUSY).startswith(b"Content-Length: ")


async def test_two_hundred_and_fifty_six_clients_are_served_at_once(tmp_path: Path) -> None:
    """And the one after them is told so."""
    async with serving(tmp_path, Limits(connections=256)) as daemon:
        if repr(daemon.server).endswith(" of 256>"):
            clients = [await daemon.connect() for _ in range(257)]
            for number, client in enumerate(clients[:256]):
                await client.ask(number)
            for number, client in enumerate(clients[:256]):
                assert (await client.hear())["id"] == number
            assert kind_of(await clients[256].hear()) == "busy"
            for client in clients:
                client.close()
            await daemon.until_connections(0)
        else:
            pytest.skip("the descriptor limit of this process is below 544")


CROWDED = """
import json, resource, socket, sys, threading
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
import trio, structlog
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from rpc_client import serving
from switchgear_protocol.limits import Limits
async def main():
    async with serving(Path(sys.argv[1]), Limits(first_byte=600.0)) as daemon:
        if sys.argv[3] == "starve":                     # descriptors go elsewhere: the limit does not protect
            daemon.server._most = 1000
        print("ready", flush=True)
        await trio.to_thread.run_sync(sys.stdin.readline)
trio.run(main)
"""


@pytest.mark.parametrize("how", ["limit", "starve"])
def test_two_hundred_clients_with_sixty_four_descriptors(tmp_path: Path, how: str) -> None:
    """Some are served, every other one hears `busy`, what is in flight is answered, nothing dies or spins."""
    env = {**os.environ, "PYTHONPATH": f"{ROOT}/daemon:{ROOT}/protocol"}
    command = [sys.executable, "-c", CROWDED, str(tmp_path), str(ROOT / "tests"), how]
    with subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as daemon:
        assert daemon.stdout is not None
        assert daemon.stdout.readline() == "ready\n"
        clients = [_dial(tmp_path / "run" / "s.sock") for _ in range(200)]
        _say(clients[0], 1)
        answers = [_say(client, number) for number, client in enumerate(clients)]
        before = _cpu_ticks(daemon.pid)
        assert _hear(clients[0]).count(b'"id"') >= 1
        busy = sum(b'"busy"' in answer for answer in map(_hear, clients[1:]))
        assert 100 < busy < 200
        assert len(answers) == 200
        assert _cpu_ticks(daemon.pid) - before < 100
        for client in clients:
            client.close()
        with _dial(tmp_path / "run" / "s.sock") as after:
            _say(after, 9)
            assert b'"id":9' in _hear(after)
        daemon.communicate("\n")
    assert daemon.returncode == 0


def _dial(path: Path) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX)
    sock.settimeout(20)
    sock.connect(str(path))
    return sock


def _say(sock: socket.socket, number: int) -> bool:
    try:
        sock.sendall(b'{"jsonrpc":"2.0","id":%d,"method":"completion/create","params":{"model":"answer"}}\n' % number)
    except OSError:
        return False  # turned away before it spoke
    return True


def _hear(sock: socket.socket) -> bytes:
    try:
        return sock.recv(65536)
    except ConnectionResetError:
        return b""


def _cpu_ticks(pid: int) -> int:
    """CPU time of a process in 1/100 s; 0 where /proc does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become another user")
async def test_another_user_is_refused_even_with_every_permission(tmp_path: Path) -> None:
    """With all modes opened by mistake, the kernel's word on the peer still keeps the door."""
    stranger = (
        "import os, socket, sys; nobody = (65534, 65534, 65534)\n"
        "os.setgroups([]); os.setresgid(*nobody); os.setresuid(*nobody)\n"
        "s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])\n"
        'try: s.sendall(b\'{"jsonrpc":"2.0","id":1,"method":"status"}\\n\'); print(s.recv(100))\n'
        "except OSError: print(b'')"
    )
    async with serving(tmp_path) as daemon:
        path = Path(daemon.file.path)
        command = [sys.executable, "-I", "-c", stranger, str(path)]
        for folder in (path.parent, *path.parent.parents):
            if str(folder).startswith("/tmp/"):
                folder.chmod(0o755)
        path.parent.chmod(0o700)
        closed = await trio.run_process(command, capture_stdout=True, capture_stderr=True, check=False)
        assert b"PermissionError" in closed.stderr
        path.parent.chmod(0o777)
        path.chmod(0o777)
        with structlog.testing.capture_logs() as logs:
            opened = await trio.run_process(command, capture_stdout=True)
        assert opened.stdout.strip() == b"b''"
        assert [(entry["reason"], entry["uid"]) for entry in logs] == [("another user", 65534)]
        assert daemon.methods.begun == []


async def test_a_peer_the_kernel_does_not_name_is_a_stranger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer is not a yes."""

    def silent(_: socket.socket) -> None:
        raise OSError

    monkeypatch.setattr(peer, "peer_of", silent)
    async with serving(tmp_path) as daemon:
        client = await daemon.connect()
        assert await client.hear() == {}
        assert daemon.server.connections == 0
        client.close()


async def test_an_accept_that_fails_for_one_client_does_not_stop_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ECONNABORTED is about a client that is gone; anything unknown about the listener is raised."""
    async with serving(tmp_path) as daemon:

        class Failing:
            def __init__(self, number: int):
                self.number = number

            def accept(self) -> None:
                raise OSError(self.number, "failed")

        admit = daemon.server._accepting.admit_one
        assert admit(Failing(103), daemon.server._welcome) is False  # type: ignore[arg-type]
        assert admit(Failing(24), daemon.server._welcome) is False  # type: ignore[arg-type]
        with pytest.raises(OSError, match="failed"):
            admit(Failing(9), daemon.server._welcome)  # type: ignore[arg-type]
        client = await daemon.connect()
        await client.ask(1)
        assert (await client.hear())["id"] == 1
        client.close()


# --- shutting down -----------------------------------------------------------------------------


async def _drain(daemon: Daemon, seconds: float) -> None:
    await daemon.server.drain(seconds)


async def test_draining_lets_running_requests_finish_and_refuses_new_ones(tmp_path: Path) -> None:
    """New connections are not accepted, new requests hear when to come back, the running one is answered."""
    async with serving(tmp_path) as daemon, trio.open_nursery() as nursery:
        client = await daemon.connect()
        await client.ask(1, "wait")
        await daemon.methods.until("begun")
        nursery.start_soon(_drain, daemon, 10)
        await trio.testing.wait_all_tasks_blocked()
        await client.ask(2)
        refused = await client.hear()
        assert (refused["id"], kind_of(refused)) == (2, "shutting_down")
        assert refused["error"]["data"]["retry_after_ms"] > 0
        await client.send({"id": 3, "method": "status"})
        assert "result" in await client.hear()
        with pytest.raises(ConnectionRefusedError):
            await daemon.connect()
        daemon.methods.release.set()
        assert (await client.hear())["id"] == 1
        assert await client.hear() == {}
        client.close()


async def test_draining_gives_up_after_its_time_and_answers_what_it_cancels(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    """Ten streams that never end: each is told why, then the server returns."""
    async with serving(tmp_path) as daemon:
        client = await daemon.connect()
        client.patience = inf
        for number in range(10):
            await client.ask(number, "hang")
        await daemon.methods.until("begun", 10)
        started = trio.current_time()
        await daemon.server.drain(10)
        assert trio.current_time() - started == pytest.approx(10, abs=0.5)
        assert sorted(daemon.methods.cancelled) == list(range(10))
        answers = [await client.hear() for _ in range(10)]
        assert {kind_of(answer) for answer in answers} == {"shutting_down"}
        assert await client.hear() == {}
        client.close()


async def test_draining_an_idle_server_returns_at_once(tmp_path: Path) -> None:
    """Idle connections and event feeds hold nothing up."""
    async with serving(tmp_path) as daemon:
        client = await daemon.connect()
        await client.send({"id": 1, "method": "events/subscribe", "params": {}})
        await client.hear()
        with promptly(1.0):
            await daemon.server.drain(600)
        assert await client.hear() == {}
        client.close()


async def test_a_server_drained_before_it_serves_never_does(tmp_path: Path) -> None:
    """Told to leave while it starts: who waits in the backlog is refused, and asks the next one."""
    daemon = Daemon(bind_socket(str(tmp_path / "run" / "s.sock")), DEFAULT)
    await daemon.server.drain(600)
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(daemon.file.path)
        with promptly(1.0):
            await daemon.server.serve(daemon.file.sock)
        assert daemon.file.sock.fileno() == -1
        with pytest.raises(ConnectionResetError):
            client.recv(1)


async def test_a_client_that_does_not_read_cannot_hold_up_the_shutdown(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    """Last words get a second, not a minute."""
    async with serving(tmp_path) as daemon:
        client: Client = await daemon.connect()
        await client.ask(1, "large:2000000")
        await daemon.methods.until("begun")
        started = trio.current_time()
        await daemon.server.drain(5)
        assert trio.current_time() - started < 7
        client.close()


async def test_who_is_not_heard_any_more_can_tell(tmp_path: Path) -> None:
    """A request that comes while connections are closed is not read, and its client sees a reset, not an end."""
    async with serving(tmp_path) as daemon:
        client = await daemon.connect()
        await client.ask(1)
        assert (await client.hear())["id"] == 1
        (conversation,) = daemon.server.guests
        await conversation.hush()
        await client.ask(2)
        await daemon.server.hang_up()
        with pytest.raises(ConnectionResetError):
            await client.sock.recv(1)
        client.close()
