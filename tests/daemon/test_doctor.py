"""`doctor/check`: what the daemon finds out about itself, and the cure it names."""

from email.utils import formatdate
from pathlib import Path
from typing import Any

import trio

from fake_clock import ManualClock
from raw_server import raw_server, request_head
from switchgeard import clock
from world import CANARY, World, world

Found = dict[tuple[str, str], dict[str, Any]]


async def examined(w: World, **params: Any) -> Found:
    """What was found, by id and what it is about."""
    reply = await w.call("doctor/check", **params)
    assert CANARY not in str(reply)
    return {(one["id"], one["about"]): one for one in reply["findings"]}


def verdicts(found: Found) -> dict[tuple[str, str], str]:
    return {key: one["verdict"] for key, one in found.items()}


async def test_a_daemon_that_is_well_has_only_good_findings(tmp_path: Path) -> None:
    """Each with its evidence, none with a cure; a keyring that keeps nothing is not tried, which is said."""
    async with world(tmp_path, {"a": "ok", "b": "ok"}, door=True) as w:
        found = await examined(w)
        left_alone = await examined(w, keyring=False)
    assert ("keyring", "") not in left_alone
    assert {key for key, verdict in verdicts(found).items() if verdict != "ok"} == {("keyring", "")}
    assert verdicts(found)["keyring", ""] == "skipped"
    assert {name for name, _ in found} == {"config", "storage", "keyring", "door", "reach", "login", "model"}
    assert all(one["evidence"] and one["hint"] is None for one in found.values())


async def test_a_provider_that_is_gone_is_named(tmp_path: Path) -> None:
    """And only that one."""
    async with world(tmp_path, {"a": "ok", "b": "ok"}) as w:
        path = tmp_path / "config.toml"
        path.write_text(path.read_text().replace(w.standins["b"].url, "http://127.0.0.1:1"))
        await w.call("config/reload")
        found = await examined(w)
    assert [key for key, verdict in verdicts(found).items() if verdict == "fail"] == [("reach", "b")]
    assert found["reach", "b"]["hint"] == "switchgear pause b"


async def test_without_the_network_nobody_is_asked(tmp_path: Path) -> None:
    """`network` false: no byte leaves the machine."""
    async with world(tmp_path, {"a": "ok"}) as w:
        found = await examined(w, network=False)
        assert not w.standins["a"].asked
    assert ("reach", "a") not in found


async def test_a_clock_that_is_wrong_is_seen_in_what_providers_say(tmp_path: Path) -> None:
    """An hour ahead: tokens would end before they began."""

    async def dated(stream: trio.abc.Stream) -> None:
        await request_head(stream)
        date = formatdate(clock.now().wall, usegmt=True)
        await stream.send_all(f"HTTP/1.1 404 Not Found\r\ndate: {date}\r\ncontent-length: 0\r\n\r\n".encode())

    async with raw_server(dated) as url, world(tmp_path, {"a": "ok"}) as w:
        path = tmp_path / "config.toml"
        path.write_text(path.read_text().replace(w.standins["a"].url, url))
        await w.call("config/reload")
        w.daemon.at.now = ManualClock(clock.now().wall + 3600)
        found = await examined(w)
    assert found["clock", ""]["verdict"] == "fail"
    assert "ahead of what a provider says" in found["clock", ""]["evidence"]


async def test_a_missing_credential_names_its_variable(tmp_path: Path) -> None:
    """As `auth` does."""
    async with world(tmp_path, {"a": "ok"}) as w:
        path = tmp_path / "config.toml"
        path.write_text(path.read_text().replace('{env = "CANARY"}', '{env = "NOT_SET"}'))
        await w.call("config/reload")
        found = await examined(w)
    assert found["login", "a"]["verdict"] == "fail"
    assert "NOT_SET" in found["login", "a"]["evidence"]
    assert found["model", "m"]["hint"] == "switchgear route m"


async def test_a_broken_config_is_a_failure_and_the_last_good_one_is_examined(tmp_path: Path) -> None:
    """The rest is found out all the same."""
    async with world(tmp_path, {"a": "ok"}) as w:
        (tmp_path / "config.toml").write_text("[[providers]]\nidd = 1\n")
        await w.call("config/reload")
        found = await examined(w)
    assert (found["config", ""]["verdict"], found["reach", "a"]["verdict"]) == ("fail", "ok")
    assert found["config", ""]["hint"]


async def test_a_state_file_that_is_damaged_while_the_daemon_runs_is_found(tmp_path: Path) -> None:
    """And one that is kept in memory only."""
    async with world(tmp_path, {"a": "ok"}) as w:
        store = w.daemon.at.store
        assert store.path is not None
        await store.flush()
        found = await examined(w)
        assert found["storage", ""]["verdict"] == "ok"
        there, store.path = store.path, tmp_path / "config.toml"
        assert (await examined(w))["storage", ""]["verdict"] == "fail"
        store.path = None
        assert "memory" in (await examined(w))["storage", ""]["evidence"]
        store.path = there


async def test_a_paused_provider_is_a_warning_with_its_cure(tmp_path: Path) -> None:
    """People forget that they did."""
    async with world(tmp_path, {"a": "ok"}) as w:
        await w.call("providers/pause", provider="a")
        found = await examined(w)
    assert (found["provider", "a"]["verdict"], found["provider", "a"]["hint"]) == ("warn", "switchgear resume a")


async def test_two_providers_on_one_account_are_told_of_each_other(tmp_path: Path) -> None:
    """What either uses counts for both: the second is no fallback."""
    async with world(tmp_path, {"a": "ok", "b": "ok"}) as w:
        path = tmp_path / "config.toml"
        path.write_text(path.read_text().replace(w.standins["b"].url, w.standins["a"].url))
        await w.call("config/reload")
        await w.ask(model="a/model-a")
        await w.ask(model="b/model-b")
        found = await examined(w)
    assert found["account", "a"]["verdict"] == "warn"
    assert "one account with b" in found["account", "a"]["evidence"]
    assert found["account", "a"]["hint"]
