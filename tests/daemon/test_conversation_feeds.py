"""Event feeds of one connection, over real sockets."""

from pathlib import Path

from rpc_client import serving
from switchgear_protocol.limits import Limits


async def test_a_subscription_is_answered_first_and_events_follow(tmp_path: Path) -> None:
    """The reply carries the snapshot; notes carry the subscription's name."""
    async with serving(tmp_path) as daemon:
        client = await daemon.connect()
        daemon.publish(3)
        await client.send({"id": 1, "method": "events/subscribe", "params": {"since": 2}})
        await daemon.methods.until("begun")
        daemon.publish()
        opening = (await client.hear())["result"]
        note = await client.hear()
        assert opening["snapshot"]["seq"] == 3
        assert [event["seq"] for event in opening["replayed"]] == [3]
        assert note["method"] == "events/event"
        assert note["params"]["event"]["seq"] == 4
        assert note["params"]["subscription"] == opening["subscription"]
        client.close()
        await daemon.until_connections(0)
        assert repr(daemon.bus).startswith("<Bus: 0 subscribers")


async def test_a_half_closed_subscriber_keeps_receiving(tmp_path: Path) -> None:
    """`echo subscribe | nc -U` is a complete event viewer."""
    async with serving(tmp_path) as daemon:
        client = await daemon.connect()
        await client.send({"id": 1, "method": "events/subscribe", "params": {}})
        client.half_close()
        await client.hear()
        for _ in range(3):
            daemon.publish()
            assert "event" in (await client.hear())["params"]
        client.close()
        await daemon.until_connections(0)


async def test_cancelling_the_subscription_ends_its_events_only(tmp_path: Path) -> None:
    """The cancel names the request that began it; the connection lives on."""
    async with serving(tmp_path) as daemon:
        client = await daemon.connect()
        await client.send({"id": "feed", "method": "events/subscribe", "params": {}})
        await client.hear()
        await client.cancel("feed")
        await client.ask(2)
        assert (await client.hear())["id"] == 2
        daemon.publish()
        await client.ask(3)
        assert (await client.hear())["id"] == 3
        assert repr(daemon.bus).startswith("<Bus: 0 subscribers")
        client.close()


async def test_a_slow_subscriber_is_told_and_slows_nobody(tmp_path: Path) -> None:
    """It misses events, learns how many, and gets a snapshot; another client is answered meanwhile."""
    async with serving(tmp_path, Limits(outgoing=2000)) as daemon:
        slow, other = await daemon.connect(), await daemon.connect()
        await slow.send({"id": 1, "method": "events/subscribe", "params": {}})
        await slow.hear()
        for _ in range(100):
            daemon.publish(50, reason="x" * 200)
            await other.ask(2)
            assert (await other.hear())["id"] == 2
        told = dropped = 0
        while told + dropped < 5000:
            event = (await slow.hear())["params"]["event"]
            told += event["type"] != "lagged"
            dropped += event.get("dropped", 0)
        assert dropped > 0
        assert told > 0
        slow.close()
        other.close()


async def test_a_connection_has_a_bounded_number_of_feeds(tmp_path: Path) -> None:
    """Each may hold a ring of events."""
    async with serving(tmp_path) as daemon:
        client = await daemon.connect()
        for number in range(9):
            await client.send({"id": number, "method": "events/subscribe", "params": {}})
        answers = [await client.hear() for _ in range(9)]
        assert [answer.get("error", {}).get("code") for answer in answers] == [None] * 8 + [-32003]
        client.close()


async def test_subscribing_again_under_the_same_id_replaces_the_feed(tmp_path: Path) -> None:
    """Events come once, under the newer name."""
    async with serving(tmp_path) as daemon:
        client = await daemon.connect()
        for name in ("sub-1", "sub-2"):
            await client.send({"id": 1, "method": "events/subscribe", "params": {}})
            assert (await client.hear())["result"]["subscription"] == name
        daemon.publish()
        assert (await client.hear())["params"]["subscription"] == "sub-2"
        assert repr(daemon.bus).startswith("<Bus: 1 subscribers")
        client.close()
