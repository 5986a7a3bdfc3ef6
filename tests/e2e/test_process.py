"""The daemon as a process: restarts keep what it believed, signals end it in order, one daemon at a time."""

import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import trio

from daemon_process import Home, home
from promptly import busy, kept_waiting
from rpc_client import Client
from served import served
from standins.standin import StandIn
from world import config


async def ask(place: Home, **params: object) -> dict[str, object]:
    answer: dict[str, object] = await trio.to_thread.run_sync(lambda: place.ask(**params))
    return answer


async def call(place: Home, method: str) -> Any:
    return await trio.to_thread.run_sync(place.call, method)


async def _written(place: Home) -> None:
    """Beliefs are on disk: the write-behind has put the session's row there."""
    with trio.fail_after(30), closing(sqlite3.connect(place.path / "state" / "switchgear" / "state.db")) as file:
        while not file.execute("SELECT 1 FROM beliefs WHERE topic = 'assignments'").fetchone():
            await trio.lowlevel.checkpoint()


async def test_kill_9_keeps_cooldowns_quota_and_sticky_sessions(tmp_path: Path) -> None:
    """F36: after a restart the limited provider is not asked, and the session stays."""
    async with served(tmp_path, a="quota_5h", b="429_hour", c="ok") as (place, standins):
        assert (await ask(place, session="s"))["served_by"]["provider"] == "c"  # type: ignore[index]
        before = place.call("status")
        await _written(place)
        await trio.to_thread.run_sync(place.kill)
        await trio.to_thread.run_sync(place.start)
        after = place.call("status")
        assert [p["health"] for p in after["providers"]] == [p["health"] for p in before["providers"]]
        assert [p["until"] for p in after["providers"]] == [p["until"] for p in before["providers"]]
        assert after["quota"] == before["quota"]
        assert [s["provider"] for s in place.call("sessions/list")["sessions"]] == ["c"]
        await ask(place, session="s")
        assert {name: s.hits for name, s in standins.items()} == {"a": 1, "b": 1, "c": 2}
        assert place.call("usage/query")["total"]["attempts"] == 4


async def test_after_a_kill_it_serves_again_within_a_second(tmp_path: Path) -> None:
    """F36, F38: from the start of the process to a whole answer; the stale socket is no obstacle."""
    async with served(tmp_path, a="ok") as (place, _):
        took = 9.9
        for _ in range(6):  # a busy machine gets more than one try
            await trio.to_thread.run_sync(place.kill)
            begun = trio.current_time()
            await trio.to_thread.run_sync(place.start)
            assert (await ask(place))["finish"] == "stop"
            assert place.process is not None
            took = min(took, trio.current_time() - begun - kept_waiting(place.process.pid))
            if took <= 1.0:
                break
        assert took <= busy(1.0)


async def test_a_damaged_state_file_is_set_aside_and_told(tmp_path: Path) -> None:
    """F35: the daemon serves all the same, says what happened, and the damaged file is kept."""
    async with served(tmp_path, a="ok") as (place, _):
        assert (await ask(place))["finish"] == "stop"
        await trio.to_thread.run_sync(place.stop)
        [file] = tmp_path.glob("state/**/state.db")
        damaged = file.read_bytes()[:512] + b"\xff" * 4096
        file.write_bytes(damaged)
        await trio.to_thread.run_sync(place.start)
        assert (await ask(place))["finish"] == "stop"
        assert "state.db" in (await call(place, "status"))["storage"]
        assert [old.read_bytes() for old in file.parent.glob("state.db.*") if old.read_bytes() == damaged]
        assert (await call(place, "usage/query"))["total"]["attempts"] == 1


LIMITED = [
    ("limits = {usd_per_day = 0.01}\n", "", "budget"),
    ("", "[spend]\nusd_per_day = 0.01\n", "budget"),
]


@pytest.mark.parametrize(("limits", "spend", "kind"), LIMITED)
async def test_a_daily_limit_holds_across_restarts(tmp_path: Path, limits: str, spend: str, kind: str) -> None:
    """What today has cost is read back from the ledger: neither kill -9 nor an end in order begins the day anew."""
    async with served(tmp_path, a="ok") as (place, standins):
        text = (tmp_path / "config.toml").read_text().replace('id = "a"\n', f'id = "a"\nbilling = "metered"\n{limits}')
        place.configure(text.replace("}]\n", ", price = {input = 1000.0, output = 1000.0}}]\n") + spend)
        assert (await call(place, "config/reload"))["ok"]
        assert (await ask(place))["cost_usd"] == 0.02
        for end in (place.kill, place.stop):
            await trio.to_thread.run_sync(end)
            await trio.to_thread.run_sync(place.start)
            refused: Any = await ask(place)
            assert refused["error"]["data"]["kind"] == kind
            assert refused["error"]["data"]["retry_after_ms"] > 0
        assert standins["a"].hits == 1


async def test_a_sessions_budget_holds_across_restarts_and_for_every_model(tmp_path: Path) -> None:
    """It is the session's, by the ledger: neither another name of the model nor a new daemon begins it anew."""
    async with served(tmp_path, a="ok") as (place, standins):
        text = (tmp_path / "config.toml").read_text().replace('id = "a"\n', 'id = "a"\nbilling = "metered"\n')
        priced = text.replace("}]\n", ", price = {input = 1000.0, output = 1000.0}}]\n")
        place.configure(priced + "[spend]\nusd_per_session = 0.01\n")
        assert (await call(place, "config/reload"))["ok"]
        assert (await ask(place, session="s"))["cost_usd"] == 0.02
        for _ in range(2):
            for model in ("m", "a/model-a"):
                refused: Any = await ask(place, session="s", model=model)
                assert refused["error"]["data"]["detail"] == "a: this session has spent its 0.01 USD"
            await trio.to_thread.run_sync(place.kill)
            await trio.to_thread.run_sync(place.start)
        assert (await ask(place, session="another"))["cost_usd"] == 0.02
        assert standins["a"].hits == 2


async def test_a_budget_given_to_sessions_later_counts_what_they_spent_in_earlier_lives(tmp_path: Path) -> None:
    """As after a restart: the ledger has it."""
    async with served(tmp_path, a="ok") as (place, standins):
        text = (tmp_path / "config.toml").read_text().replace('id = "a"\n', 'id = "a"\nbilling = "metered"\n')
        priced = text.replace("}]\n", ", price = {input = 1000.0, output = 1000.0}}]\n")
        place.configure(priced)
        assert (await call(place, "config/reload"))["ok"]
        assert (await ask(place, session="s"))["cost_usd"] == 0.02
        await trio.to_thread.run_sync(place.kill)
        await trio.to_thread.run_sync(place.start)
        place.configure(priced + "[spend]\nusd_per_session = 0.01\n")
        assert (await call(place, "config/reload"))["ok"]
        refused: Any = await ask(place, session="s")
        assert refused["error"]["data"]["detail"] == "a: this session has spent its 0.01 USD"
        assert (await ask(place, session="another"))["cost_usd"] == 0.02
        assert standins["a"].hits == 2


async def test_sigterm_lets_a_running_answer_finish(tmp_path: Path) -> None:
    """F60: new requests are refused, the answer in flight arrives whole, exit 0, the socket is gone."""
    async with served(tmp_path, a="hang_text") as (place, standins):
        sock = trio.socket.socket(trio.socket.AF_UNIX)
        await sock.connect(str(place.socket))
        client = Client(sock)
        asked = {"model": "m", "messages": [{"role": "user", "content": "hello"}], "stream": False}
        await client.send({"id": 1, "method": "completion/create", "params": asked})
        await standins["a"].until(lambda s: s.hits == 1)
        assert place.process is not None
        place.process.send_signal(signal.SIGTERM)
        await _until_draining(client)
        await client.send({"id": 2, "method": "completion/create", "params": asked})
        refused = await client.hear()
        assert (refused["id"], refused["error"]["data"]["kind"]) == (2, "shutting_down")
        standins["a"].release.set()
        answer = await client.hear()
        assert (answer["id"], answer["result"]["finish"]) == (1, "stop")
        client.close()
        assert await trio.to_thread.run_sync(place.process.wait) == 0
        assert not place.socket.exists()


async def test_sigterm_with_ten_streams_ends_each_of_them_truly(tmp_path: Path) -> None:
    """F60: whoever is in the middle keeps receiving; told to end now, each hears why, and the ledger has all ten."""
    async with served(tmp_path, a="hang_text") as (place, standins):
        asked = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}
        clients = [await connected(place) for _ in range(10)]
        for client in clients:
            await client.send({"id": 1, "method": "completion/create", "params": asked})
        await standins["a"].until(lambda s: s.hits == 10)
        for client in clients:
            while (await client.hear())["params"]["value"]["type"] != "text_delta":
                pass
        assert place.process is not None
        place.process.send_signal(signal.SIGTERM)
        await _until_draining(clients[0])
        await clients[1].send({"id": 2, "method": "completion/create", "params": asked})
        refused = (await clients[1].hear())["error"]["data"]
        assert refused["kind"] == "shutting_down"
        assert refused["retry_after_ms"] > 0
        place.process.send_signal(signal.SIGTERM)
        ends = [await client.hear() for client in clients]
        assert {end["error"]["data"]["kind"] for end in ends} == {"shutting_down"}
        assert await trio.to_thread.run_sync(place.process.wait) == 0
        for client in clients:
            client.close()
        await trio.to_thread.run_sync(place.start)
        assert (await call(place, "usage/query"))["total"]["attempts"] == 10


async def connected(place: Home) -> Client:
    sock = trio.socket.socket(trio.socket.AF_UNIX)
    await sock.connect(str(place.socket))
    return Client(sock)


async def _until_draining(client: Client) -> None:
    draining, number = False, 100
    with trio.fail_after(30):
        while not draining:
            number += 1
            await client.send({"id": number, "method": "status", "params": {}})
            draining = (await client.hear())["result"]["draining"]


async def test_sighup_reloads_the_config(tmp_path: Path) -> None:
    """A provider taken out of the file is gone after SIGHUP (or after the watcher saw it)."""
    async with served(tmp_path, a="ok", b="ok") as (place, _):
        text = (tmp_path / "config.toml").read_text().replace('alias = "m"', 'alias = "n"')
        (tmp_path / "config.toml").write_text(text)
        assert place.process is not None
        place.process.send_signal(signal.SIGHUP)
        with trio.fail_after(30):
            while [m["alias"] for m in (await call(place, "models/list"))["models"]] != ["n"]:
                pass


async def test_a_second_daemon_leaves_the_first_alone(tmp_path: Path) -> None:
    """F37: it says so and ends with 75."""
    async with served(tmp_path, a="ok") as (place, _):
        argv = [sys.executable, "-m", "switchgeard"]
        second = await trio.run_process(argv, env=place.env, capture_stderr=True, check=False)
        assert second.returncode == 75
        assert b"already" in second.stderr
        assert str((await ask(place))["finish"]) == "stop"


async def test_a_deleted_socket_is_bound_again(tmp_path: Path) -> None:
    """F39: clients find the daemon again within five seconds."""
    async with served(tmp_path, a="ok") as (place, _):
        place.socket.unlink()
        with trio.fail_after(30):
            while not place.socket.exists():
                await trio.lowlevel.checkpoint()
        assert place.call("status")["pid"] == place.process.pid  # type: ignore[union-attr]


async def test_the_command_starts_the_daemon_and_asks(tmp_path: Path) -> None:
    """No daemon: `switchgear ask` starts one, says so once, and prints the answer."""
    standin = StandIn("ok")
    async with standin.serving():
        with home(tmp_path) as place:
            place.configure(config({"a": standin}, {}))
            try:
                first = await trio.to_thread.run_sync(lambda: place.command("ask", "m", "hello"))
                again = await trio.to_thread.run_sync(lambda: place.command("ask", "m", "hello"))
            finally:
                await trio.to_thread.run_sync(lambda: place.command("stop"))
        assert first.returncode == 0, first.stderr
        assert first.stdout == "Hello from a stand-in provider.\n"
        assert "started the daemon" in first.stderr
        assert "via A" in first.stderr
        assert "started the daemon" not in again.stderr
        assert again.stdout == first.stdout


def test_a_cursor_means_the_same_after_a_restart(tmp_path: Path) -> None:
    """What was missed is told by number; only a kill -9 skips some."""
    with home(tmp_path) as place:
        place.configure("")
        place.start()
        seen = place.call("status")["seq"]
        assert place.stop() == 0
        place.start()
        replayed = place.call("events/subscribe", since=seen)["replayed"]
        assert [event["seq"] for event in replayed] == list(range(seen + 1, seen + 1 + len(replayed)))
        assert (replayed[0]["type"], "restarted" in replayed[0]["reason"]) == ("lagged", True)
        seen = place.call("status")["seq"]
        place.kill()
        place.start()
        told = place.call("events/subscribe", since=seen)["replayed"]
        assert told[0]["type"] == "lagged"
        assert min(event["seq"] for event in told) > seen
