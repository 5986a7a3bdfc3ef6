"""Knocking at providers: any answer is a good one, none is told in words, and no credential goes along."""

from email.utils import formatdate
from pathlib import Path

import pytest
import trio
from msgspec import structs

from fake_clock import EPOCH, ManualClock
from raw_server import raw_server, request_head
from switchgeard import clock
from switchgeard.knocking import Knock, ahead, knock
from switchgeard.upstream.transport import Transport
from world import world


async def test_any_status_says_that_it_is_reached(tmp_path: Path) -> None:
    """A 404 came through DNS, TCP and HTTP. What is sent holds no credential."""
    heard: list[bytes] = []

    async def absent(stream: trio.abc.Stream) -> None:
        heard.append(await request_head(stream))
        await stream.send_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")

    async with raw_server(absent) as url, world(tmp_path, {"a": "ok"}) as w:
        found = await knock(w.daemon.at.transport, structs.replace(w.daemon.provider("a"), base_url=url), clock.now)
    assert found.answered
    assert "answers in" in found.told
    names = {line.partition(b":")[0].lower() for line in heard[0].split(b"\r\n")[1:] if line}
    assert names == {b"host", b"accept", b"accept-encoding", b"user-agent"}


async def test_a_program_of_this_machine_is_looked_for(tmp_path: Path) -> None:
    """It has no address."""
    entry = '[[providers]]\nid = "c"\nkind = "claude-cli"\nprogram = "/nowhere/claude"\n'
    async with world(tmp_path, {"a": "ok"}, more=entry) as w:
        found = await knock(w.daemon.at.transport, w.daemon.provider("c"), clock.now)
    assert found == Knock(False, "/nowhere/claude is not there")


async def test_nobody_there_is_told_in_words(tmp_path: Path) -> None:
    """The address stands in the words: it may be the wrong one."""
    async with world(tmp_path, {"a": "ok"}) as w:
        provider = w.daemon.provider("a")
        gone = "http://127.0.0.1:1"
        found = await knock(Transport(), structs.replace(provider, base_url=gone), clock.now)
    assert not found.answered
    assert found.told.startswith("127.0.0.1:1: ")


@pytest.mark.parametrize(
    ("date", "skew"),
    [
        (formatdate(EPOCH - 3600, usegmt=True), 3600.0),
        (formatdate(EPOCH + 60, usegmt=True), -60.0),
        ("yesterday", None),
        ("", None),
        (None, None),
        ("Mon, 99 Foo 2026 99:99:99 GMT", None),
    ],
)
def test_the_clock_is_compared_with_what_they_say(date: str | None, skew: float | None) -> None:
    """What cannot be read says nothing."""
    assert ahead(date, ManualClock().now.wall) == skew
