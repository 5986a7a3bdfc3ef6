"""The HTTP door of a daemon that is a process: it follows the config, and ends in order."""

import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import trio

from daemon_process import Home, home
from doorway import Visitor
from rpc_client import Client
from standins.faults import FAULTS
from standins.standin import Script, StandIn
from switchgeard.demo.exchange import Answer, Asked, Hang
from switchgeard.demo.wires import Said
from world import PATIENT, config

LISTEN = '\n[http]\nlisten = "127.0.0.1:0"\n'
ASKED = b'{"model": "m", "stream": true, "messages": [{"role": "user", "content": "hello"}]}'


@asynccontextmanager
async def served(path: Path, script: Script, more: str = LISTEN) -> AsyncIterator[tuple[Home, StandIn, str]]:
    """A stand-in here, the daemon in a process of its own, a token of its door."""
    standin = StandIn(script)
    async with standin.serving():
        with home(path) as place:
            place.configure(config({"a": standin}, {}, more=more, timeouts=PATIENT))
            await trio.to_thread.run_sync(place.start)
            made = await call(place, "tokens/create", name="test")
            yield place, standin, made["token"]


async def call(place: Home, method: str, **params: Any) -> Any:
    return await trio.to_thread.run_sync(lambda: place.call(method, **params))


async def visit(place: Home) -> Visitor:
    where = (await call(place, "status"))["http"].split(" ")[0].removeprefix("http://")
    sock = trio.socket.socket()
    await sock.connect(("127.0.0.1", int(where.rpartition(":")[2])))
    return Visitor(sock, where)


async def ask(visitor: Visitor, token: str, path: str = "/v1/chat/completions", body: bytes | None = ASKED) -> None:
    method = "GET" if body is None else "POST"
    await visitor.ask(path, method=method, body=body, headers={"authorization": f"Bearer {token}"})


def late(asked: Asked, said: Said) -> Answer:
    """A good answer, once the stand-in is released."""
    good = FAULTS["ok"](asked, said)
    return Answer((Hang(), *good.steps), good.end)


async def told_to_end(place: Home) -> None:
    """SIGTERM, until the daemon says that it drains."""
    sock = trio.socket.socket(trio.socket.AF_UNIX)
    await sock.connect(str(place.socket))
    client, number, draining = Client(sock), 0, False
    assert place.process is not None
    place.process.send_signal(signal.SIGTERM)
    while not draining:
        number += 1
        await client.send({"id": number, "method": "status", "params": {}})
        draining = (await client.hear())["result"]["draining"]
    client.close()


async def test_sigterm_ends_the_door_in_order(tmp_path: Path) -> None:
    """F60: a stream goes on, what is new hears 503; told to end now it is cut, never made to look whole; exit 0."""
    async with served(tmp_path, "hang_text") as (place, standin, token):
        streaming, kept = await visit(place), await visit(place)
        await ask(kept, token, "/v1/models", None)
        assert (await kept.hear()).status == 200
        await ask(streaming, token)
        await standin.until(lambda s: s.hits == 1)
        while b"data:" not in streaming.early:
            streaming.early += await streaming.receive()
        await told_to_end(place)
        await ask(kept, token, "/v1/models", None)
        refused = await kept.hear()
        assert (refused.status, refused.headers["retry-after"], refused.headers["connection"]) == (503, "2", "close")
        assert place.process is not None
        place.process.send_signal(signal.SIGTERM)
        cut = await streaming.hear()
        assert (cut.status, cut.whole) == (200, False)
        assert await trio.to_thread.run_sync(place.process.wait) == 0
        assert not (place.socket.parent / "http.sock").exists()
        for visitor in (streaming, kept):
            visitor.close()
        assert token not in place.log()


async def test_sigterm_lets_an_answer_at_the_door_finish(tmp_path: Path) -> None:
    """The answer that comes meanwhile is whole, and the last on its connection."""
    async with served(tmp_path, late) as (place, standin, token):
        visitor = await visit(place)
        await ask(visitor, token, "/v1/chat/completions", ASKED.replace(b"true", b"false"))
        await standin.until(lambda s: s.hits == 1)
        await told_to_end(place)
        standin.release.set()
        reply = await visitor.hear()
        assert (reply.status, reply.whole, reply.headers["connection"]) == (200, True, "close")
        assert place.process is not None
        assert await trio.to_thread.run_sync(place.process.wait) == 0
        visitor.close()


async def test_the_door_opens_where_the_config_is_changed_to(tmp_path: Path) -> None:
    """Without a restart; the port of an instant ago is shut, and status says so."""
    async with served(tmp_path, "ok", more="") as (place, standin, token):
        before = (await call(place, "status"))["http"]
        assert before == str(place.socket.parent / "http.sock")
        place.configure(config({"a": standin}, {}, more=LISTEN))
        await call(place, "config/reload")
        visitor = await visit(place)
        await ask(visitor, token, "/v1/models", None)
        assert (await visitor.hear()).status == 200
        place.configure(config({"a": standin}, {}, more="\n[http]\nunix = false\n"))
        await call(place, "config/reload")
        assert (await call(place, "status"))["http"] is None
        assert await visitor.receive() == b""
        assert not Path(before).exists()
        visitor.close()
