"""Tests for `switchgeard.door.server`: many connections, each alone, and the end of all."""

import os
import sys
from pathlib import Path

import pytest
import structlog.testing
import trio
import trio.testing
from trio.testing import MockClock

from doorway import Doorway, doorway
from promptly import promptly
from switchgeard.door.conversation import Conversation
from switchgeard.door.limits import Limits
from switchgeard.door.server import ARRIVAL
from switchgeard.serving import peer


async def test_a_bug_in_one_connection_ends_that_one_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever escapes a conversation is logged by type, and the others are served."""

    async def explode(_: Conversation) -> bool:
        async with trio.open_nursery():
            raise ZeroDivisionError("sk-canary")

    with structlog.testing.capture_logs() as logs:
        async with doorway(tmp_path) as way:
            bystander = await way.visit()
            await bystander.ask("/wait")
            await way.until_served(1)
            with monkeypatch.context() as patch:
                patch.setattr(Conversation, "_serve_one", explode)
                victim = await way.visit()
                assert await victim.receive() == b""
            way.release.set()
            assert (await bystander.hear()).status == 200
    assert [entry["error"] for entry in logs if entry["event"] == "connection.bug"] == [["ZeroDivisionError"]]
    assert "canary" not in repr(logs)


async def test_one_more_than_can_be_served_hears_so(tmp_path: Path) -> None:
    """When all the others are at work: 503, at once, and it may come back."""
    async with doorway(tmp_path, Limits(connections=2)) as way:
        working = [await way.visit() for _ in range(2)]
        for each in working:
            await each.ask("/wait")
        await way.until_served(2)
        late = await way.visit()
        await late.ask()
        reply = await late.hear()
        assert (reply.status, reply.headers["retry-after"], reply.headers["connection"]) == (503, "2", "close")
        assert repr(way.door) == "<Door: serving, 2 connections of 2>"
        way.release.set()
        for each in working:
            assert (await each.hear()).status == 200


async def test_who_only_keeps_a_connection_makes_room_for_who_has_work(tmp_path: Path) -> None:
    """The oldest idle one is hung up on: fifty tools with kept connections, or a page that opens hundreds."""
    async with doorway(tmp_path, Limits(connections=2)) as way:
        idle, working = await way.visit(), await way.visit()
        await working.ask("/wait")
        await way.until_served(1)
        assert (await way.once()).status == 200
        assert await idle.receive() == b""
        way.release.set()
        assert (await working.hear()).status == 200


async def test_a_hundred_at_once_are_all_answered(tmp_path: Path) -> None:
    """Each with its own body."""
    async with doorway(tmp_path) as way:

        async def one(number: int) -> None:
            reply = await way.once(method="POST", body=b"%d" % number)
            assert (reply.status, reply.body) == (200, b"%d" % number)

        async with trio.open_nursery() as nursery:
            for number in range(100):
                nursery.start_soon(one, number)
        assert len(way.served) == 100


async def test_a_peer_the_kernel_does_not_name_is_a_stranger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On http.sock the user counts besides the token; no answer is not a yes, and gets none."""

    def silent(_: object) -> None:
        raise OSError

    monkeypatch.setattr(peer, "peer_of", silent)
    async with doorway(tmp_path) as way:
        visitor = await way.visit_unix()
        assert await visitor.receive() == b""
        assert (way.served, way.door.connections) == ([], 0)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become another user")
async def test_another_user_is_refused_on_the_unix_socket(tmp_path: Path) -> None:
    """With every mode opened by mistake, and with a token."""
    stranger = (
        "import os, socket, sys\n"
        "os.setgroups([]); os.setresgid(65534, 65534, 65534); os.setresuid(65534, 65534, 65534)\n"
        "s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])\n"
        "try: s.sendall(sys.argv[2].encode()); print(s.recv(100))\n"
        "except OSError: print(b'')"
    )
    async with doorway(tmp_path) as way:
        path = Path(way.listeners.path)
        for folder in (path.parent, *path.parent.parents):
            if str(folder).startswith("/tmp/"):
                folder.chmod(0o755)
        path.chmod(0o777)
        request = (await way.visit()).request("/echo", "GET", None, {}).decode()
        command = [sys.executable, "-I", "-c", stranger, str(path), request]
        told = await trio.run_process(command, capture_stdout=True)
        assert (told.stdout.strip(), way.served) == (b"b''", [])


# --- shutting down -----------------------------------------------------------------------------------


async def _drained(way: Doorway, seconds: float) -> None:
    await way.door.drain(seconds)


async def test_draining_lets_what_runs_finish_and_refuses_what_is_new(tmp_path: Path) -> None:
    """A kept connection hears 503 and when to come back; nobody new is accepted; then all is over."""
    async with doorway(tmp_path) as way, trio.open_nursery() as nursery:
        working, streaming, kept = await way.visit(), await way.visit(), await way.visit()
        await working.ask("/wait")
        await streaming.ask("/wait-late")
        await kept.ask()
        assert (await kept.hear()).status == 200
        await way.until_served(3)
        nursery.start_soon(_drained, way, 10)
        await trio.testing.wait_all_tasks_blocked()
        await kept.ask()
        refused = await kept.hear()
        assert (refused.status, refused.headers["retry-after"], refused.headers["connection"]) == (503, "2", "close")
        with pytest.raises(ConnectionRefusedError):
            await way.visit()
        way.release.set()
        assert (await working.hear()).headers["connection"] == "close"
        assert (await streaming.hear()).whole
        with trio.fail_after(30):
            await way.door.ended.wait()
        assert await working.receive() == b""


async def test_a_request_on_its_way_hears_that_the_daemon_leaves(tmp_path: Path) -> None:
    """Its connection was accepted, its bytes come a moment later: it is told, and never reset."""
    async with doorway(tmp_path) as way, trio.open_nursery() as nursery:
        fresh, kept = await way.visit(), await way.visit()
        await kept.ask()
        assert (await kept.hear()).status == 200
        await way.until_connections(2)
        nursery.start_soon(_drained, way, 0)
        await trio.testing.wait_all_tasks_blocked()
        await fresh.ask()
        assert (await fresh.hear()).status == 503
        with trio.fail_after(30):
            await way.door.ended.wait()


async def test_who_connects_and_says_nothing_holds_the_end_up_for_a_moment_only(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    """Browsers open connections ahead of what they may ask."""
    async with doorway(tmp_path) as way:
        silent = await way.visit()
        await way.until_connections(1)
        started = trio.current_time()
        await way.door.drain(600)
        assert trio.current_time() - started == pytest.approx(ARRIVAL, abs=0.01)
        assert await silent.receive() == b""


async def test_draining_gives_up_after_its_time(tmp_path: Path, autojump_clock: MockClock) -> None:
    """Who has heard nothing yet hears 503; a stream that has begun is cut; routes are cancelled."""
    async with doorway(tmp_path) as way:
        silent, streaming, reading = await way.visit(), await way.visit(), await way.visit()
        await silent.ask("/wait")
        await streaming.ask("/wait-late")
        await reading.ask(method="POST", headers={"transfer-encoding": "chunked"})
        await way.until_served(2)
        started = trio.current_time()
        await way.door.drain(5)
        assert trio.current_time() - started == pytest.approx(5, abs=0.5)
        assert (await silent.hear()).status == 503
        assert (await reading.hear()).status == 503
        cut = await streaming.hear()
        assert (cut.body, cut.whole) == (b"begun", False)
        assert sorted(way.ended) == ["/wait", "/wait-late"]


async def test_draining_an_idle_door_returns_at_once(tmp_path: Path) -> None:
    """Kept connections hold nothing up."""
    async with doorway(tmp_path) as way:
        visitor = await way.visit()
        await visitor.ask()
        assert (await visitor.hear()).status == 200
        with promptly(1.0):
            await way.door.drain(600)
        assert await visitor.receive() == b""


async def test_a_client_that_reads_nothing_cannot_hold_up_the_end(tmp_path: Path, autojump_clock: MockClock) -> None:
    """Nor one that is in the middle of a slow body."""
    async with doorway(tmp_path) as way:
        visitor = await way.visit()
        await visitor.ask("/flood")
        await way.until_served(1)
        started = trio.current_time()
        await way.door.drain(5)
        assert trio.current_time() - started < 7
