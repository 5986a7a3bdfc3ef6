"""Quotas: looks at quota pages over real sockets; how often, how many at a time, and what a failure does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import msgspec
import pytest
import trio
import trio.testing
from msgspec import structs

from completing import Asking, play, world
from fake_clock import EPOCH
from fake_upstream import OK
from raw_server import raw_server, request_head
from sample_offers import T0, merged, offer, state
from switchgear_protocol.messages import EventsSubscribe
from switchgear_protocol.words import Health, Scope
from switchgeard.announce import Announce
from switchgeard.bus import Bus
from switchgeard.core.clock import Now
from switchgeard.core.health import ScopeKey
from switchgeard.core.provider import Command
from switchgeard.core.quota import Window
from switchgeard.credentials.vault import Vault
from switchgeard.kinds.kind import Options, QuotaPage
from switchgeard.kinds.known import KINDS
from switchgeard.quotas import LARGEST, Quotas
from switchgeard.services import Services
from switchgeard.state import State
from switchgeard.upstream.call import HTTPCall
from switchgeard.upstream.transport import Transport

KIND = "openai-compatible"
BUCKET = ScopeKey(Scope.BUCKET, "a", "month")


@dataclass(slots=True)
class Page:
    """A server with one page, and who looks at it at a time of the test's own."""

    quotas: Quotas
    state: State
    now: Now = T0
    status: int = 200
    body: bytes = b'{"used": 0.5}'
    hits: int = 0
    bus: Bus = field(default_factory=lambda: Bus(cast(Any, lambda: None)))

    async def looked(self) -> None:
        """Returns when the next look has ended."""
        before = self.quotas.looks.get("a")
        while self.quotas.looks.get("a") is before:
            await trio.testing.wait_all_tasks_blocked()

    async def look(self, refresh: bool = False) -> None:
        await self.quotas.look(self.state.config.providers.values(), refresh)

    @property
    def trouble(self) -> tuple[str, str | None]:
        account = self.quotas.account(self.state.config.providers["a"])
        return account.reason, account.hint

    async def converse(self, stream: trio.abc.Stream) -> None:
        await request_head(stream)
        self.hits += 1
        length = str(len(self.body)).encode()
        head = b"HTTP/1.1 %d x\r\ncontent-length: %b\r\nconnection: close\r\n\r\n" % (self.status, length)
        await stream.send_all(head + self.body)


class Unkept:
    """A disk nobody reads."""

    def put(self, topic: str, key: str, value: bytes | None) -> None: ...


def _call(base_url: str, secret: str, options: Options) -> HTTPCall:
    return HTTPCall("GET", f"{base_url}/quota", ())


def _read(body: bytes, provider: str, now: Now) -> tuple[Window, ...]:
    used = float(msgspec.json.decode(body)["used"])
    left = 0.0 if used >= 1 else 1.0
    return (Window(provider, "month", now.wall, "page", used=used, remaining=left, resets_at=now.wall + 9e4),)


@asynccontextmanager
async def paged(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Page]:
    page_of = QuotaPage(_call, _read, whose=lambda body: "anna" if b"0.5" in body else "")
    kind = structs.replace(KINDS[KIND], quota=page_of)
    monkeypatch.setitem(cast(Any, KINDS), KIND, kind)
    made = state(merged(offer("a", kind=KIND)))
    page = Page(cast(Any, None), made)
    transport = Transport()
    unused = cast(Any, None)

    vault = Vault(unused, {}, b"k" * 32)
    services = Services(made, vault, transport, unused, Announce(made, page.bus, Unkept()), lambda: page.now, unused)
    page.quotas = Quotas(services)
    async with raw_server(page.converse) as url:
        made.config.providers["a"] = structs.replace(made.config.providers["a"], base_url=url)
        yield page
        await transport.aclose()


async def test_a_page_is_read_once_for_all_who_look_and_not_again_before_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Single flight; a minute between looks, some seconds when somebody asks for one."""
    async with paged(monkeypatch) as page:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(page.look)
            nursery.start_soon(page.look)
        assert page.hits == 1
        assert page.state.allowance.windows["a", "month", None].used == 0.5
        page.now = T0.after(10)
        await page.look()
        assert page.hits == 1
        await page.look(refresh=True)
        await page.look(refresh=True)
        assert page.hits == 2
        page.now = T0.after(71)
        await page.look()
        assert page.hits == 3


async def test_an_account_is_told_by_its_page_or_by_its_login(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that fails does not forget it, another credential does; nobody is made up."""
    async with paged(monkeypatch) as page:
        account = page.state.config.providers["a"]
        assert page.quotas.account(account).account == ""
        await page.look()
        assert page.quotas.account(account).account == "anna"
        page.status, page.now = 500, T0.after(100)
        await page.look()
        assert page.quotas.account(account).account == "anna"
        page.quotas.forget("a")
        assert page.quotas.account(account).account == ""
        page.status, page.body = 200, b'{"used": 0.6}'
        await page.look()
        assert (page.hits, page.quotas.account(account).account) == (3, "")
        monkeypatch.setattr(Vault, "who", lambda vault, provider: f"login of {provider}")
        assert page.quotas.account(account).account == "login of a"


KEYRING = 'write credential = "keyring" for it: switchgear config edit'


@pytest.mark.parametrize(
    ("status", "body", "words", "hint"),
    [
        (
            401,
            b"",
            "refused the credential (status 401)",
            'write credential = "keyring" for it: switchgear config edit',
        ),
        (500, b"", "answered with status 500", None),
        (302, b"", "answered with status 302", None),
        (200, b"<html>", "could not be understood", None),
        (200, b" " * (LARGEST + 1), "longer than", None),
    ],
)
async def test_a_page_that_fails_is_told_in_words_and_changes_no_health(
    monkeypatch: pytest.MonkeyPatch, status: int, body: bytes, words: str, hint: str | None
) -> None:
    """Not even a refused credential: a page is not what requests ask."""
    async with paged(monkeypatch) as page:
        page.status, page.body = status, body
        await page.look()
        assert words in page.trouble[0]
        assert page.trouble[1] == hint
        assert page.state.circuits == {}
        assert page.state.allowance.windows == {}


async def test_a_page_that_breaks_our_own_reading_is_one_page_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The daemon goes on, and says what sort of mistake it was."""
    async with paged(monkeypatch) as page:
        page.body = b"{}"  # a KeyError, which no reader should raise
        await page.look()
        assert page.trouble == ("reading its quota page failed inside: KeyError", None)


async def test_no_program_is_run_for_who_only_watches(monkeypatch: pytest.MonkeyPatch, nursery: trio.Nursery) -> None:
    """It may ask its user for something."""
    async with paged(monkeypatch) as page:
        by_program = structs.replace(page.state.config.providers["a"], credential=Command(("print-a-secret",)))
        page.state.config.providers["a"] = by_program
        nursery.start_soon(page.quotas.attend)
        page.bus.subscribe(EventsSubscribe(types=["quota"]))
        await trio.testing.wait_all_tasks_blocked()
        assert (page.hits, page.quotas.looks) == (0, {})
        nursery.cancel_scope.cancel()


async def test_a_page_closes_a_spent_bucket_and_opens_it_for_one_test_when_the_quota_is_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Half-open: the next request finds out; the page alone is not believed."""
    async with paged(monkeypatch) as page:
        page.body = b'{"used": 1.0}'
        await page.look()
        assert page.state.circuits[BUCKET].health is Health.QUOTA_EXHAUSTED
        page.body, page.now = b'{"used": 0.1}', T0.after(100)
        await page.look()
        circuit = page.state.circuits[BUCKET]
        assert (circuit.health, circuit.until) == (Health.QUOTA_EXHAUSTED, page.now.wall)
        assert circuit.until_boot == page.now.boot


async def test_a_request_that_tests_a_spent_quota_has_its_page_looked_at_beside_it(
    monkeypatch: pytest.MonkeyPatch, nursery: trio.Nursery
) -> None:
    """Once for all, and of those in the config only."""
    async with paged(monkeypatch) as page:
        nursery.start_soon(page.quotas.attend)
        for name in ("a", "a", "gone"):
            page.quotas.wanted(name)
        await page.looked()
        assert page.hits == 1
        nursery.cancel_scope.cancel()


async def test_who_watches_has_the_pages_looked_at_now_and_then(
    monkeypatch: pytest.MonkeyPatch, nursery: trio.Nursery
) -> None:
    """At once when somebody subscribes, not for other events, and no more when the last has left."""
    async with paged(monkeypatch) as page:
        nursery.start_soon(page.quotas.attend)
        page.bus.subscribe(EventsSubscribe(types=["health"]))
        await trio.testing.wait_all_tasks_blocked()
        assert page.hits == 0
        feed, _ = page.bus.subscribe(EventsSubscribe(types=["quota"]))
        await page.looked()
        assert page.hits == 1
        page.now = T0.after(61)
        page.bus.subscribe(EventsSubscribe())[0].close()
        await page.looked()
        assert page.hits == 2
        feed.close()
        page.now = T0.after(200)
        page.bus.subscribe(EventsSubscribe(types=["health"]))
        await trio.testing.wait_all_tasks_blocked()
        assert page.hits == 2
        nursery.cancel_scope.cancel()


def test_only_a_request_that_tests_a_quota_has_its_page_looked_at() -> None:
    """The first after the reset of a spent window, and no other."""
    made, looks = world([[OK]]), list[str]()
    made.services.look = looks.append
    spent = Window("p0", "month", EPOCH, "page", used=1.0, remaining=0.0, resets_at=EPOCH + 50.0)
    made.state.observe([spent], Now(EPOCH, 0.0))
    play(made, [Asking(at=51.0), Asking(at=70.0)])
    assert (looks, [told.ends for told in made.told]) == (["p0"], [["complete"], ["complete"]])
