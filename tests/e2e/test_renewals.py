"""Tokens that end, through the whole daemon, at an issuer on loopback: F8, F30, F31, F32."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio

import lock_holder
from fake_clock import ManualClock
from memory_keyring import MemoryKeyring, in_place
from plan import GONE, LIFE, REVOKED, Plan
from standins.standin import StandIn
from switchgeard import clock
from switchgeard.demo.exchange import Answer, Asked, sized
from switchgeard.kinds import vertex
from switchgeard.kinds.bundle import Bundle, parsed
from world import World, world

MANY = 200
HELLO = "Hello from a stand-in provider."


@asynccontextmanager
async def planned(
    home: Path, monkeypatch: pytest.MonkeyPatch, plan: Plan, hand: ManualClock, keyring: MemoryKeyring | None = None
) -> AsyncIterator[World]:
    """A world whose provider `a` is that plan, its login in the keyring; `b` has a key. Time is moved by hand."""
    plan.kind(monkeypatch)
    if keyring is None:
        keyring = in_place(monkeypatch, a=plan.login(hand.now.wall))
    async with world(home, {"a": plan.standin, "b": "ok"}, now=hand) as w:
        plan.kind(monkeypatch)  # it has an address now
        path = w.home / "config.toml"
        path.write_text(path.read_text().replace('credential = {env = "CANARY"}', 'credential = "keyring"', 1))
        assert (await w.call("config/reload"))["ok"]
        yield w


def by_hand() -> ManualClock:
    return ManualClock(clock.now().wall, 1000.0)


def held(keyring: MemoryKeyring) -> Bundle:
    found = parsed(keyring.texts["a"])
    assert found is not None
    return found


async def test_200_requests_at_expiry_are_one_call_to_the_issuer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F31: and none of them fails, none goes elsewhere."""
    plan, hand = Plan(), by_hand()
    async with planned(tmp_path, monkeypatch, plan, hand) as w:
        assert (await w.ask()).outcomes == [("a", None)]
        hand.advance(LIFE)
        heard = await w.crowd(MANY)
        assert len(plan.calls) == 1
        assert [one.outcomes for one in heard] == [[("a", None)]] * MANY
        assert w.hits() == {"a": 1 + MANY, "b": 0}


async def test_200_requests_whose_token_was_taken_away_early_are_one_call_to_the_issuer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F8: each is refused once, renews with all others, and is served by the same provider."""
    plan, hand = Plan(), by_hand()
    async with planned(tmp_path, monkeypatch, plan, hand) as w:
        assert (await w.ask()).outcomes == [("a", None)]
        plan.access = "at-CANARY-another"
        heard = await w.crowd(MANY)
        assert len(plan.calls) == 1
        assert [one.outcomes for one in heard] == [[("a", None)]] * MANY


async def test_a_token_that_ends_in_the_middle_of_a_stream_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F30: the answer under way goes on to its end; the next request carries the next token."""
    plan, hand = Plan(line="hang_text"), by_hand()
    async with planned(tmp_path, monkeypatch, plan, hand) as w:
        client = await w.client()
        with client.sock:
            await w.put(client, 1)
            await plan.standin.until(lambda standin: standin.hits == 1)
            hand.advance(LIFE)
            plan.line = "ok"
            assert (await w.ask()).outcomes == [("a", None)]
            plan.standin.release.set()
            assert (await w.listen(client, 1)).outcomes == [("a", None)]
        assert len(plan.calls) == 1


async def test_a_lost_answer_is_asked_for_again_with_the_same_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F32: the request may not have arrived; nobody notices."""
    plan, hand = Plan(before=[GONE]), by_hand()
    async with planned(tmp_path, monkeypatch, plan, hand) as w:
        hand.advance(LIFE)
        assert (await w.ask()).outcomes == [("a", None)]
        assert [form["refresh_token"] for form in plan.calls] == ["r0", "r0"]


async def test_a_lost_answer_to_a_token_that_was_used_is_a_login_to_renew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F32: the next one is lost for ever, and the issuer says so: told with the command; others serve."""
    plan, hand = Plan(after=[GONE]), by_hand()
    async with planned(tmp_path, monkeypatch, plan, hand) as w:
        hand.advance(LIFE)
        heard = await w.ask()
        assert heard.answer == HELLO
        assert heard.outcomes == [("a", "auth_failed"), ("b", None)]
        view = (await w.call("providers/list"))["providers"][0]
        assert (view["health"], view["hint"]) == ("auth_failed", "switchgear login a")
        assert "refresh_token_reused" in view["reason"]


async def test_a_login_that_was_revoked_is_told_with_its_cure_and_asked_for_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Expired or revoked for the issuer: the state everywhere, no second question, and a login ends it."""
    plan, hand = Plan(before=[REVOKED] * 9), by_hand()
    async with planned(tmp_path, monkeypatch, plan, hand) as w:
        hand.advance(LIFE)
        assert (await w.ask()).outcomes == [("a", "auth_failed"), ("b", None)]
        for _ in range(3):
            assert (await w.ask()).outcomes == [("b", None)]
        assert len(plan.calls) == 1
        [credential, _] = (await w.call("credentials/list"))["credentials"]
        assert (credential["state"], credential["hint"]) == ("refused", "switchgear login a")
        plan.before.clear()
        await w.call("credentials/set", provider="a", secret=plan.login(hand.now.wall))
        assert (await w.ask()).outcomes == [("a", None)]


async def test_an_issuer_that_is_down_is_no_bad_login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The token in use is used to its end; then the others serve, and it is asked again by itself."""
    plan, hand = Plan(before=[sized(503, b"busy")] * 6), by_hand()
    async with planned(tmp_path, monkeypatch, plan, hand) as w:
        hand.advance(LIFE - 200)
        assert (await w.ask()).outcomes == [("a", None)]
        hand.advance(400)
        assert (await w.ask()).outcomes == [("a", "unavailable"), ("b", None)]
        view = (await w.call("providers/list"))["providers"][0]
        assert view["health"] != "auth_failed"
        assert "503" in view["reason"]
        plan.before.clear()
        hand.advance(600)
        assert (await w.ask()).outcomes == [("a", None)]


async def test_a_keyring_that_takes_no_new_login_is_told_and_offered_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new token serves from memory; the state says so with a cure, until the keyring takes it."""
    plan, hand = Plan(), by_hand()
    keyring = in_place(monkeypatch, a=plan.login(hand.now.wall))
    async with planned(tmp_path, monkeypatch, plan, hand, keyring) as w:
        assert (await w.ask()).outcomes == [("a", None)]
        keyring.writable = False
        hand.advance(LIFE)
        for _ in range(2):
            assert (await w.ask()).outcomes == [("a", None)]
        [credential, _] = (await w.call("credentials/list"))["credentials"]
        assert (credential["state"], credential["hint"]) == ("degraded", "unlock it")
        view = (await w.call("providers/list"))["providers"][0]
        assert view["health"] == "available"
        assert "ends with the daemon: the keyring is locked" in view["reason"]
        assert held(keyring).generation == 0
        keyring.writable = True
        hand.advance(60)
        for _ in range(2):
            assert (await w.ask()).outcomes == [("a", None)]
        assert held(keyring).generation == 1
        [credential, _] = (await w.call("credentials/list"))["credentials"]
        assert credential["state"] == "ok"
        assert (await w.call("providers/list"))["providers"][0].get("reason", "") == ""
        assert len(plan.calls) == 1


async def test_a_keyring_that_can_neither_be_read_nor_written_loses_no_renewed_login(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is in memory is newer than what cannot be read: it buys the next one."""
    plan, hand = Plan(), by_hand()
    keyring = in_place(monkeypatch, a=plan.login(hand.now.wall))
    async with planned(tmp_path, monkeypatch, plan, hand, keyring) as w:
        assert (await w.ask()).outcomes == [("a", None)]
        keyring.writable = False
        hand.advance(LIFE)
        assert (await w.ask()).outcomes == [("a", None)]
        keyring.readable = False
        hand.advance(LIFE)
        assert (await w.ask()).outcomes == [("a", None)]
        assert [form["refresh_token"] for form in plan.calls] == ["r0", "r1"]


@pytest.mark.parametrize(
    ("answer", "stays"),
    [
        (sized(200, b""), ""),
        (sized(503, b"busy"), "its issuer did not take it back (status 503)"),
        (GONE, "its issuer could not be told"),
    ],
    ids=["taken back", "refused", "unheard"],
)
async def test_a_logout_takes_the_login_back_and_says_what_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: Answer, stays: str
) -> None:
    """It is gone from the keyring in any case; what the issuer did not end is told with where to end it."""
    plan, hand = Plan(revoking=answer), by_hand()
    keyring = in_place(monkeypatch, a=plan.login(hand.now.wall))
    async with planned(tmp_path, monkeypatch, plan, hand, keyring) as w:
        assert (await w.ask()).outcomes == [("a", None)]
        view = await w.call("credentials/delete", provider="a")
        assert view["state"] == "missing"
        assert stays in view.get("stays", "")
        assert bool(view.get("stays")) == bool(stays)
        assert keyring.texts == {}
        assert plan.revoked[0]["token"] == "r0"
        assert (await w.ask()).outcomes == [("a", "missing_credential"), ("b", None)]


async def test_two_processes_with_one_login_refresh_it_once(tmp_path: Path) -> None:
    """F31: the lock is the kernel's; who comes second finds what the first one brought, and asks nobody."""
    plan = Plan()
    (tmp_path / "login.json").write_text(plan.login(clock.now().wall - 2 * LIFE))
    holder = Path(lock_holder.__file__)
    roots = [str(holder.parent), *(str(holder.parent.parent / name) for name in ("protocol", "client", "daemon"))]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(roots)}
    async with plan.standin.serving():
        argv = [sys.executable, str(holder), str(tmp_path), plan.standin.url]
        processes = [
            await trio.lowlevel.open_process(argv, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            for _ in range(2)
        ]
        try:
            for process in processes:
                assert await said(process) == b"ready\n"
            for process in processes:
                assert process.stdin is not None
                await process.stdin.send_all(b"go\n")
            carried = [(await said(process)).split()[0] for process in processes]
        finally:
            for process in processes:
                process.kill()
                await process.wait()
                await aclose_all(process)
    assert carried == [b"at-CANARY-1", b"at-CANARY-1"]
    assert len(plan.calls) == 1


async def said(process: trio.Process) -> bytes:
    """Its next line."""
    assert process.stdout is not None
    line = b""
    while not line.endswith(b"\n"):
        piece = await process.stdout.receive_some()
        assert piece, line
        line += bytes(piece)
    return line


async def aclose_all(process: trio.Process) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            await pipe.aclose()


@pytest.mark.parametrize("wrong", [-86_400.0, -1800.0, 1800.0, 86_400.0])
async def test_a_wrong_clock_burns_no_login_and_delays_no_refresh(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: float
) -> None:
    """The issuer names the earliest moment by its own clock: nothing is asked before it, and nobody waits for a day."""
    hand = by_hand()
    plan = Plan(wall=lambda: hand.now.wall + wrong)
    async with planned(tmp_path, monkeypatch, plan, hand) as w:
        hand.advance(LIFE)
        for _ in range(40):
            assert (await w.ask()).outcomes == [("a", None)]
            hand.advance(LIFE / 4)
        assert plan.token != "burnt"
        assert 10 <= len(plan.calls) <= 12


DEFAULTS = b'{\n "type": "authorized_user",\n "client_id": "c",\n "client_secret": "d",\n "refresh_token": "1"\n}\n'


async def test_googles_application_default_credentials_buy_tokens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One for all who ask, the next one at its end; revoked, it is said with what to do about the file."""
    bought: list[Asked] = []
    sold = [sized(200, b'{"access_token":"ya29.CANARY","expires_in":3599}')] * 2

    def google(asked: Asked) -> Answer | None:
        if asked.path != "/token":
            return None
        bought.append(asked)
        return sold.pop() if sold else sized(400, b'{"error":"invalid_grant","error_description":"revoked"}')

    file, hand, standin = tmp_path / "adc.json", by_hand(), StandIn(beside=google)
    file.write_bytes(DEFAULTS)
    file.chmod(0o600)
    async with world(tmp_path, {"a": standin, "b": "ok"}, now=hand) as w:
        monkeypatch.setattr(vertex, "TOKEN_URL", f"{standin.url}/token")
        path = w.home / "config.toml"
        text = path.read_text().replace('kind = "anthropic"', 'kind = "vertex"\nproject = "acme"', 1)
        path.write_text(text.replace('{env = "CANARY"}', f'{{file = "{file}"}}', 1))
        assert (await w.call("config/reload"))["ok"]
        assert [one.outcomes for one in await w.crowd(MANY)] == [[("a", None)]] * MANY
        assert len(bought) == 1
        assert {asked.header("authorization") for asked in standin.asked} == {"Bearer ya29.CANARY"}
        hand.advance(3600)
        assert (await w.ask()).outcomes == [("a", None)]
        assert len(bought) == 2
        hand.advance(3600)
        assert (await w.ask()).outcomes == [("a", "auth_failed"), ("b", None)]
        view = (await w.call("providers/list"))["providers"][0]
        assert view["health"] == "auth_failed"
        assert "400 (invalid_grant)" in view["reason"]
        assert view["hint"] == f"replace what file {file} gives, then: switchgear resume a"
