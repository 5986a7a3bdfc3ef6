"""logins: a code typed on a page, a browser that comes back; over loopback, on trio's own clock."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from urllib.parse import parse_qs, urlsplit

import pytest
import trio
import trio.testing

from issuer import LoginIssuer
from switchgear_protocol.words import Billing
from switchgeard.core.clock import Now
from switchgeard.core.provider import Provider
from switchgeard.credentials.install_key import install_id
from switchgeard.kinds.bundle import Bundle, parsed
from switchgeard.logins import browser, device
from switchgeard.logins.login import Ended, Login
from switchgeard.logins.redirect import asked
from switchgeard.upstream.fetch import ask_issuer
from switchgeard.upstream.transport import Transport

GITHUB = Provider(
    "gh", "github-copilot", "GH", "https://x.example", Billing.INCLUDED, options={"client_id": "our-own-app"}
)
PLAN = Provider("plan", "chatgpt", "Plan", "https://x.example", Billing.INCLUDED)
INSTALL = install_id(b"k" * 32)
PENDING = {"error": "authorization_pending"}
GIVEN = {"access_token": "gho_CANARY", "token_type": "bearer", "scope": "read:user"}


@asynccontextmanager
async def flow(
    issuer: LoginIssuer, provider: Provider, before: Bundle | None = None
) -> AsyncIterator[tuple[Login, list[str]]]:
    """A login with nothing stored yet but one from `before`, and what will be."""
    transport, stored = Transport(), list[str]()

    async def store(credential: str) -> str | None:
        stored.append(credential)
        return None

    async def kept() -> Bundle | None:
        return before

    def now() -> Now:
        return Now(1_800_000_000.0 + trio.current_time(), trio.current_time())

    async with trio.open_nursery() as nursery:
        await nursery.start(issuer.serve)
        yield Login("l1", provider, "device", partial(ask_issuer, transport), now, store, INSTALL, kept), stored
        await transport.aclose()
        nursery.cancel_scope.cancel()


async def test_a_code_is_shown_and_asked_after_until_it_was_typed(autojump_clock: trio.testing.MockClock) -> None:
    """At the issuer's pace, slower where it says so."""
    issuer = LoginIssuer([PENDING, {"error": "slow_down", "interval": 10}, GIVEN])
    async with flow(issuer, GITHUB) as (login, stored):
        began = trio.current_time()
        await device.run(login, issuer.device())
        assert (login.url, login.user_code, stored) == ("https://github.example/device", "ABCD-1234", ["gho_CANARY"])
        assert trio.current_time() - began >= 6 + 6 + 11
        assert issuer.forms[0] == {"client_id": "our-own-app", "scope": "read:user"}
        assert "CANARY" not in repr(login)


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ({"error": "access_denied"}, "denied"),
        ({"error": "expired_token"}, "expired"),
        ({"error": "incorrect_client_credentials"}, "failed"),
        (PENDING, "expired"),
    ],
)
async def test_a_login_by_code_ends_with_its_reason(
    answer: dict[str, str], state: str, autojump_clock: trio.testing.MockClock
) -> None:
    """And so does one nobody completes."""
    issuer = LoginIssuer([answer])
    async with flow(issuer, GITHUB) as (login, stored):
        with pytest.raises(Ended) as ended:
            await device.run(login, issuer.device())
        assert (ended.value.state, stored) == (state, [])


async def test_a_page_that_is_not_https_is_never_shown() -> None:
    """A person would open it."""
    issuer = LoginIssuer([GIVEN], begun={"verification_uri": "javascript:alert(1)"})
    async with flow(issuer, GITHUB) as (login, _):
        with pytest.raises(Ended, match="gave no code"):
            await device.run(login, issuer.device())
        assert login.url is None


@pytest.mark.parametrize("code", ["\x1b]0;owned\x07", "AB\nCD", "\u202eDCBA", "x" * 41, ""])
async def test_a_code_that_is_none_is_never_shown(code: str) -> None:
    """It is printed on a terminal and typed by a person."""
    issuer = LoginIssuer([GIVEN], begun={"user_code": code})
    async with flow(issuer, GITHUB) as (login, _):
        with pytest.raises(Ended, match="gave no code"):
            await device.run(login, issuer.device())
        assert login.user_code is None


async def come_back(login: Login, issuer: LoginIssuer, **more: str) -> bytes:
    """What a browser does once the person agreed."""
    await login.shown.wait()
    sent = {name: values[0] for name, values in parse_qs(urlsplit(login.url or "").query).items()}
    issuer.challenge, issuer.nonce = sent["code_challenge"], sent["nonce"]
    to = urlsplit(sent["redirect_uri"])
    query = "&".join(
        f"{k}={v}" for k, v in ({"code": "c0de", "client_id": "issued", "state": sent["state"]} | more).items()
    )
    stream = await trio.open_tcp_stream("127.0.0.1", to.port or 0)
    await stream.send_all(f"GET {to.path}?{query} HTTP/1.1\r\nHost: {to.netloc}\r\n\r\n".encode())
    heard = await stream.receive_some(65536)
    await stream.aclose()
    return bytes(heard)


async def test_a_browser_comes_back_and_the_login_is_kept() -> None:
    """With the client id that was issued, who it is, and nothing of it in a repr."""
    issuer = LoginIssuer()
    async with flow(issuer, PLAN) as (login, stored), trio.open_nursery() as nursery:
        nursery.start_soon(browser.run, login, issuer.browser())
        assert b"You can close this page" in await come_back(login, issuer)
        await trio.testing.wait_all_tasks_blocked(0.05)
        while not stored:
            await trio.lowlevel.checkpoint()
        bundle = parsed(stored[0])
        assert bundle is not None
        assert (bundle.client_id, bundle.account, bundle.refresh_token) == ("issued", "me@x.org", "rt-CANARY")
        assert "CANARY" not in repr(bundle) + repr(login)


async def test_every_login_of_an_install_names_the_same_install() -> None:
    """A random UUID to the issuer, which keeps one client of ours by it, and no trace of the machine."""
    for _ in range(2):
        issuer = LoginIssuer()
        async with flow(issuer, PLAN) as (login, _), trio.open_nursery() as nursery:
            nursery.start_soon(browser.run, login, issuer.browser())
            await login.shown.wait()
            (said,) = parse_qs(urlsplit(login.url or "").query)["ext_agent_host_id"]
            assert (said, uuid.UUID(said).version) == (f"urn:uuid:{INSTALL}", 4)
            nursery.cancel_scope.cancel()


async def test_the_client_id_issued_before_is_asked_with_again() -> None:
    """For the same person; an issuer that gives another one is believed. Nothing registers a new client."""
    issuer = LoginIssuer()
    before = Bundle("old-CANARY", client_id="issued", account="me@x.org", id_token="it-CANARY")
    async with flow(issuer, PLAN, before) as (login, stored), trio.open_nursery() as nursery:
        nursery.start_soon(browser.run, login, issuer.browser())
        await login.shown.wait()
        asked_with = parse_qs(urlsplit(login.url or "").query)
        assert (asked_with["client_id"], asked_with["login_hint"]) == (["issued"], ["me@x.org"])
        assert not {"ext_agent_host_id", "agent_name_hint"} & asked_with.keys()
        assert "CANARY" not in (login.url or "")
        assert b"200 OK" in await come_back(login, issuer, client_id="")
        while not stored:
            await trio.lowlevel.checkpoint()
        bundle = parsed(stored[0])
        assert bundle is not None
        assert bundle.client_id == "issued"


@pytest.mark.parametrize("more", [{"error": "unauthorized_client"}, {"code": "stolen"}])
async def test_an_issued_id_that_is_refused_is_told_as_such(more: dict[str, str]) -> None:
    """In the browser, or where the code is exchanged: another login asks for a new id."""
    issuer = LoginIssuer()
    async with flow(issuer, PLAN, Bundle("old", client_id="issued")) as (login, _), trio.open_nursery() as nursery:
        nursery.start_soon(partial(come_back, login, issuer, **more))
        with pytest.raises(Ended, match="asks for a new one") as ended:
            await browser.run(login, issuer.browser())
        assert (ended.value.state, ended.value.hint, login.reused) == ("failed", "switchgear login plan", "issued")


async def test_a_page_that_guesses_does_not_end_the_login() -> None:
    """The right answer is still heard after it."""
    issuer = LoginIssuer()
    async with flow(issuer, PLAN) as (login, stored), trio.open_nursery() as nursery:
        nursery.start_soon(browser.run, login, issuer.browser())
        assert b"404" in await come_back(login, issuer, state="guessed")
        assert b"200 OK" in await come_back(login, issuer)
        while not stored:
            await trio.lowlevel.checkpoint()


async def test_a_crowd_of_silent_connections_keeps_nobody_out() -> None:
    """Any user of this machine may connect: the oldest are hung up on, and the browser is heard at once."""
    issuer = LoginIssuer()
    async with flow(issuer, PLAN) as (login, stored), trio.open_nursery() as nursery:
        nursery.start_soon(browser.run, login, issuer.browser())
        await login.shown.wait()
        to = urlsplit(parse_qs(urlsplit(login.url or "").query)["redirect_uri"][0])
        crowd = [await trio.open_tcp_stream("127.0.0.1", to.port or 0) for _ in range(40)]
        with trio.fail_after(30):
            assert await crowd[0].receive_some(1) == b""
            assert b"200 OK" in await come_back(login, issuer)
        for stream in crowd:
            await stream.aclose()
        while not stored:
            await trio.lowlevel.checkpoint()


async def test_a_name_that_moves_the_cursor_is_nobody() -> None:
    """Who is logged in is shown on terminals and in editors."""
    issuer = LoginIssuer(said={"email": "me\x1b[2J@x.org"})
    async with flow(issuer, PLAN) as (login, stored), trio.open_nursery() as nursery:
        nursery.start_soon(browser.run, login, issuer.browser())
        await come_back(login, issuer)
        while not stored:
            await trio.lowlevel.checkpoint()
        assert login.account == ""


@pytest.mark.parametrize(
    ("issuer", "more", "words"),
    [
        (LoginIssuer(said={"nonce": "other"}), {}, "another login"),
        (LoginIssuer(said={"aud": "other"}), {}, "another program"),
        (LoginIssuer(said={"iss": "other"}), {}, "another issuer"),
        (LoginIssuer(said={"exp": 1}), {}, "has ended"),
        (LoginIssuer(scope="openid offline_access"), {}, "was not given chatgpt"),
        (LoginIssuer(), {"client_id": "dyn"}, "without what"),
        (LoginIssuer(), {"code": "stolen"}, "answered 400"),
        (LoginIssuer(), {"error": "access_denied"}, "refused in the browser"),
    ],
)
async def test_a_login_that_is_not_ours_is_not_kept(issuer: LoginIssuer, more: dict[str, str], words: str) -> None:
    """Nothing is stored before it is known to be what was asked for."""
    async with flow(issuer, PLAN) as (login, stored), trio.open_nursery() as nursery:
        nursery.start_soon(partial(come_back, login, issuer, **more))
        with pytest.raises(Ended, match=words):
            await browser.run(login, issuer.browser())
        assert stored == []


async def test_a_browser_that_never_comes_back_is_not_waited_for(autojump_clock: trio.testing.MockClock) -> None:
    """Nothing listens afterwards."""
    issuer = LoginIssuer()
    async with flow(issuer, PLAN) as (login, _):
        with pytest.raises(Ended) as ended:
            await browser.run(login, issuer.browser())
        assert ended.value.state == "expired"
        port = urlsplit(parse_qs(urlsplit(login.url or "").query)["redirect_uri"][0]).port
        with pytest.raises(OSError, match=r"."):
            await trio.open_tcp_stream("127.0.0.1", port or 0)


GOOD = b"GET /auth/callback?state=s&code=c HTTP/1.1\r\nHost: 127.0.0.1:99\r\n\r\n"


def test_the_one_request_that_is_meant_is_heard() -> None:
    """By either name of this machine."""
    assert asked(GOOD, 99, "s") == {"state": "s", "code": "c"}
    assert asked(GOOD.replace(b"127.0.0.1", b"localhost"), 99, "s") is not None


@pytest.mark.parametrize(
    "head",
    [
        GOOD.replace(b"GET", b"POST"),
        GOOD.replace(b"/auth/callback", b"/other"),
        GOOD.replace(b"127.0.0.1:99", b"evil.example"),
        GOOD.replace(b"Host", b"X"),
        GOOD.replace(b"Host:", b"Host: 127.0.0.1:99\r\nHost:"),
        GOOD.replace(b"state=s", b"state=t"),
        GOOD.replace(b"state=s", b"x=s"),
        GOOD[:-2],
        b"",
        b"\xff\xfe GET x\r\n\r\n",
    ],
)
def test_any_other_request_means_nothing(head: bytes) -> None:
    """Other methods, paths, hosts, states, halves."""
    assert asked(head, 99, "s") is None
