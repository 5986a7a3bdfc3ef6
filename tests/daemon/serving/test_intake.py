"""Tests for `switchgeard.serving.intake`: many large frames at once, over real sockets."""

from pathlib import Path

import pytest
import trio

from rpc_client import Client, Daemon, kind_of, serving
from switchgear_protocol.limits import Limits
from switchgeard.serving.intake import LARGE, Intake

MIB = 1024 * 1024
TIGHT = Limits(intake=4 * MIB)
HALF = b'{"jsonrpc":"2.0","id":1,"method":"status","params":{"x":"' + b"A" * (3 * MIB)


async def begun(daemon: Daemon, data: bytes, held: int) -> Client:
    """A client whose bytes have all been taken in."""
    client = await daemon.connect()
    await client.send_bytes(data)
    with trio.fail_after(30):
        while intake(daemon).held < held:
            await trio.lowlevel.checkpoint()
    return client


def intake(daemon: Daemon) -> Intake:
    return daemon.server.intake


async def emptied(daemon: Daemon) -> None:
    with trio.fail_after(30):
        while intake(daemon).held:
            await trio.lowlevel.checkpoint()


def test_only_large_frames_are_refused_and_only_beyond_the_limit() -> None:
    """An ordinary request always passes."""
    shared = Intake(100)
    shared.held = 100
    assert not shared.refuses(LARGE + 1)
    shared.held = 101
    assert (shared.refuses(LARGE + 1), shared.refuses(LARGE)) == (True, False)


async def test_who_sends_a_large_frame_too_many_is_turned_away(tmp_path: Path) -> None:
    """Those before and small requests are served; once somebody is gone there is room again."""
    async with serving(tmp_path, TIGHT) as daemon:
        first = await begun(daemon, HALF, len(HALF))
        late = await daemon.connect()
        with pytest.raises(OSError, match=r"Broken pipe|reset"):
            await late.send_bytes(HALF * 4)
        small = await daemon.connect()
        await small.ask(1)
        assert (await small.hear())["id"] == 1
        first.close()
        await emptied(daemon)
        again = await begun(daemon, HALF, len(HALF))
        await again.send_bytes(b'"}}\n')
        assert kind_of(await again.hear()) == "invalid_params"
        await emptied(daemon)
        for client in (late, small, again):
            client.close()


async def test_a_request_under_way_counts_until_it_is_done(tmp_path: Path) -> None:
    """Its prompt is in memory all the time."""
    large = b'{"jsonrpc":"2.0","id":1,"method":"completion/create","params":{"model":"wait","system":"%b"}}\n'
    async with serving(tmp_path, TIGHT) as daemon:
        asked = large % (b"A" * 2 * MIB)
        client = await begun(daemon, asked, len(asked))
        await daemon.methods.until("begun")
        assert intake(daemon).held == len(asked)
        daemon.methods.release.set()
        assert (await client.hear())["id"] == 1
        await emptied(daemon)
        client.close()


async def test_whoever_leaves_gives_back_what_was_held(tmp_path: Path) -> None:
    """In the middle of a frame, of a request, of both."""
    running = b'{"jsonrpc":"2.0","id":%d,"method":"completion/create","params":{"model":"hang"}}\n'
    async with serving(tmp_path, TIGHT) as daemon:
        for data in (HALF, running % 1, running % 2 + running % 3 + HALF):
            client = await begun(daemon, data, len(data))
            client.close()
            await emptied(daemon)
