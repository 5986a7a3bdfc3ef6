"""The daemon under a service manager: handed its socket, watched, restarted, taking over from one started by hand."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio

import switchgear
from activated import ACTIVATE, Listening, activated, next_with, notified
from daemon_process import Home, home
from standins.standin import Script, StandIn
from switchgear.trio import AsyncClient
from world import PATIENT, config

needs_activate = pytest.mark.skipif(ACTIVATE is None, reason="no systemd-socket-activate on this machine")


@asynccontextmanager
async def configured(path: Path, script: Script = "ok") -> AsyncIterator[tuple[Home, StandIn]]:
    """A stand-in here, a home whose config names it, no daemon yet."""
    standin = StandIn(script)
    async with standin.serving():
        with home(path) as place:
            place.configure(config({"a": standin}, {}, timeouts=PATIENT))
            yield place, standin


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Home]:
    with home(tmp_path) as made:
        made.configure("")
        yield made


# --- a socket handed over ----------------------------------------------------------------------


@needs_activate
async def test_the_first_request_starts_the_daemon_and_is_answered(tmp_path: Path) -> None:
    """systemd's own activation, and a client that knows nothing of it; the socket stays when the daemon ends."""
    async with configured(tmp_path) as (place, _):
        with activated(place) as process:
            answer = await trio.to_thread.run_sync(place.ask)
            assert answer["finish"] == "stop"
            status = await trio.to_thread.run_sync(place.call, "status")
            assert status["pid"] == process.pid
            assert place.socket.stat().st_mode & 0o777 == 0o600
            assert await trio.to_thread.run_sync(place.stop) == 0
        assert place.socket.exists()


@needs_activate
async def test_the_command_needs_to_start_nothing(tmp_path: Path) -> None:
    """`switchgear ask` connects, and that is what starts it."""
    async with configured(tmp_path) as (place, _):
        with activated(place):
            told = await trio.to_thread.run_sync(lambda: place.command("ask", "m", "hello"))
        assert (told.returncode, told.stdout) == (0, "Hello from a stand-in provider.\n"), told.stderr
        assert "started the daemon" not in told.stderr


@needs_activate
def test_looking_leaves_the_daemon_unstarted(place: Home) -> None:
    """systemd listens; `doctor` and `version` say so and connect to nothing, `--no-start` fails."""
    with activated(place) as process:
        place.socket.chmod(0o600)
        for _ in range(2):  # before the first daemon there is no lock; after it, one that nobody holds
            words = ("version", "doctor --offline --no-keyring --only daemon,socket", "status --no-start", "stop")
            told = [place.command(*line.split()) for line in words]
            assert [each.returncode for each in told] == [0, 0, 3, 0], told
            assert "a service manager listens at" in told[1].stdout
            assert "READY" not in place.log()
            (place.socket.parent / "switchgear.lock").touch(mode=0o600)
        assert place.call("status")["pid"] == process.pid


def test_its_children_inherit_nothing_of_it(place: Home) -> None:
    """Neither the variables nor the descriptor: a credential command is such a child."""
    script = place.path / "credential"
    script.write_text(f"#!/bin/sh\nenv > {place.path}/told\nls -l /proc/self/fd >> {place.path}/told\necho key\n")
    script.chmod(0o700)
    place.configure(
        '[[providers]]\nid = "a"\nkind = "anthropic"\nbase_url = "http://127.0.0.1:9"\n'
        f'credential = {{command = ["{script}"]}}\n'
        '[[models]]\nalias = "m"\ngroup = [{provider = "a", model = "x"}]\n'
    )
    listening = Listening(place)
    with notified(place.path / "n") as wire:
        listening.start(NOTIFY_SOCKET=str(place.path / "n"), WATCHDOG_USEC="60000000")
        next_with(wire, "READY=1")
        assert "error" in place.ask()
    listening.close()
    told = (place.path / "told").read_text()
    assert "HOME=" in told
    assert [name for name in ("LISTEN_", "NOTIFY_SOCKET", "WATCHDOG_", "socket:") if name in told] == []


@pytest.mark.parametrize(
    ("extra", "why"),
    [(["--socket", "/tmp/elsewhere.sock"], "two sockets: --socket is /tmp/elsewhere.sock")],
)
def test_two_sockets_are_one_too_many(place: Home, extra: list[str], why: str) -> None:
    """What the manager listens on and what the command line says."""
    listening = Listening(place)
    assert listening.start(extra).wait(20) == 1
    assert why in place.log()
    listening.close()


def test_a_directory_open_to_others_is_refused(place: Home) -> None:
    """A unit with its own ideas of DirectoryMode=."""
    listening = Listening(place)
    place.socket.parent.chmod(0o755)
    assert listening.start().wait(20) == 1
    assert f"refusing to use {place.socket.parent}: others may enter it (mode 0755)" in place.log()
    listening.close()


def test_one_by_hand_beside_the_managers_socket_says_whose_it_is(place: Home) -> None:
    """No daemon runs, the manager listens: its pid is named, and nobody is told to kill it."""
    listening = Listening(place)
    argv = [sys.executable, "-m", "switchgeard"]
    told = subprocess.run(argv, env=place.env, capture_output=True, text=True, timeout=60, check=False)
    assert told.returncode == 75
    assert f"{place.socket} is taken: " in told.stderr
    assert f"(pid {os.getpid()}) listens there" in told.stderr
    assert told.stderr.endswith("hint: switchgear service status\n")
    assert place.socket.exists()
    listening.close()


# --- what it says ------------------------------------------------------------------------------


def test_it_says_ready_reloading_and_stopping(place: Home) -> None:
    """Type=notify: ready when it serves, the watchdog's beat, a reload with its moment, the end with its time."""
    listening = Listening(place)
    with notified(place.path / "n") as wire:
        listening.start(NOTIFY_SOCKET=str(place.path / "n"), WATCHDOG_USEC="200000")
        assert next_with(wire, "READY=1") == ["READY=1", "STATUS=serving 0 models of 0 providers"]
        assert place.call("status")["draining"] is False
        for _ in range(3):
            next_with(wire, "WATCHDOG=1")
        assert place.process is not None
        place.process.send_signal(signal.SIGHUP)
        assert next_with(wire, "RELOADING=1")[1].startswith("MONOTONIC_USEC=")
        next_with(wire, "READY=1")
        place.process.send_signal(signal.SIGTERM)
        assert "EXTEND_TIMEOUT_USEC=15000000" in next_with(wire, "STOPPING=1")
        assert place.process.wait(20) == 0
    listening.close()


def test_a_config_that_is_refused_is_in_the_status_line(place: Home) -> None:
    """`systemctl status` shows it to whoever looks there first."""
    place.configure("nonsense = 1\n")
    listening = Listening(place)
    with notified(place.path / "n") as wire:
        listening.start(NOTIFY_SOCKET=str(place.path / "n"))
        assert next_with(wire, "READY=1")[1].endswith("; the config on disk is refused")
    listening.close()


def test_a_config_that_changes_is_in_the_status_line(place: Home) -> None:
    """Whoever changed the file, and however it was noticed."""
    listening = Listening(place)
    with notified(place.path / "n") as wire:
        listening.start(NOTIFY_SOCKET=str(place.path / "n"))
        next_with(wire, "READY=1")
        place.configure('[[providers]]\nid = "a"\nkind = "ollama"\n')
        next_with(wire, "STATUS=serving 0 models of 1 providers")
    listening.close()


# --- without a manager ---------------------------------------------------------------------


def test_without_a_manager_the_same_commands_drive_a_plain_daemon(place: Home) -> None:
    """Started in the background, found, restarted, its log shown, stopped; each twice where that may happen."""

    def service(action: str) -> tuple[int, str]:
        told = place.command("service", action)
        return told.returncode, told.stdout

    try:
        assert service("status")[0] == 3
        assert service("start") == (0, "started the daemon in the background\n")
        first = place.call("status")["pid"]
        assert service("start") == (0, f"The daemon runs (pid {first}).\n")
        assert service("status")[1].endswith(f"\ndaemon   pid {first}\n")
        assert service("restart") == (0, f"stopped the daemon (pid {first})\nstarted the daemon in the background\n")
        second = place.call("status")["pid"]
        assert second != first
        assert "reason=started" in service("logs")[1]
        assert service("stop") == (0, f"stopped the daemon (pid {second})\n")
        assert service("stop") == (0, "No daemon is running.\n")
    finally:
        place.command("stop")


@pytest.mark.slow  # ten seconds are what a daemon has to say a word
def test_one_that_stands_still_is_not_said_to_be_finishing(place: Home) -> None:
    """It says nothing to anybody, so it will not hear that it shall leave; killed, `stop` has done its part."""
    place.start()
    assert place.process is not None
    place.process.send_signal(signal.SIGSTOP)
    told = place.command("service", "stop")
    pid = place.process.pid
    assert (told.returncode, told.stderr.splitlines()) == (
        3,
        [
            "switchgear: the daemon does not answer",
            f"  it (pid {pid}) is there, and says nothing to anybody",
            f"hint: kill -9 {pid}",
        ],
    )
    place.process.kill()
    place.process.wait()
    assert place.command("service", "stop").stdout == "No daemon is running.\n"


# --- restarts ----------------------------------------------------------------------------------


async def test_a_restart_under_load_loses_no_request(tmp_path: Path) -> None:
    """Sixteen tasks ask without a pause while the daemon is restarted three times: every answer comes, whole."""
    async with configured(tmp_path) as (place, standin):
        listening = Listening(place)
        listening.start()
        answers: list[str] = []
        busy = True

        async def work(client: AsyncClient, number: int) -> None:
            while busy:
                if number % 2:
                    answer = await client.ask("m", "hello")
                else:
                    async with await client.stream("m", "hello") as stream:
                        async for _ in stream:
                            pass
                    assert stream.answer is not None
                    answer = stream.answer
                answers.append(switchgear.text_of(answer))

        async with trio.open_nursery() as nursery:
            for number in range(16):
                nursery.start_soon(work, AsyncClient(str(place.socket)), number)
            for restarts in range(1, 4):
                while len(answers) < 50 * restarts:
                    assert listening.alive(), place.log()
                    await trio.lowlevel.checkpoint()
                await trio.to_thread.run_sync(listening.restart)
            while len(answers) < 300:
                assert listening.alive(), place.log()
                await trio.lowlevel.checkpoint()
            busy = False
        assert set(answers) == {"Hello from a stand-in provider."}
        assert standin.hits >= len(answers)
        listening.close()


async def test_threads_of_the_blocking_client_notice_nothing_either(tmp_path: Path) -> None:
    """The same with one Client that four threads share, which keeps its connections."""
    async with configured(tmp_path) as (place, _):
        listening = Listening(place)
        listening.start()
        answers: list[str] = []
        done = threading.Event()

        def work(client: switchgear.Client) -> None:
            while not done.is_set():
                answers.append(switchgear.text_of(client.ask("m", "hello")))

        with switchgear.Client(str(place.socket)) as client:
            async with trio.open_nursery() as nursery:
                for _ in range(4):
                    nursery.start_soon(trio.to_thread.run_sync, work, client)
                while len(answers) < 20:
                    await trio.lowlevel.checkpoint()
                await trio.to_thread.run_sync(listening.restart)
                seen = len(answers)
                while len(answers) < seen + 20:
                    assert listening.alive(), place.log()
                    await trio.lowlevel.checkpoint()
                done.set()
        assert set(answers) == {"Hello from a stand-in provider."}
        listening.close()


async def test_without_a_manager_clients_wait_for_the_next_daemon(tmp_path: Path) -> None:
    """`switchgear stop` and the next start: between them there is no socket at all."""
    async with configured(tmp_path) as (place, standin):
        standin.script = "hang_text"
        await trio.to_thread.run_sync(place.start)
        async with trio.open_nursery() as nursery:
            client = AsyncClient(str(place.socket))
            answers: list[str] = []

            async def ask() -> None:
                answers.append(switchgear.text_of(await client.ask("m", "hello")))

            nursery.start_soon(ask)
            await standin.until(lambda s: s.hits == 1)
            assert place.process is not None
            watching = AsyncClient(str(place.socket))
            async with await watching.events(types=["daemon"]) as feed:
                place.process.send_signal(signal.SIGTERM)
                while getattr(await anext(feed), "reason", None) != "shutting down":
                    pass
                place.process.send_signal(signal.SIGTERM)  # now: what runs is broken off
            assert await trio.to_thread.run_sync(place.process.wait) == 0
            standin.script = "ok"
            await trio.to_thread.run_sync(place.start)
        assert answers == ["Hello from a stand-in provider."]


# --- two managers ------------------------------------------------------------------------------


async def test_one_started_by_hand_makes_way_for_the_service(tmp_path: Path) -> None:
    """Its answer in flight ends whole; who connects meanwhile is served by the service's daemon."""
    async with configured(tmp_path, "hang_text") as (place, standin):
        await trio.to_thread.run_sync(place.start)
        by_hand = place.process
        assert by_hand is not None
        before, after = AsyncClient(str(place.socket)), AsyncClient(str(place.socket))
        answers: list[str] = []

        async def ask(client: AsyncClient) -> None:
            answers.append(switchgear.text_of(await client.ask("m", "hello")))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(ask, before)
            await standin.until(lambda s: s.hits == 1)
            listening = Listening(place)
            with notified(place.path / "n") as wire:
                listening.start(NOTIFY_SOCKET=str(place.path / "n"))
                status = (await trio.to_thread.run_sync(next_with, wire, "EXTEND_TIMEOUT_USEC=15000000"))[1]
                assert status == f"STATUS=waiting for the daemon that runs (pid {by_hand.pid}) to finish"
                nursery.start_soon(ask, after)
                standin.release.set()
                assert await trio.to_thread.run_sync(by_hand.wait) == 0
        assert len(answers) == 2
        assert place.call("status")["pid"] == place.process.pid  # type: ignore[union-attr]
        listening.close()


def test_a_connection_made_before_it_started_is_served(place: Home) -> None:
    """It waited in the backlog."""
    listening = Listening(place)
    with socket.socket(socket.AF_UNIX) as early:
        early.connect(str(place.socket))
        early.sendall(b'{"jsonrpc":"2.0","id":1,"method":"status"}\n')
        listening.start()
        early.settimeout(20)
        assert b'"id":1' in early.recv(65536)
    listening.close()
