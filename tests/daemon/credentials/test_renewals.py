"""renewals: one refresh at a time, in the keyring before it is used, never lost, never too early."""

from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest
import trio
import trio.testing
from msgspec import structs

from switchgear_protocol.words import Billing
from switchgeard.core.clock import Now
from switchgeard.core.failure import transport_failure
from switchgeard.core.provider import File, Provider
from switchgeard.credentials.keyring_store import KeyringStore
from switchgeard.credentials.secret import Answer, Missing, Ready, Refused, Secret, Unheard
from switchgeard.credentials.vault import Vault
from switchgeard.kinds.bundle import Bundle, parsed, spelled
from switchgeard.upstream.call import HTTPCall
from switchgeard.upstream.fault import TransportFault

PLAN = Provider("plan", "chatgpt", "Plan", "https://api.openai.com/v1", Billing.INCLUDED)
LOST = TransportFault(transport_failure("read", "connection reset", sent=True))
START = 1_800_000_000.0


@dataclass
class Issuer:
    """Single-use refresh tokens, as the real one: a token that comes twice, or too early, is burnt."""

    now: Now = Now(START, 1000.0)
    token: str = "r0"
    calls: int = 0
    earliest: float = START + 3240
    gate: trio.Event = field(default_factory=trio.Event)
    lose: int = 0  # answers that get lost before the token was used
    lose_after: int = 0  # answers that get lost after it was
    store: "Store | None" = None

    def clock(self) -> Now:
        return self.now

    def pass_time(self, seconds: float) -> None:
        self.now = self.now.after(seconds)

    async def fetch(self, call: HTTPCall) -> tuple[int, bytes]:
        self.calls += 1
        await self.gate.wait()
        if self.lose:
            self.lose -= 1
            raise LOST
        if f"refresh_token={self.token}&" not in call.body.decode():
            return 400, b'{"error":"refresh_token_reused"}'
        if self.now.wall < self.earliest:
            self.token = "burnt"
            return 400, b'{"error":"invalid_grant"}'
        self.token = f"r{self.calls}"
        self.earliest = self.now.wall + 3240
        if self.lose_after:
            self.lose_after -= 1
            raise LOST
        return 200, self.granted()

    def granted(self) -> bytes:
        return msgspec.json.encode(
            {
                "access_token": f"at-{self.token}",
                "refresh_token": self.token,
                "expires_in": 3600,
                "earliest_refresh_at": self.earliest,
            }
        )


class Store(KeyringStore):
    """A keyring in memory, which another daemon may share."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.writes = 0

    async def read(self, provider: str) -> Answer:
        await trio.lowlevel.checkpoint()
        return Ready(Secret(self.text)) if self.text else Missing("none", "switchgear login")

    async def write(self, provider: str, secret: Secret) -> Answer:
        await trio.lowlevel.checkpoint()
        self.text, self.writes = secret.reveal(), self.writes + 1
        return Ready(secret)

    async def delete(self, provider: str) -> Answer:
        self.text = ""
        return Missing("none", "switchgear login")

    def holds(self) -> Bundle:
        found = parsed(self.text)
        assert found is not None
        return found


def login(**more: object) -> Bundle:
    fields = {"expires_at": START + 3600, "earliest_refresh_at": START + 3245, "client_id": "c1", "account": "me"}
    return Bundle("at-r0", "r0", **(fields | more))  # type: ignore[arg-type]


def made(issuer: Issuer, home: Path | None = None, store: Store | None = None, **more: object) -> tuple[Vault, Store]:
    issuer.gate.set()
    keyring = store or Store()
    keyring.text = keyring.text or spelled(login(**more))
    vault = Vault(keyring, {}, b"k" * 32, issuer.fetch, issuer.clock, str(home) if home else None)
    vault.use({"plan": PLAN})
    return vault, keyring


async def carried(vault: Vault) -> str:
    answer = await vault.get(PLAN)
    assert isinstance(answer, Ready), answer
    assert answer.secret is not None
    return answer.secret.reveal()


async def test_200_requests_at_the_moment_a_token_expires_are_one_refresh_and_no_failure() -> None:
    """F31: all carry the new token, which is in the keyring."""
    issuer = Issuer()
    vault, store = made(issuer)
    assert await carried(vault) == "at-r0"
    issuer.pass_time(3600)
    found: list[str] = []

    async def ask() -> None:
        found.append(await carried(vault))

    async with trio.open_nursery() as nursery:
        for _ in range(200):
            nursery.start_soon(ask)
    assert (found, issuer.calls, store.holds().generation) == (["at-r1"] * 200, 1, 1)


async def test_a_token_is_refreshed_ahead_and_nobody_waits_for_it() -> None:
    """What can still be sent is sent while the next one comes."""
    issuer = Issuer()
    vault, _ = made(issuer)
    await carried(vault)
    issuer.pass_time(3300)
    issuer.gate = trio.Event()
    assert await carried(vault) == "at-r0"
    await trio.testing.wait_all_tasks_blocked()
    assert issuer.calls == 1
    issuer.gate.set()
    await trio.testing.wait_all_tasks_blocked()
    assert await carried(vault) == "at-r1"


async def test_nothing_is_refreshed_before_the_earliest_moment_not_even_after_a_401() -> None:
    """It would burn the login."""
    issuer = Issuer()
    vault, _ = made(issuer)
    issuer.pass_time(3000)
    assert await carried(vault) == "at-r0"
    assert await vault.rotated(PLAN, Secret("at-r0")) is None
    assert (issuer.calls, issuer.token) == (0, "r0")


async def test_after_a_401_the_token_is_refreshed_once_for_all() -> None:
    """Its issuer may have ended it before its time."""
    issuer = Issuer(earliest=START)
    vault, _ = made(issuer, earliest_refresh_at=None)
    await carried(vault)
    found: list[Ready | None] = []

    async def refused() -> None:
        found.append(await vault.rotated(PLAN, Secret("at-r0")))

    async with trio.open_nursery() as nursery:
        for _ in range(20):
            nursery.start_soon(refused)
    assert (found, issuer.calls) == ([Ready(Secret("at-r1"))] * 20, 1)


async def test_a_client_that_leaves_does_not_cancel_the_refresh() -> None:
    """What it brings is kept for the others."""
    issuer = Issuer()
    vault, store = made(issuer)
    await carried(vault)
    issuer.pass_time(3600)
    issuer.gate = trio.Event()
    with trio.CancelScope() as leaving:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(carried, vault)
            await trio.testing.wait_all_tasks_blocked()
            leaving.cancel()
    issuer.gate.set()
    await trio.testing.wait_all_tasks_blocked()
    assert (store.holds().refresh_token, await carried(vault), issuer.calls) == ("r1", "at-r1", 1)


async def test_a_lost_answer_is_asked_for_once_more_with_the_same_token() -> None:
    """F32: it may not have reached the issuer at all."""
    issuer = Issuer(lose=1)
    vault, _ = made(issuer)
    issuer.pass_time(3600)
    assert (await carried(vault), issuer.calls) == ("at-r2", 2)


async def test_a_login_the_issuer_took_away_is_said_with_its_cure() -> None:
    """F32: the answer was lost after the token had been used, and nobody else has the next one."""
    issuer = Issuer(lose_after=1)
    vault, store = made(issuer)
    issuer.pass_time(3600)
    before = store.text
    answer = await vault.get(PLAN)
    assert answer == Refused("the login is not valid any more (refresh_token_reused)", "switchgear login plan")
    assert store.text == before, "what is stored is never deleted"


@pytest.mark.parametrize("echoed", ["r0", "rt-CANARY", "eyJCANARY", "the token r0 was used"])
async def test_what_an_issuer_repeats_is_told_to_nobody(echoed: str) -> None:
    """Its error word may be the very token; then there was no word, and the login is not held to be bad for it."""
    issuer = Issuer()
    _, store = made(issuer)

    async def echo(call: HTTPCall) -> tuple[int, bytes]:
        return 400, msgspec.json.encode({"error": {"code": echoed}})

    heard = Vault(store, {}, b"k" * 32, echo, issuer.clock)
    heard.use({"plan": PLAN})
    issuer.pass_time(3600)
    answer = await heard.get(PLAN)
    assert isinstance(answer, Unheard)
    assert echoed not in answer.reason


async def test_a_login_that_another_program_keeps_is_not_ours_to_renew(tmp_path: Path) -> None:
    """In a file or from a command it is somebody else's: it is carried while it lasts, then its cure is told."""
    issuer, path = Issuer(), tmp_path / "login.json"
    path.write_text(spelled(login()))
    path.chmod(0o600)
    vault, _ = made(issuer)
    theirs = structs.replace(PLAN, credential=File(str(path)))
    vault.use({"plan": theirs})
    found = await vault.get(theirs)
    assert isinstance(found, Ready)
    issuer.pass_time(3600)
    answer = await vault.get(theirs)
    assert isinstance(answer, Refused)
    assert "not ours to renew" in answer.reason
    assert issuer.calls == 0


async def test_an_issuer_that_does_not_answer_is_not_a_bad_login() -> None:
    """A later try may bring it; one that is still good is used meanwhile."""
    issuer = Issuer(lose=9)
    vault, _ = made(issuer)
    await carried(vault)
    issuer.pass_time(3400)
    assert await carried(vault) == "at-r0"
    await trio.testing.wait_all_tasks_blocked()
    assert (await carried(vault), issuer.calls) == ("at-r0", 2)
    issuer.pass_time(300)
    assert isinstance(await vault.get(PLAN), Unheard)


async def test_two_daemons_with_one_keyring_refresh_once(tmp_path: Path) -> None:
    """The lock is between them, and whoever comes second finds what the first one brought."""
    issuer = Issuer()
    one, store = made(issuer, tmp_path)
    other, _ = made(issuer, tmp_path, store)
    await carried(one)
    await carried(other)
    issuer.pass_time(3600)
    found: list[str] = []

    async def ask(vault: Vault) -> None:
        found.append(await carried(vault))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(ask, one)
        nursery.start_soon(ask, other)
    assert (found, issuer.calls) == (["at-r1", "at-r1"], 1)


async def test_a_new_login_is_not_undone_by_another_daemon_that_renews_the_old_one(tmp_path: Path) -> None:
    """Whoever logs in waits for the renewal under way, wherever it is: else its end would be the last word."""
    issuer = Issuer()
    one, store = made(issuer, tmp_path)
    other, _ = made(issuer, tmp_path, store)
    await carried(other)
    issuer.pass_time(3600)
    issuer.gate = trio.Event()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(carried, other)
        await trio.testing.wait_all_tasks_blocked()
        nursery.start_soon(one.set, "plan", spelled(structs.replace(login(), account="another")))
        await trio.testing.wait_all_tasks_blocked()
        issuer.gate.set()
    assert store.holds().account == "another"


async def test_a_wall_clock_that_jumps_refreshes_nothing() -> None:
    """Deadlines are on the clock that counts from the start of the machine."""
    issuer = Issuer()
    vault, _ = made(issuer)
    await carried(vault)
    issuer.now = Now(START + 90_000, issuer.now.boot + 1)
    assert (await carried(vault), issuer.calls) == ("at-r0", 0)


async def test_a_login_first_read_by_a_wrong_clock_is_renewed_once_the_clock_is_right() -> None:
    """A machine starts hours behind, until its time is set: a refused token does not stay for those hours."""
    issuer = Issuer(now=Now(START - 40_000, 1000.0))
    vault, _ = made(issuer)
    assert await carried(vault) == "at-r0"
    issuer.now = Now(START + 3700, 1060.0)
    assert await vault.rotated(PLAN, Secret("at-r0")) is not None
    assert (await carried(vault), issuer.calls) == ("at-r1", 1)


async def test_a_refused_token_that_came_here_is_renewed_by_no_clock_that_jumps() -> None:
    """When it came is known to the second by the clock that does not jump: asking before its time would burn it."""
    issuer = Issuer()
    vault, _ = made(issuer)
    issuer.pass_time(3600)
    assert await carried(vault) == "at-r1"
    issuer.now = Now(START + 90_000, issuer.now.boot + 60)
    assert await vault.rotated(PLAN, Secret("at-r1")) is None
    assert issuer.calls == 1


async def test_an_older_generation_never_takes_the_place_of_a_newer() -> None:
    """I13: somebody restored the keyring of yesterday."""
    issuer = Issuer()
    vault, store = made(issuer)
    old = store.text
    issuer.pass_time(3600)
    await carried(vault)
    store.text = old
    vault.invalidate("plan")
    assert await carried(vault) == "at-r1"


async def test_an_account_keeps_its_name_over_refreshes() -> None:
    """Signatures stay whose they were."""
    issuer = Issuer()
    vault, _ = made(issuer)
    before = vault.account(PLAN, (await _secret(vault)))
    issuer.pass_time(3600)
    assert vault.account(PLAN, (await _secret(vault))) == before


async def test_a_pasted_key_is_sent_as_it_is() -> None:
    """A plan's provider may hold an API key instead."""
    issuer = Issuer()
    vault, store = made(issuer)
    assert isinstance(await vault.set("plan", "sk-plain"), Ready)
    assert (await carried(vault), store.text, issuer.calls) == ("sk-plain", "sk-plain", 0)


async def _secret(vault: Vault) -> Secret:
    answer = await vault.get(PLAN)
    assert isinstance(answer, Ready)
    assert answer.secret is not None
    return answer.secret
