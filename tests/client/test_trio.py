"""The trio client against the same daemon, on a real socket."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import trio

import switchgear
from fake_switchgear import ANSWER, DROP, STATUS, VALUES, FakeSwitchgear
from switchgear.trio import AsyncClient
from switchgear_protocol.connection import Connection, RequestReceived
from switchgear_protocol.errors import error
from switchgear_protocol.events import Event, TextDelta


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[FakeSwitchgear]:
    with FakeSwitchgear(tmp_path / "s.sock") as running:
        yield running


async def test_it_asks_streams_and_reads_the_feed(daemon: FakeSwitchgear) -> None:
    """The same values as the blocking client."""
    async with AsyncClient(daemon.path, timeout=5) as client:
        assert await client.ask("m", "x") == ANSWER
        async with await client.stream("m", "x") as stream:
            assert tuple([value async for value in stream]) == VALUES
        assert stream.answer == ANSWER
        assert await client.status() == STATUS
        assert (await client.call("models/list")).models
        async with await client.events() as feed:
            assert await anext(feed) == STATUS
            assert isinstance(await anext(feed), Event)


async def test_many_tasks_share_a_client(daemon: FakeSwitchgear) -> None:
    """Concurrent exchanges do not see each other's answers."""
    client = AsyncClient(daemon.path, timeout=5)
    answers: list[object] = []

    async def work(number: int) -> None:
        answers.append(await client.ask("m", "x") if number % 2 else await client.status())

    async with trio.open_nursery() as nursery:
        for number in range(20):
            nursery.start_soon(work, number)
    assert answers.count(ANSWER) == answers.count(STATUS) == 10


async def test_cancelling_the_task_hangs_up(daemon: FakeSwitchgear) -> None:
    """Trio's cancel is the daemon's full close: no work goes on for nobody."""

    def endless(connection: Connection, request: RequestReceived) -> Iterator[bytes]:
        yield connection.send_progress(request.id, TextDelta("once"))

    daemon.on("completion/create", endless)
    client = AsyncClient(daemon.path, timeout=5)
    with trio.CancelScope() as scope:
        async with await client.stream("m", "x") as stream:
            async for _ in stream:
                scope.cancel()
    assert scope.cancelled_caught
    assert await trio.to_thread.run_sync(lambda: daemon.left.acquire(timeout=5))


async def test_errors_are_the_same_tree(daemon: FakeSwitchgear, tmp_path: Path) -> None:
    """Typed error, lost daemon, silence, nobody there, unknown method."""
    client = AsyncClient(daemon.path, timeout=5)
    daemon.on("completion/create", error("exhausted", "all out", retry_after_ms=2000), DROP)
    with pytest.raises(switchgear.Exhausted) as caught:
        await client.ask("m", "x")
    assert caught.value.retry_after == 2.0
    with pytest.raises(switchgear.ConnectionLost):
        await client.ask("m", "x")
    daemon.on("status", lambda connection, request: iter(()))
    with pytest.raises(switchgear.RequestTimeout):
        await AsyncClient(daemon.path, timeout=0.05).status()
    with pytest.raises(switchgear.DaemonUnavailable, match="not running"):
        await AsyncClient(str(tmp_path / "none")).status()
    with pytest.raises(switchgear.BadRequest):
        await client.call("nothing")
