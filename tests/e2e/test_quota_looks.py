"""When the daemon itself looks at a provider's quota page: while somebody watches."""

import json
from collections.abc import Callable
from pathlib import Path

import trio

from daemon_process import home
from rpc_client import Client
from standins.standin import StandIn
from switchgeard.demo.exchange import Answer, Asked, sized

CONFIG = """\
[[providers]]
id = "credit"
kind = "openrouter"
base_url = "{url}/api/v1"
credential = {{env = "CANARY"}}

[[models]]
alias = "m"
group = [{{provider = "credit", model = "m"}}]
"""
PAGE = {"data": {"limit": 20.0, "limit_remaining": 12.5, "usage": 7.5}}


def paged(looks: list[str]) -> Callable[[Asked], Answer | None]:
    """A stand-in's answers beside completions: the page of the key."""

    def beside(asked: Asked) -> Answer | None:
        if not asked.path.endswith("/key"):
            return None
        looks.append(asked.path)
        return sized(200, json.dumps(PAGE).encode())

    return beside


async def test_a_watcher_sees_a_figure_that_no_answer_told(tmp_path: Path) -> None:
    """Nobody asked anything: the page is read because somebody watches, and not before."""
    looks: list[str] = []
    standin = StandIn("ok", beside=paged(looks))
    async with trio.open_nursery() as nursery:
        await nursery.start(standin.serve)
        with home(tmp_path) as place:
            place.configure(CONFIG.format(url=standin.url))
            await trio.to_thread.run_sync(place.start)
            assert looks == []
            sock = trio.socket.socket(trio.socket.AF_UNIX)
            await sock.connect(str(place.socket))
            client = Client(sock)
            with sock, trio.fail_after(30):
                await client.send({"id": 1, "method": "events/subscribe", "params": {"types": ["quota"]}})
                assert (await client.hear())["result"]["snapshot"]["quota"] == []
                event = (await client.hear())["params"]["event"]
            assert (event["provider"], event["window"], event["used"]) == ("credit", "key", 0.375)
            assert looks == ["/api/v1/key"]
        nursery.cancel_scope.cancel()
