"""Tests for `switchgeard.serving.conversation`, over real sockets."""

import json
import socket
from math import inf
from pathlib import Path

import pytest
import structlog.testing
import trio
import trio.testing
from trio.testing import MockClock

from promptly import promptly
from rpc_client import kind_of, serving
from switchgear_protocol.limits import DEFAULT, Limits
from switchgear_protocol.rpc import MSGPACK


async def test_a_request_is_answered_under_its_id(tmp_path: Path) -> None:
    """The caller knows who asked."""
    async with serving(tmp_path) as daemon:
        client = await daemon.connect()
        await client.ask("one")
        answer = await client.hear()
        assert (answer["id"], "result" in answer) == ("one", True)
        caller = daemon.methods.callers[0]
        assert (caller.request, caller.framing, caller.connection) == ("one", "ndjson", 1)
        assert caller.pid is not None
        client.close()


async def test_the_caller_carries_the_name_given_at_initialize(tmp_path: Path) -> None:
    """The ledger wants to know which program asked."""
    async with serving(tmp_path) as daemon:
        client = await daemon.connect()
        await client.send({"id": 1, "method": "initialize", "params": {"client": {"name": "nvim"}}})
        await client.hear()
        await client.ask(2)
        await client.hear()
        assert [caller.client for caller in daemon.methods.callers] == ["nvim", "nvim"]
        client.close()


async def test_concurrent_answers_do_not_interleave(tmp_path: Path) -> None:
    """Forty streams at once over one slow socket: every line is whole, every stream in order and complete."""
    async with serving(tmp_path, Limits(outgoing=5000)) as daemon:
        client = await daemon.connect()
        for number in range(40):
            await client.ask(f"{number % 10}-{number}", "stream:20:3000")
        counts: dict[str, int] = {}
        finished = 0
        while finished < 40:
            message = await client.hear()
            if "result" in message:
                assert counts[message["id"]] == 20
                finished += 1
            else:
                token, text = message["params"]["token"], message["params"]["value"]["text"]
                assert text == token[0] * 3000
                counts[token] = counts.get(token, 0) + 1
        client.close()


async def test_a_refusal_is_answered_as_the_method_said_it(tmp_path: Path) -> None:
    """Also when a nursery wrapped it in a group."""
    async with serving(tmp_path) as daemon:
        client = await daemon.connect()
        for behaviour in ("refuse", "refuse-in-nursery"):
            await client.ask(1, behaviour)
            answer = await client.hear()
            assert (answer["error"]["code"], kind_of(answer)) == (-32011, "no_such_model")
        client.close()


@pytest.mark.parametrize("behaviour", ["bug", "unencodable"])
async def test_a_bug_costs_its_request_only_and_its_message_is_not_logged(tmp_path: Path, behaviour: str) -> None:
    """The log names type and place; the client gets `internal`; the connection lives."""
    with structlog.testing.capture_logs() as logs:
        async with serving(tmp_path) as daemon:
            client = await daemon.connect()
            await client.ask(1, behaviour)
            answer = await client.hear()
            assert kind_of(answer) == "internal"
            await client.ask(2)
            assert (await client.hear())["id"] == 2
            client.close()
    bugs = [entry for entry in logs if entry["event"] == "request.bug"]
    assert len(bugs) == 1
    assert bugs[0]["method"] == "completion/create"
    assert bugs[0]["place"]
    assert "canary" not in json.dumps([logs, answer], default=str)


async def test_a_bug_in_an_inline_method_is_contained_too(tmp_path: Path) -> None:
    """`events/subscribe` with a snapshot that fails."""
    async with serving(tmp_path) as daemon:
        daemon.bus.snapshot = lambda: 1 // 0  # type: ignore[assignment, return-value]
        client = await daemon.connect()
        await client.send({"id": 1, "method": "events/subscribe", "params": {}})
        assert kind_of(await client.hear()) == "internal"
        client.close()


async def test_a_cancelled_request_is_answered_exactly_once(tmp_path: Path) -> None:
    """-32800, however often it is cancelled; what else runs goes on."""
    async with serving(tmp_path) as daemon:
        client = await daemon.connect()
        await client.ask(1, "hang")
        await client.ask(2, "wait")
        await daemon.methods.until("begun", 2)
        for _ in range(3):
            await client.cancel(1)
        assert (await client.hear())["error"]["code"] == -32800
        daemon.methods.release.set()
        assert (await client.hear())["id"] == 2
        assert daemon.methods.cancelled == [1]
        client.close()


async def test_cancelling_what_nobody_knows_does_nothing(tmp_path: Path) -> None:
    """Answered ones, other clients' ones, invented ones."""
    async with serving(tmp_path) as daemon:
        mine, other = await daemon.connect(), await daemon.connect()
        await mine.ask(7, "wait")
        await daemon.methods.until("begun")
        await other.cancel(7)
        await other.cancel("invented")
        await other.ask(8)
        assert (await other.hear())["id"] == 8
        daemon.methods.release.set()
        assert (await mine.hear())["id"] == 7
        mine.close()
        other.close()


async def test_a_client_that_shuts_its_writing_side_still_gets_its_answers(tmp_path: Path) -> None:
    """`echo ... | nc -N -U`: what is in flight is finished, then the daemon closes."""
    async with serving(tmp_path) as daemon:
        client = await daemon.connect()
        await client.ask(1, "wait")
        await client.send_bytes(b'{"jsonrpc":"2.0","id":2,"method":"status"}')  # a last line without its newline
        client.half_close()
        assert (await client.hear())["id"] == 2
        daemon.methods.release.set()
        assert (await client.hear())["id"] == 1
        assert await client.hear() == {}
        await daemon.until_connections(0)
        client.close()


async def test_a_client_that_is_gone_has_its_work_cancelled(tmp_path: Path) -> None:
    """Though nothing is being read or written: all its requests, at once."""
    async with serving(tmp_path) as daemon:
        client = await daemon.connect()
        await client.ask(1, "hang")
        await client.ask(2, "hang")
        await daemon.methods.until("begun", 2)
        client.close()
        with promptly(0.25):
            await daemon.methods.until("cancelled", 2)
        await daemon.until_connections(0)


async def test_a_client_gone_after_a_half_close_has_its_work_cancelled(tmp_path: Path) -> None:
    """Reading ended long ago; the hang-up is noticed all the same."""
    async with serving(tmp_path) as daemon:
        client = await daemon.connect()
        await client.ask(1, "hang")
        client.half_close()
        await daemon.methods.until("begun")
        await trio.testing.wait_all_tasks_blocked()
        assert daemon.methods.cancelled == []
        client.close()
        await daemon.methods.until("cancelled")
        await daemon.until_connections(0)


async def test_a_client_that_leaves_in_the_middle_of_a_stream_ends_it(tmp_path: Path) -> None:
    """The write fails, the work stops, and the daemon serves on."""
    async with serving(tmp_path, Limits(outgoing=5000)) as daemon:
        client = await daemon.connect()
        await client.ask(1, "stream:100000:1000")
        await client.hear()
        client.close()
        await daemon.until_connections(0)
        assert daemon.methods.sent[1] < 100000
        other = await daemon.connect()
        await other.ask(2)
        assert (await other.hear())["id"] == 2
        other.close()


async def test_a_client_that_never_reads_gets_back_pressure_then_is_dropped(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    """The producer waits (memory stays bounded); after a minute connection and work end; nobody else notices."""
    async with serving(tmp_path, Limits(outgoing=50_000)) as daemon:
        client, other = await daemon.connect(), await daemon.connect()
        client.patience = other.patience = inf
        await other.ask(2, "answer")
        await other.hear()
        await client.ask(1, "stream:100000:1000")
        started = trio.current_time()
        daemon.methods.patience = inf
        await daemon.methods.until("cancelled")
        await daemon.until_connections(1)
        assert 59 <= trio.current_time() - started <= 65
        assert daemon.methods.cancelled == [1]
        assert daemon.methods.sent[1] < 1500
        await other.ask(3)
        assert (await other.hear())["id"] == 3
        client.close()
        other.close()


async def test_a_silent_client_is_sent_away_after_five_seconds(tmp_path: Path, autojump_clock: MockClock) -> None:
    """With a readable last word."""
    async with serving(tmp_path) as daemon:
        client = await daemon.connect()
        client.patience = inf
        started = trio.current_time()
        assert kind_of(await client.hear()) == "timeout_first_frame"
        assert trio.current_time() - started == pytest.approx(DEFAULT.first_byte, abs=0.1)
        assert await client.hear() == {}
        client.close()


async def test_a_first_frame_must_be_whole_in_thirty_seconds(tmp_path: Path, autojump_clock: MockClock) -> None:
    """One byte at a time does not help."""
    async with serving(tmp_path) as daemon:
        client = await daemon.connect()
        client.patience = inf
        started = trio.current_time()

        async def drip() -> None:
            for byte in b'{"jsonrpc":':
                await client.send_bytes(bytes([byte]))
                await trio.sleep(4)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(drip)
            assert kind_of(await client.hear()) == "timeout_first_frame"
            nursery.cancel_scope.cancel()
        assert trio.current_time() - started == pytest.approx(DEFAULT.first_frame, abs=0.1)
        client.close()


async def test_a_later_frame_once_begun_must_be_whole_too(tmp_path: Path, autojump_clock: MockClock) -> None:
    """Half a request holds its slot for thirty seconds, and dripping does not prolong it."""
    async with serving(tmp_path) as daemon:
        client = await daemon.connect()
        client.patience = inf
        await client.ask(1)
        await client.hear()
        await trio.sleep(1000)
        started = trio.current_time()
        await client.send_bytes(b'{"jsonrpc":')
        await trio.sleep(20)
        await client.send_bytes(b' "2.0"')
        assert kind_of(await client.hear()) == "timeout_first_frame"
        assert trio.current_time() - started == pytest.approx(DEFAULT.first_frame, abs=0.1)
        client.close()


async def test_a_client_that_has_spoken_may_be_silent_for_days(tmp_path: Path, autojump_clock: MockClock) -> None:
    """An editor left open over the weekend."""
    async with serving(tmp_path) as daemon:
        client = await daemon.connect()
        client.patience = inf
        await client.ask(1)
        await client.hear()
        await trio.sleep(3 * 24 * 3600)
        await client.ask(2)
        assert (await client.hear())["id"] == 2
        client.close()


async def test_a_long_answer_does_not_count_as_silence(tmp_path: Path, autojump_clock: MockClock) -> None:
    """A MessagePack client whose `initialize` is slow to be answered is not sent away."""
    async with serving(tmp_path) as daemon:
        client = await daemon.connect()
        client.patience = inf
        await client.ask(1, "wait")
        await trio.sleep(600)
        daemon.methods.release.set()
        assert (await client.hear())["id"] == 1
        client.close()


async def test_what_is_not_our_protocol_is_told_so_and_closed(tmp_path: Path) -> None:
    """Bytes that cannot be cut into frames end the connection, and its work, after one readable error."""
    async with serving(tmp_path) as daemon:
        client = await daemon.connect()
        await client.send_bytes(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = await client.sock.recv(65536)
        assert answer.startswith(b"HTTP/1.1 400 ")
        await daemon.until_connections(0)
        client.close()


async def test_a_bad_message_is_refused_and_the_next_one_served(tmp_path: Path) -> None:
    """A good frame with nonsense in it costs one error reply."""
    async with serving(tmp_path) as daemon:
        client = await daemon.connect()
        await client.send_bytes(b'{"nonsense": true}\n')
        assert (await client.hear())["error"]["code"] == -32600
        await client.send({"id": 1, "method": "no/such"})
        assert kind_of(await client.hear()) == "method_not_found"
        await client.ask(2)
        assert (await client.hear())["id"] == 2
        client.close()


async def test_the_sixty_fifth_request_in_flight_is_refused(tmp_path: Path) -> None:
    """`busy`, and the others are served."""
    async with serving(tmp_path) as daemon:
        client = await daemon.connect()
        for number in range(65):
            await client.ask(number, "wait")
        refused = await client.hear()
        assert (refused["id"], kind_of(refused)) == (64, "busy")
        daemon.methods.release.set()
        assert {(await client.hear())["id"] for _ in range(64)} == set(range(64))
        client.close()


async def test_messagepack_is_answered_in_messagepack(tmp_path: Path) -> None:
    """Same dispatch, other framing."""
    async with serving(tmp_path) as daemon:
        client = await daemon.connect()
        payload = MSGPACK.encoder.encode({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {}})
        await client.send_bytes(len(payload).to_bytes(4, "big") + payload)
        answer = await client.sock.recv(65536)
        assert MSGPACK.decoder(dict).decode(answer[4:])["id"] == 1
        assert daemon.methods.callers[0].framing == "msgpack"
        client.close()


async def test_an_answer_that_arrives_as_the_client_resets_harms_nobody(tmp_path: Path) -> None:
    """Closing with unread data makes the kernel send a reset."""
    async with serving(tmp_path) as daemon:
        for _ in range(20):
            client = await daemon.connect()
            await client.ask(1, "stream:50:1000")
            await client.hear()
            client.sock.shutdown(socket.SHUT_RD)
            client.close()
        await daemon.until_connections(0)
        last = await daemon.connect()
        await last.ask(2)
        assert (await last.hear())["id"] == 2
        last.close()


async def test_a_client_that_asks_and_leaves_at_once_is_no_bug(tmp_path: Path) -> None:
    """Its stream meets a closed socket before the hang-up is noticed: the log says nothing of it."""
    with structlog.testing.capture_logs() as logs:
        async with serving(tmp_path) as daemon:
            for number in range(20):
                client = await daemon.connect()
                await client.ask(number, "stream:3:10")
                client.close()
                await daemon.methods.until("begun", number + 1)
            await daemon.until_connections(0)
    assert logs == []
