"""Tests for `switchgeard.door.listeners`."""

import socket
import stat
from pathlib import Path

import pytest
import structlog.testing
import trio
import trio.testing

from doorway import doorway
from switchgeard.config.settled import HTTPDoor
from switchgeard.door import listeners as listeners_module
from switchgeard.door.listeners import bind_tcp


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


async def test_the_door_is_open_where_the_config_says(tmp_path: Path) -> None:
    """On TCP and on a private socket file; status tells both."""
    async with doorway(tmp_path) as way:
        path = Path(way.listeners.path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert way.listeners.view() == f"{way.listeners.url} and {path}"
        for visitor in (await way.visit(), await way.visit_unix()):
            await visitor.ask()
            assert (await visitor.hear()).status == 200


async def test_only_loopback_is_bound(tmp_path: Path) -> None:
    """As the kernel sees it."""
    async with doorway(tmp_path) as way:
        assert [sock.getsockname()[0] for sock, _ in way.listeners._tcp.values()] == ["127.0.0.1"]


async def test_a_reload_opens_what_is_new_and_closes_what_is_gone(tmp_path: Path) -> None:
    """The request that runs on a closed one is finished, an idle connection there is not kept."""
    async with doorway(tmp_path) as way:
        old = way.port
        working, idle = await way.visit(), await way.visit()
        await working.ask("/wait")
        await way.until_served(1)
        way.listeners.follow(HTTPDoor(("127.0.0.1", free_port()), unix=False))
        assert way.port != old
        assert (await way.once()).status == 200
        assert await idle.receive() == b""
        with pytest.raises(OSError, match="failed"):
            await trio.open_tcp_stream("127.0.0.1", old)
        assert not Path(way.listeners.path).exists()
        way.release.set()
        assert (await working.hear()).headers["connection"] == "close"
        way.listeners.follow(HTTPDoor(None, unix=False))
        assert (way.listeners.url, way.listeners.view()) == (None, None)


async def test_a_reload_that_changes_nothing_here_disturbs_nobody(tmp_path: Path) -> None:
    """The same sockets, the same connections."""
    async with doorway(tmp_path) as way:
        visitor, before = await way.visit(), way.port
        await visitor.ask()
        assert (await visitor.hear()).status == 200
        way.listeners.follow(HTTPDoor(("127.0.0.1", 0)))
        assert way.port == before
        await visitor.ask()
        assert (await visitor.hear()).status == 200


async def test_a_port_that_is_taken_is_told_and_tried_again_at_the_next_reload(tmp_path: Path) -> None:
    """Everything else goes on meanwhile."""
    async with doorway(tmp_path) as way:
        with socket.create_server(("127.0.0.1", 0)) as other, structlog.testing.capture_logs() as logs:
            port = other.getsockname()[1]
            way.listeners.follow(HTTPDoor(("127.0.0.1", port)))
            view = way.listeners.view()
        assert view == f"{way.listeners.path}; not at 127.0.0.1:{port}: Address already in use"
        assert [log["where"] for log in logs if log["event"] == "door.closed"] == [f"127.0.0.1:{port}"]
        visitor = await way.visit_unix()
        await visitor.ask()
        assert (await visitor.hear()).status == 200
        way.listeners.follow(HTTPDoor(("127.0.0.1", port)))
        assert way.listeners.view() == f"http://127.0.0.1:{port} and {way.listeners.path}"
        assert (await way.once()).status == 200


async def test_localhost_is_both_of_its_addresses(tmp_path: Path) -> None:
    """Clients resolve it to either; a machine without IPv6 is no trouble."""
    async with doorway(tmp_path) as way:
        way.listeners.follow(HTTPDoor(("localhost", free_port()), unix=False))
        addresses = [sock.getsockname()[0] for sock, _ in way.listeners._tcp.values()]
        assert addresses in (["127.0.0.1", "::1"], ["127.0.0.1"])
        assert "not at" not in str(way.listeners.view())


async def test_a_machine_without_ipv6_has_its_localhost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The missing family is not told; a taken port of it would be."""
    trouble = [97]  # EAFNOSUPPORT

    def four_only(address: str, port: int) -> socket.socket:
        if ":" in address:
            raise OSError(trouble[0], "no")
        return bind_tcp(address, port)

    monkeypatch.setattr(listeners_module, "bind_tcp", four_only)
    async with doorway(tmp_path) as way:
        port = free_port()
        way.listeners.follow(HTTPDoor(("localhost", port), unix=False))
        assert way.listeners.view() == f"http://127.0.0.1:{port}"
        trouble[0] = 98  # EADDRINUSE
        way.listeners.follow(HTTPDoor(("localhost", port), unix=False))
        assert way.listeners.view() == f"http://127.0.0.1:{port}; not at [::1]:{port}: no"


async def test_a_socket_file_that_cannot_be_is_told(tmp_path: Path) -> None:
    """Something else lies there, and is left alone."""
    (tmp_path / "run").mkdir(mode=0o700)
    (tmp_path / "run" / "http.sock").write_text("mine")
    async with doorway(tmp_path) as way:
        assert "not at" in str(way.listeners.view())
        assert (await way.once()).status == 200
    assert (tmp_path / "run" / "http.sock").read_text() == "mine"


async def test_a_deleted_socket_file_is_bound_again(tmp_path: Path) -> None:
    """Whoever is connected stays connected."""
    async with doorway(tmp_path) as way, trio.open_nursery() as nursery:
        nursery.start_soon(way.listeners.keep)
        await trio.testing.wait_all_tasks_blocked()
        visitor = await way.visit_unix()
        await visitor.ask()
        assert (await visitor.hear()).status == 200
        path = Path(way.listeners.path)
        path.unlink()
        with trio.fail_after(30):
            while not path.is_socket():
                await trio.lowlevel.checkpoint()
        await visitor.ask()
        assert (await visitor.hear()).status == 200
        fresh = await way.visit_unix()
        await fresh.ask()
        assert (await fresh.hear()).status == 200
        nursery.cancel_scope.cancel()


async def test_the_file_is_gone_when_the_door_is(tmp_path: Path) -> None:
    """Clients see at once that nobody is there."""
    async with doorway(tmp_path) as way:
        path = Path(way.listeners.path)
        assert path.is_socket()
    assert not path.exists()
