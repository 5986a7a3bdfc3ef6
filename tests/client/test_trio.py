"""The trio client against the same daemon, on a real socket."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import trio

import switchgear
from fake_switchgear import ANSWER, DROP, STATUS, VALUES, FakeSwitchgear, completion, subscription
from switchgear.trio import AsyncClient
from switchgear_protocol.connection import Connection, RequestReceived
from switchgear_protocol.errors import error
from switchgear_protocol.events import Event, TextDelta
from switchgear_protocol.messages import ClientInfo, Initialized, VersionRange


@pytest.fixture(autouse=True)
def _feeds_too(impatient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("switchgear.trio.BACKOFF", (0.0, 0.0, 0.0))


async def test_it_asks_streams_and_reads_the_feed(daemon: FakeSwitchgear) -> None:
    """The same values as the blocking client."""
    async with AsyncClient(daemon.path, timeout=30) as client:
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
    client = AsyncClient(daemon.path, timeout=30)
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
    client = AsyncClient(daemon.path, timeout=30)
    with trio.CancelScope() as scope:
        async with await client.stream("m", "x") as stream:
            async for _ in stream:
                scope.cancel()
    assert scope.cancelled_caught
    assert await trio.to_thread.run_sync(lambda: daemon.left.acquire(timeout=30))


async def test_errors_are_the_same_tree(daemon: FakeSwitchgear, tmp_path: Path) -> None:
    """Typed error, lost daemon, silence, nobody there, unknown method."""
    client = AsyncClient(daemon.path, timeout=30)
    daemon.on("completion/create", error("exhausted", "all out", retry_after_ms=2000), DROP)
    with pytest.raises(switchgear.Exhausted) as caught:
        await client.ask("m", "x")
    assert caught.value.retry_after == 2.0
    with pytest.raises(switchgear.ConnectionLost):
        await client.ask("m", "x")
    daemon.on("status", lambda connection, request: iter(()))
    with pytest.raises(switchgear.RequestTimeout):
        await AsyncClient(daemon.path, timeout=0.5).status()
    with pytest.raises(switchgear.DaemonUnavailable, match="not running"):
        await AsyncClient(str(tmp_path / "none")).status()
    with pytest.raises(switchgear.BadRequest):
        await client.call("nothing")


LEAVING = error("shutting_down", "the daemon is shutting down", begun=False)


async def test_an_answer_survives_a_restart_before_its_first_word(daemon: FakeSwitchgear) -> None:
    """As with the blocking client: whole or streamed."""

    def routed(connection: Connection, request: RequestReceived) -> Iterator[bytes]:
        yield connection.send_progress(request.id, VALUES[0])
        yield connection.send_error(request.id, LEAVING)

    client = AsyncClient(daemon.path, timeout=30)
    daemon.on("completion/create", LEAVING, completion)
    assert await client.ask("m", "x") == ANSWER
    daemon.on("completion/create", LEAVING, routed, completion)
    async with await client.stream("m", "x") as stream:
        assert tuple([value async for value in stream]) == (VALUES[0], *VALUES)


async def test_an_answer_that_has_begun_is_never_begun_again(daemon: FakeSwitchgear) -> None:
    """Nor one whose connection is lost, which may have cost money."""

    def cut(connection: Connection, request: RequestReceived) -> Iterator[bytes]:
        yield connection.send_progress(request.id, TextDelta("half"))
        yield connection.send_error(request.id, LEAVING)

    client = AsyncClient(daemon.path, timeout=30)
    daemon.on("completion/create", cut, DROP)
    async with await client.stream("m", "x") as stream:
        assert await anext(stream) == TextDelta("half")
        with pytest.raises(switchgear.Busy):
            await anext(stream)
    with pytest.raises(switchgear.ConnectionLost):
        async with await client.stream("m", "x") as stream:
            await anext(stream)
    assert len(daemon.asked("completion/create")) == 2


async def test_the_feed_goes_on_after_a_restart(daemon: FakeSwitchgear) -> None:
    """With a new snapshot, from where it was; when nobody comes back it ends."""

    def once(connection: Connection, request: RequestReceived) -> Iterator[bytes]:
        yield from subscription(connection, request)
        yield DROP

    daemon.on("events/subscribe", once, LEAVING, once, DROP)
    async with await AsyncClient(daemon.path, timeout=30).events() as feed:
        seen = [await anext(feed) for _ in range(4)]
        assert [type(each).__name__ for each in seen] == ["Status", "Event"] * 2
        assert [getattr(ask.params, "since", 0) for ask in daemon.asked("events/subscribe")] == [None, 5, 5]
        with pytest.raises(switchgear.Error):
            await anext(feed)


async def test_a_daemon_that_hangs_up_before_a_word_is_asked_again(daemon: FakeSwitchgear) -> None:
    """It was about to leave when it accepted; nothing had been sent. One that always does so is an error."""
    welcome = Initialized(1, VersionRange(1, 1), ClientInfo("fake", "1"))
    daemon.on("initialize", DROP, welcome)
    client = AsyncClient(daemon.path, timeout=30)
    assert await client.ask("m", "x") == ANSWER
    daemon.on("initialize", DROP)
    with pytest.raises(switchgear.DaemonUnavailable, match="hung up while we said hello"):
        await client.ask("m", "x")
    with pytest.raises(switchgear.DaemonUnavailable, match="hung up while we said hello"):
        await trio.to_thread.run_sync(switchgear.Client(daemon.path, timeout=30).status)
