"""Too much of everything: clients that do not read, answers without end, subscribers left behind, storms."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
import trio

from fake_clock import ManualClock
from rpc_client import Client
from standins.faults import FAULTS, limited
from switchgear_protocol.limits import Limits
from switchgeard.demo.exchange import EVENT_STREAM, Answer, Asked, Send, Step, chunk, head
from switchgeard.demo.wires import ANTHROPIC, Said, frame
from world import World, world

HELLO = "Hello from a stand-in provider."
MIB = 1024 * 1024
TEXT = '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"%s"}}' % ("x" * 16_000)
OPENING = (
    '{"type":"message_start","message":{"id":"msg_1","role":"assistant","model":"m","content":[],"usage":{}}}',
    '{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}',
)


class Flood:
    """Text without end on Anthropic's wire; knows how many bytes it got rid of."""

    def __init__(self, most: int = 60 * MIB) -> None:
        self.sent, self._most = 0, most

    def __call__(self, asked: Asked, said: Said) -> Answer:
        return Answer(cast(tuple[Step, ...], self._steps()), "fin")

    def _steps(self) -> Iterator[Step]:
        yield Send(head(200, (("content-type", EVENT_STREAM), ("transfer-encoding", "chunked"))))
        for payload in OPENING:
            yield Send(chunk(frame(payload, ANTHROPIC)))
        piece = chunk(frame(TEXT, ANTHROPIC))
        while self.sent < self._most:
            yield Send(piece)
            self.sent += len(piece)


def resident(field: str = "VmRSS") -> int:
    """Bytes of memory this process holds, or (VmHWM) held at most."""
    found = re.search(rf"{field}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) * 1024


linux = pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="memory is measured through /proc")


async def deaf(w: World, id: int = 1) -> Client:
    """A client that asks and never reads."""
    client = await w.client()
    await w.put(client, id)
    return client


async def test_a_client_that_never_reads_stops_its_provider_and_is_dropped(tmp_path: Path) -> None:
    """F42: reading upstream pauses, nobody else waits; then the client is dropped and the upstream closed."""
    flood = Flood()
    async with world(tmp_path, {"a": [flood, "ok"]}, limits=Limits(unread=1.0)) as w:
        client = await deaf(w)
        with trio.fail_after(30):
            await w.standins["a"].until(lambda s: s.hits == 1)
            assert (await w.ask()).answer == HELLO
            await w.standins["a"].until(lambda s: s.disconnects == 1)
        assert flood.sent < 30 * MIB
        with trio.fail_after(30):
            while (await w.call("status"))["in_flight"]:
                pass
        rows = (await w.call("usage/query", by=["provider"]))["total"]
        assert (rows["attempts"], rows["complete"]) == (2, 1)
        client.close()


@pytest.mark.parametrize("stream", [True, False])
async def test_an_answer_without_end_is_ended(tmp_path: Path, stream: bool) -> None:
    """F41: after eight million characters it is no answer: a typed error to who has read them, failover for others."""
    async with world(tmp_path, {"a": Flood(), "b": "ok"}) as w:
        heard = await w.ask(stream=stream)
        if stream:
            assert heard.kind == "interrupted"
            assert len(heard.text) <= 8 * MIB
        else:
            assert heard.answer == HELLO
        assert heard.outcomes[0] == ("a", "protocol")


@linux
async def test_many_answers_nobody_reads_take_little_memory(tmp_path: Path) -> None:
    """F41: each stream holds at most its buffer and what the kernel takes, however much there would be."""
    async with world(tmp_path, {"a": Flood()}) as w:
        before = resident()
        clients = [await deaf(w) for _ in range(20)]
        with trio.fail_after(30):
            await w.standins["a"].until(lambda s: s.hits == 20)
            while len(w.daemon.at.state.live) < 20 or not _still(w):
                await trio.lowlevel.checkpoint()
        assert resident() - before < 20 * 4 * MIB
        for client in clients:
            client.close()


def _still(w: World) -> bool:
    """Whether every task waits for somebody else."""
    return trio.lowlevel.current_statistics().tasks_runnable <= 1


@linux
@pytest.mark.parametrize("stream", [True, False])
async def test_a_line_of_sixty_four_mebibytes_is_cut_off_early(tmp_path: Path, stream: bool) -> None:
    """F24: no more than the line's limit is ever held."""
    async with world(tmp_path, {"a": "huge_line", "b": "ok"}) as w:
        assert (await w.ask(stream=stream)).answer == HELLO
        Path("/proc/self/clear_refs").write_text("5")
        before = resident("VmHWM")
        await w.call("providers/resume", provider="a")
        heard = await w.ask(stream=stream)
        assert heard.outcomes == [("a", "protocol"), ("b", None)]
        assert resident("VmHWM") - before < 32 * MIB


@linux
async def test_a_bomb_is_never_unpacked(tmp_path: Path) -> None:
    """F26: an encoded answer is refused by its header."""
    async with world(tmp_path, {"a": "bomb", "b": "ok"}) as w:
        Path("/proc/self/clear_refs").write_text("5")
        before = resident("VmHWM")
        heard = await w.ask()
        assert heard.outcomes == [("a", "protocol"), ("b", None)]
        assert resident("VmHWM") - before < 16 * MIB


async def test_a_subscriber_left_behind_is_told_what_it_missed(tmp_path: Path) -> None:
    """F44: it does not read while much happens; requests are served meanwhile; then: a gap, a snapshot, the latest."""
    async with world(tmp_path, {"a": "ok"}, limits=Limits(outgoing=4000)) as w:
        slow = await w.client()
        await slow.send({"id": 1, "method": "events/subscribe", "params": {}})
        await slow.hear()
        at = w.daemon.at
        for _ in range(40):
            for number in range(50):
                at.announce(at.state.note("daemon", f"{number} " + "x" * 500, at.now()))
            assert (await w.ask()).answer == HELLO
        seen, gaps, snapshots = 0, 0, []
        while seen < at.state.telling.seq:
            note = (await slow.hear())["params"]
            seen = note["event"]["seq"]
            gaps += note["event"].get("dropped", 0)
            snapshots += [note["snapshot"]] if note.get("snapshot") else []
        assert gaps > 256
        assert snapshots[-1]["seq"] <= at.state.telling.seq
        assert snapshots[-1]["providers"][0]["id"] == "a"
        slow.close()


async def test_two_hundred_that_waited_for_a_reset_come_back_one_by_one_first(tmp_path: Path) -> None:
    """F51: one request tests whether the window is open, and only as answers come do more go along."""
    live: list[int] = []

    def counting(asked: Asked, said: Said) -> Answer:
        live.append(len(w.daemon.at.state.live))
        return FAULTS["ok"](asked, said)

    no_wait = "failover = {max_inline_wait = 0}"
    slow = 'connect = "5s", first_event = "60s", idle = "60s"'
    async with world(tmp_path, {"a": [limited("2"), counting]}, model=no_wait, timeouts=slow) as w:
        assert (await w.ask()).kind == "exhausted"
        heard = await w.crowd(200, wait_until_reset=True, stream=False)
        assert [h.error for h in heard if h.error] == []
        assert len(live) == 200
        for place, width in enumerate(live[:4]):
            assert width <= 4**place  # doubled by the first content of an answer, and by its end


async def test_impatient_clients_do_not_make_a_provider_work_more(tmp_path: Path) -> None:
    """F54: all providers are down and clients ask ten times a second for a minute: only the probes go out."""
    async with world(tmp_path, {"a": "502", "b": "eof", "c": "529"}) as w:
        hand = w.daemon.at.now = ManualClock(w.daemon.at.now().wall)
        client = await w.client()
        for number in range(600):
            await w.put(client, number)
            heard = await w.listen(client, number)
            assert heard.kind == "exhausted"
            assert heard.error is not None
            assert heard.error["data"]["retry_after_ms"] > 0
            hand.advance(0.1)
        client.close()
        assert all(3 <= hits <= 6 for hits in w.hits().values()), w.hits()


async def test_five_hundred_silent_connections_do_not_keep_anybody_out(tmp_path: Path) -> None:
    """F47: they take every place there is, are told so or sent away, and soon others are served again."""
    async with world(tmp_path, {"a": "ok"}, limits=Limits(first_byte=0.3, connections=32)) as w:
        editor = await w.client()
        await w.put(editor, 1)
        assert (await w.listen(editor, 1)).answer == HELLO
        silent = [await w.client() for _ in range(500)]
        await w.put(editor, 2)
        assert (await w.listen(editor, 2)).answer == HELLO  # who was here before notices nothing
        for client in silent:
            assert (await client.hear())["error"]["data"]["kind"] in ("busy", "timeout_first_frame")
            client.close()
        assert (await w.ask()).answer == HELLO
        editor.close()
