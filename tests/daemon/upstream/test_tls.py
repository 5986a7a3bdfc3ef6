"""TLS: every certificate is verified, and plain http pays for none of it."""

import datetime
import ssl
from pathlib import Path

import pytest
import trio

from promptly import promptly
from standins.standin import StandIn
from switchgear_protocol.words import FailureKind, Scope
from switchgeard.core.failure import Failure
from switchgeard.upstream import tls
from switchgeard.upstream.call import HTTPCall
from switchgeard.upstream.transport import Transport, TransportFault

pytest.importorskip("cryptography", reason="certificates are made with it")

from certificates import Certificate

EXPIRED = datetime.datetime(2021, 1, 1, tzinfo=datetime.UTC)


def a_call(url: str) -> HTTPCall:
    """Any completion."""
    return HTTPCall("POST", f"{url}/v1/chat/completions", (), b'{"model":"m-1","stream":true}')


async def failing(transport: Transport, url: str, connect: float = 5.0) -> Failure:
    """The failure of a call that must not succeed."""
    with pytest.raises(TransportFault) as caught:
        async with transport.open(a_call(url), connect=connect):
            pass
    return caught.value.failure


def is_refused(failure: Failure) -> bool:
    """As a certificate that is not trusted."""
    said = (failure.kind, failure.scope, failure.code, failure.sent)
    return said == (FailureKind.UNAVAILABLE, Scope.ENDPOINT, "tls", False) and "certificate" in failure.message


async def test_a_self_signed_certificate_is_refused(tmp_path: Path) -> None:
    """With the trust everybody has; there is no switch that turns it off."""
    async with StandIn(tls=Certificate(tmp_path).server()).serving() as standin:
        assert is_refused(await failing(Transport(), standin.url))
    assert standin.hits == 0


async def test_a_certificate_for_another_host_is_refused(tmp_path: Path) -> None:
    """Trusted, but not for where we dialled."""
    certificate = Certificate(tmp_path, host="elsewhere.example")
    async with StandIn(tls=certificate.server()).serving() as standin:
        assert is_refused(await failing(Transport(context=certificate.trusting), standin.url))
    assert standin.hits == 0


async def test_an_expired_certificate_is_refused(tmp_path: Path) -> None:
    """However much its issuer is trusted."""
    certificate = Certificate(tmp_path, expires=EXPIRED)
    async with StandIn(tls=certificate.server()).serving() as standin:
        assert is_refused(await failing(Transport(context=certificate.trusting), standin.url))
    assert standin.hits == 0


async def test_a_trusted_certificate_serves_and_its_connection_is_kept(tmp_path: Path) -> None:
    """One handshake and one look at the CA bundle for all calls."""
    certificate, built = Certificate(tmp_path), list[ssl.SSLContext]()

    def context() -> ssl.SSLContext:
        built.append(certificate.trusting())
        return built[-1]

    transport = Transport(context=context)
    async with StandIn(tls=certificate.server()).serving() as standin:
        for _ in range(3):
            async with transport.open(a_call(standin.url), connect=5) as reply:
                assert b"[DONE]" in b"".join([chunk async for chunk in reply.chunks()])
        await transport.aclose()
    assert (standin.connections, len(built)) == (1, 1)


async def test_plain_http_builds_no_context() -> None:
    """Reading a CA bundle costs time and memory that a local server need not pay."""

    def context() -> ssl.SSLContext:
        raise AssertionError("nobody asked for https")

    transport = Transport(context=context)
    async with StandIn().serving() as standin:
        async with transport.open(a_call(standin.url), connect=5) as reply:
            assert b"[DONE]" in b"".join([chunk async for chunk in reply.chunks()])
        await transport.aclose()


async def test_a_handshake_that_never_comes_ends_at_the_connect_limit() -> None:
    """The limit covers TCP and TLS together, and the socket is closed behind it."""
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    closed = trio.Event()

    async def silent(stream: trio.SocketStream) -> None:
        while await stream.receive_some(4096):
            pass
        closed.set()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.serve_listeners, silent, listeners)
        port = listeners[0].socket.getsockname()[1]
        failure = await failing(Transport(), f"https://127.0.0.1:{port}", connect=0.1)
        with promptly(0.25):
            await closed.wait()
        nursery.cancel_scope.cancel()
    assert (failure.kind, failure.scope, failure.code) == (FailureKind.TIMEOUT, Scope.ENDPOINT, "tls")


async def test_a_server_that_speaks_no_tls_is_its_endpoints_trouble() -> None:
    """https written where http was meant."""
    async with StandIn().serving() as standin:
        failure = await failing(Transport(), standin.url.replace("http:", "https:"))
    assert (failure.kind, failure.scope, failure.code) == (FailureKind.UNAVAILABLE, Scope.ENDPOINT, "tls")


def test_the_environment_chooses_no_trust(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A project's SSL_CERT_FILE and SSLKEYLOGFILE are none of our business."""
    certificate = Certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys.log"))
    context = tls.verifying_context()
    issuers = {str(issued["subject"]) for issued in context.get_ca_certs()}
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname
    assert len(issuers) > 50
    assert not any("stand-in" in issuer for issuer in issuers)
    assert context.keylog_filename is None
