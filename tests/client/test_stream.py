"""The feed of events: a snapshot first, then on, over restarts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import switchgear
from fake_switchgear import DROP, STATUS, FakeSwitchgear
from switchgear import _stream
from switchgear_protocol.connection import Connection, RequestReceived
from switchgear_protocol.errors import error
from switchgear_protocol.events import Event
from switchgear_protocol.messages import (
    EVENT,
    EventNote,
    EventsSubscribe,
    Subscribed,
)

pytestmark = pytest.mark.usefixtures("impatient")


def test_the_feed_begins_with_a_snapshot(client: switchgear.Client, daemon: FakeSwitchgear) -> None:
    """Then events; the cursor and the filter reach the daemon; closing it hangs up."""
    feed = client.events(since=3, types=["failover"])
    assert next(feed) == STATUS
    event = next(feed)
    assert isinstance(event, Event)
    assert (event.seq, event.type) == (5, "failover")
    feed.close()  # type: ignore[attr-defined]
    assert daemon.left.acquire(timeout=30)
    assert daemon.asked("events/subscribe")[0].params == EventsSubscribe(3, ["failover"])


def test_the_feed_goes_on_after_a_restart(
    client: switchgear.Client, daemon: FakeSwitchgear, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It subscribes again from the last event seen, also when the first new daemon is still busy."""
    monkeypatch.setattr(_stream, "BACKOFF", (0.0, 0.0, 0.0))

    def short(connection: Connection, request: RequestReceived) -> Iterator[bytes]:
        yield connection.send_result(request.id, Subscribed("s", STATUS, [Event(6, 1.0, "route")]))
        yield DROP

    daemon.on("events/subscribe", short, error("shutting_down", "stopping"), short)
    feed = client.events()
    seen = [next(feed) for _ in range(4)]
    assert [one.seq for one in seen] == [4, 6, 4, 6]
    sinces = [request.params.since for request in daemon.asked("events/subscribe")]  # type: ignore[attr-defined]
    assert sinces[:3] == [None, 6, 6]
    feed.close()  # type: ignore[attr-defined]


def test_the_feed_ends_with_an_error_when_no_daemon_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a minute of patience, then the truth."""
    monkeypatch.setattr(_stream, "BACKOFF", (0.0, 0.0))
    with FakeSwitchgear(tmp_path / "s.sock"):
        feed = switchgear.Client(str(tmp_path / "s.sock")).events()
        next(feed)
        next(feed)
    with pytest.raises(switchgear.DaemonUnavailable, match="not running"):
        next(feed)


def test_a_lagging_subscriber_gets_a_snapshot(client: switchgear.Client, daemon: FakeSwitchgear) -> None:
    """The marker first, then what is believed now."""

    def lagging(connection: Connection, request: RequestReceived) -> Iterator[bytes]:
        yield connection.send_result(request.id, Subscribed("s", STATUS))
        yield connection.send_notification(EVENT, EventNote("s", Event(9, 1.0, "lagged", dropped=3), STATUS))

    daemon.on("events/subscribe", lagging)
    feed = client.events()
    seen = [next(feed) for _ in range(3)]
    assert seen[0] == seen[2] == STATUS
    assert isinstance(seen[1], Event)
    assert seen[1].dropped == 3
    feed.close()  # type: ignore[attr-defined]
