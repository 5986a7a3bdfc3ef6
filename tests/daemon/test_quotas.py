"""Quotas: looks at quota pages over real sockets; how often, how many at a time, and what a failure does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

import msgspec
import pytest
import trio
from msgspec import structs

from raw_server import raw_server, request_head
from sample_offers import T0, merged, offer, state
from switchgear_protocol.words import Health, Scope
from switchgeard.core.clock import Now
from switchgeard.core.health import ScopeKey
from switchgeard.core.quota import Window
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


def _call(base_url: str, secret: str, options: Options) -> HTTPCall:
    return HTTPCall("GET", f"{base_url}/quota", ())


def _read(body: bytes, provider: str, now: Now) -> tuple[Window, ...]:
    used = float(msgspec.json.decode(body)["used"])
    left = 0.0 if used >= 1 else 1.0
    return (Window(provider, "month", now.wall, "page", used=used, remaining=left, resets_at=now.wall + 9e4),)


@asynccontextmanager
async def paged(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Page]:
    kind = structs.replace(KINDS[KIND], quota=QuotaPage(_call, _read))
    monkeypatch.setitem(cast(Any, KINDS), KIND, kind)
    world = state(merged(offer("a", kind=KIND)))
    page = Page(cast(Any, None), world)
    transport = Transport()
    unused = cast(Any, None)

    def announce(events: object) -> None:
        world.dirty.clear()

    services = Services(world, unused, transport, unused, cast(Any, announce), lambda: page.now, lambda: 0.5)
    page.quotas = Quotas(services)
    async with raw_server(page.converse) as url:
        world.config.providers["a"] = structs.replace(world.config.providers["a"], base_url=url)
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


@pytest.mark.parametrize(
    ("status", "body", "words", "hint"),
    [
        (401, b"", "refused the credential (status 401)", "switchgear login a"),
        (500, b"", "answered with status 500", None),
        (302, b"", "answered with status 302", None),
        (200, b"<html>", "could not be understood", "switchgear login a"),
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
