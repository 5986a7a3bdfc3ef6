"""Credentials that change under way: replaced from outside, taken away, put back."""

from pathlib import Path
from typing import cast

from fake_clock import ManualClock
from standins.faults import FAULTS
from switchgeard.credentials.keyring_store import KeyringStore
from switchgeard.credentials.secret import Locked, Ready, Secret
from switchgeard.credentials.vault import Vault
from switchgeard.demo.exchange import Answer, Asked
from switchgeard.demo.wires import Said
from world import World, world

HELLO = "Hello from a stand-in provider."
OLD, NEW = "sk-CANARY-old-0123456789", "sk-CANARY-new-0123456789"


class Door:
    """A provider that lets in one key only."""

    def __init__(self, key: str) -> None:
        self.key = key

    def __call__(self, asked: Asked, said: Said) -> Answer:
        return FAULTS["ok" if asked.header("x-api-key") == self.key else "401"](asked, said)


async def with_file(w: World, key: str) -> Path:
    """A's credential comes from a file from now on."""
    path = w.home / "key"
    write(path, key)
    config = w.home / "config.toml"
    config.write_text(config.read_text().replace('{env = "CANARY"}', f'{{file = "{path}"}}', 1))
    assert (await w.call("config/reload"))["ok"]
    return path


def write(path: Path, key: str) -> None:
    path.write_text(key + "\n")
    path.chmod(0o600)


async def test_a_credential_replaced_outside_is_picked_up_by_the_request_that_needs_it(tmp_path: Path) -> None:
    """F50: refused once, read again once, served by the same provider; the client notices nothing."""
    door = Door(OLD)
    async with world(tmp_path, {"a": door, "b": "ok"}) as w:
        path = await with_file(w, OLD)
        assert (await w.ask()).outcomes == [("a", None)]
        write(path, NEW)
        door.key = NEW
        heard = await w.ask()
        assert heard.outcomes == [("a", None)]
        assert heard.text == HELLO
        keys = [asked.header("x-api-key") for asked in w.standins["a"].asked]
        assert keys == [OLD, OLD, NEW]


async def test_a_refused_credential_that_is_still_the_same_is_not_tried_again(tmp_path: Path) -> None:
    """F8, F50: one look at the source, no second try with what was refused; the next offer answers."""
    async with world(tmp_path, {"a": Door(NEW), "b": "ok"}) as w:
        path = await with_file(w, OLD)
        for _ in range(3):
            assert (await w.ask()).answer == HELLO
        assert w.hits() == {"a": 1, "b": 3}
        [a, _] = (await w.call("providers/list"))["providers"]
        assert (a["health"], a["hint"].rpartition(": ")[2]) == ("auth_failed", "switchgear resume a")
        write(path, NEW)
        await w.call("providers/resume", provider="a")
        assert (await w.ask()).outcomes == [("a", None)]


async def test_a_credential_that_is_gone_is_missed_only_when_it_is_refused(tmp_path: Path) -> None:
    """F50: what is in memory serves on; once refused, the provider is without a credential and says so."""
    door = Door(OLD)
    async with world(tmp_path, {"a": door, "b": "ok"}) as w:
        path = await with_file(w, OLD)
        assert (await w.ask()).outcomes == [("a", None)]
        path.unlink()
        assert (await w.ask()).outcomes == [("a", None)]
        door.key = NEW
        assert (await w.ask()).outcomes[-1] == ("b", None)
        [a, _] = (await w.call("providers/list"))["providers"]
        assert a["health"] in ("auth_failed", "missing_credential")


async def test_another_credential_in_the_config_frees_the_provider_at_once(tmp_path: Path) -> None:
    """F8: no restart and no waiting: what was believed of the old credential no longer holds."""
    door = Door(NEW)
    async with world(tmp_path, {"a": door}) as w:
        path = await with_file(w, OLD)
        assert (await w.ask()).kind == "exhausted"
        write(path, NEW)
        config = w.home / "config.toml"
        config.write_text(config.read_text().replace(str(path), str(path.with_name("key2"))))
        write(path.with_name("key2"), NEW)
        assert (await w.call("config/reload"))["ok"]
        assert (await w.ask()).outcomes == [("a", None)]


class Unanswered:
    """A keyring whose unlock prompt nobody answers, until somebody does."""

    def __init__(self) -> None:
        self.asked = 0
        self.answer: Locked | Ready = Locked("the keyring is locked", "unlock it")

    async def read(self, provider_id: str) -> object:
        self.asked += 1
        return self.answer


async def test_a_locked_keyring_stops_its_own_provider_only(tmp_path: Path) -> None:
    """F33: the state says locked and what to do, the others serve; unlocked, it is back after half a minute."""
    async with world(tmp_path, {"a": "ok", "b": "ok"}) as w:
        keyring = Unanswered()
        w.daemon.at.vault = Vault(cast(KeyringStore, keyring), {"CANARY": NEW}, b"k" * 32)
        w.daemon.configuration.vault = w.daemon.at.vault
        hand = w.daemon.at.now = ManualClock(w.daemon.at.now().wall)
        config = w.home / "config.toml"
        config.write_text(config.read_text().replace('credential = {env = "CANARY"}', 'credential = "keyring"', 1))
        assert (await w.call("config/reload"))["ok"]
        for _ in range(3):
            assert (await w.ask()).answer == HELLO
        assert keyring.asked == 1
        [a, b] = (await w.call("providers/list"))["providers"]
        assert (a["health"], b["health"]) == ("locked", "available")
        assert a["hint"]
        keyring.answer = Ready(Secret(NEW))
        hand.advance(31)
        assert (await w.ask()).outcomes == [("a", None)]
        assert w.hits() == {"a": 1, "b": 3}


async def test_a_credential_its_provider_refused_is_not_called_ok(tmp_path: Path) -> None:
    """It is there and can be read, but it does not work."""
    async with world(tmp_path, {"a": "401", "b": "ok"}) as w:
        before = (await w.call("credentials/list"))["credentials"]
        assert [view["state"] for view in before] == ["ok", "ok"]
        await w.ask()
        after = (await w.call("credentials/list"))["credentials"]
        assert [view["state"] for view in after] == ["refused", "ok"]
        assert (
            after[0]["hint"] == "set another CANARY for the daemon and restart it: switchgear stop; switchgear status"
        )
