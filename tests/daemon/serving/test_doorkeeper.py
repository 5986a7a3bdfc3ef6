"""Tests for `switchgeard.serving.doorkeeper`: the socket file goes, the daemon stays reachable."""

import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import structlog.testing
import trio
import trio.testing

from rpc_client import Client, Daemon, serving
from switchgeard.serving.doorkeeper import Doorkeeper
from switchgeard.serving.instance import AlreadyRunning, Taken, claim
from switchgeard.serving.listening import bind_socket


@asynccontextmanager
async def kept(folder: Path) -> AsyncIterator[tuple[Daemon, Doorkeeper]]:
    """A serving daemon with lock and doorkeeper."""
    instance = claim(str(folder / "run"))
    async with serving(folder) as daemon, trio.open_nursery() as nursery:
        keeper = Doorkeeper(daemon.server, daemon.file, instance)
        nursery.start_soon(keeper.run)
        await trio.testing.wait_all_tasks_blocked()
        yield daemon, keeper
        nursery.cancel_scope.cancel()
    keeper.instance.release()


async def reconnected(daemon: Daemon) -> Client:
    """A new client, as soon as the file is back."""
    with trio.fail_after(30):
        while True:
            try:
                return await daemon.connect()
            except OSError:
                await trio.lowlevel.checkpoint()
    raise AssertionError


async def test_a_deleted_socket_is_back_within_five_seconds(tmp_path: Path) -> None:
    """Connections made before go on; new ones work."""
    async with kept(tmp_path) as (daemon, keeper):
        before = await daemon.connect()
        await before.ask(1, "wait")
        await daemon.methods.until("begun")
        Path(daemon.file.path).unlink()
        after = await reconnected(daemon)
        await after.ask(2)
        assert (await after.hear())["id"] == 2
        daemon.methods.release.set()
        assert (await before.hear())["id"] == 1
        assert keeper.file.present()
        assert Path(daemon.file.path).stat().st_mode & 0o777 == 0o600
        before.close()
        after.close()


async def test_a_deleted_lock_is_made_again(tmp_path: Path) -> None:
    """By it commands know that a daemon runs; its own file alone was cleaned away."""
    async with kept(tmp_path) as (daemon, keeper):
        before, file = keeper.instance, keeper.file
        Path(before.path).unlink()
        with trio.fail_after(30):
            while not keeper.instance.holds():
                await trio.lowlevel.checkpoint()
        assert keeper.instance is not before
        assert keeper.file is file
        client = await daemon.connect()
        client.close()
        with pytest.raises(AlreadyRunning):
            claim(str(tmp_path / "run"))


async def test_a_lock_that_somebody_else_took_is_no_reason_to_leave(tmp_path: Path) -> None:
    """He finds us behind the socket, and goes; nobody is told to leave meanwhile."""
    async with kept(tmp_path) as (_, keeper):
        told: list[str] = []
        keeper.leave = lambda: told.append("left")
        with structlog.testing.capture_logs() as logs:
            Path(keeper.instance.path).unlink()
            other = claim(str(tmp_path / "run"))
            await keeper.look()
        assert (told, [log["event"] for log in logs]) == ([], ["lock.lost"])
        with pytest.raises(Taken):
            bind_socket(keeper.file.path)
        other.release()
        await keeper.look()
        assert keeper.instance.holds()


async def test_a_deleted_runtime_directory_is_made_again_with_its_lock(tmp_path: Path) -> None:
    """A cleaner removed everything: directory 0700, lock and socket are back."""
    async with kept(tmp_path) as (daemon, keeper):
        shutil.rmtree(tmp_path / "run")
        after = await reconnected(daemon)
        assert keeper.instance.holds()
        assert (tmp_path / "run").stat().st_mode & 0o777 == 0o700
        after.close()


async def test_a_stale_socket_put_in_its_place_is_replaced(tmp_path: Path) -> None:
    """Nobody listens on it."""
    async with kept(tmp_path) as (daemon, _):
        Path(daemon.file.path).unlink()
        with socket.socket(socket.AF_UNIX) as stale:
            stale.bind(daemon.file.path)
        after = await reconnected(daemon)
        await after.ask(1)
        assert (await after.hear())["id"] == 1
        after.close()


async def test_what_another_put_there_is_left_alone_and_said(tmp_path: Path) -> None:
    """A file that is no socket is never deleted; the log says what to do; its removal is noticed."""
    async with kept(tmp_path) as (daemon, keeper):
        path = Path(daemon.file.path)
        path.unlink()
        path.write_text("mine")
        with structlog.testing.capture_logs() as logs:
            await keeper.look()
        assert path.read_text() == "mine"
        assert [entry["event"] for entry in logs] == ["socket.lost"]
        path.unlink()
        after = await reconnected(daemon)
        after.close()


async def test_clients_waiting_at_the_old_socket_are_let_in(tmp_path: Path) -> None:
    """Connected before the file vanished, accepted after."""
    async with kept(tmp_path) as (daemon, keeper):
        waiting = socket.socket(socket.AF_UNIX)
        waiting.connect(daemon.file.path)
        Path(daemon.file.path).unlink()
        await keeper.look()
        waiting.sendall(b'{"jsonrpc":"2.0","id":4,"method":"status"}\n')
        await daemon.methods.until("begun")
        waiting.settimeout(5)
        assert b'"id":4' in await trio.to_thread.run_sync(waiting.recv, 1000)
        waiting.close()


async def test_a_daemon_that_shuts_down_does_not_bind_again(tmp_path: Path) -> None:
    """It removed the file itself."""
    async with kept(tmp_path) as (daemon, keeper):
        await daemon.server.drain(0)
        keeper.file.remove()
        await keeper.look()
        assert not Path(keeper.file.path).exists()


async def test_where_somebody_else_listens_by_now_it_is_time_to_leave(tmp_path: Path) -> None:
    """A service manager took the socket over: who comes from now on is its daemon's, who is here is finished with."""
    async with kept(tmp_path) as (daemon, keeper):
        left: list[bool] = []
        keeper.leave = lambda: left.append(True)
        before = await daemon.connect()
        Path(daemon.file.path).unlink()
        with socket.socket(socket.AF_UNIX) as theirs:
            theirs.bind(daemon.file.path)
            theirs.listen()
            await keeper.look()
        assert left
        assert Path(daemon.file.path).exists()
        await before.ask(1)
        assert (await before.hear())["id"] == 1
        before.close()
