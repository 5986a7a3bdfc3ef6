"""Destinations: which URLs a provider may be at. A credential is sent there, so this is strict.

https anywhere; plain http only to this machine, or where the user wrote `insecure_http = true`.
No message repeats the URL: people paste keys into them.
"""

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?\.?")
URL_CHARS = re.compile(r"[!-\[\]_a-z~]+")  # visible ASCII without \ ^ ` { | }: what URL readers disagree on

LISTEN_HOSTS = {"127.0.0.1": "127.0.0.1", "localhost": "localhost", "[::1]": "::1"}
"""Where the HTTP door may listen, as written and as bound: addresses no other machine can reach."""


def destination(written: str, insecure_http: bool = False) -> str:
    """The normalised base URL, without a trailing slash. Raises ValueError with what is allowed."""
    parts = _parts(written)
    if parts.scheme not in ("http", "https"):
        raise ValueError("must start with https:// (or http:// for this machine)")
    if parts.username is not None or parts.password is not None:
        raise ValueError("must not contain a user name or password: credentials are stored apart from it")
    if parts.query or parts.fragment or "?" in written or "#" in written:
        raise ValueError("must not contain a query (?) or fragment (#)")
    host = _host(parts)
    if parts.scheme == "http" and not insecure_http and not is_loopback(host):
        raise ValueError(
            "plain http would send the credential readable by the network: use https, "
            "or write insecure_http = true if that network is yours"
        )
    return _joined(parts, host)


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine, whatever a resolver says."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.rstrip(".").lower() == "localhost"


def listener(written: str) -> tuple[str, int]:
    """(host, port) of `[http] listen`. Loopback only. Raises ValueError with what is allowed."""
    host, colon, port = written.rpartition(":")
    if not colon or not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > 65535:
        raise ValueError('must be "HOST:PORT", such as "127.0.0.1:8317"')
    host = LISTEN_HOSTS.get(host.lower(), "")
    if not host:
        raise ValueError(
            'must be on this machine ("127.0.0.1", "[::1]" or "localhost"): others reach it through ssh -L'
        )
    return host, int(port)


def _parts(written: str) -> SplitResult:
    if not URL_CHARS.fullmatch(written):
        raise ValueError("must be a plain URL: no spaces, control characters, backslashes or non-ASCII letters")
    try:
        parts = urlsplit(written)
        _ = parts.port  # a bad port is only noticed when asked for
    except ValueError:
        raise ValueError("is not a URL: the host or the port is malformed") from None
    return parts


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if "[" in parts.netloc:
        return host  # urlsplit has checked the IPv6 address
    if not HOST.fullmatch(host):
        raise ValueError("must name a host, such as https://api.example.com/v1")
    return host


def _joined(parts: SplitResult, host: str) -> str:
    port = f":{parts.port}" if parts.port is not None else ""
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}{port}{parts.path}".rstrip("/")
