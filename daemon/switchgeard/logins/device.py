"""Device: a code typed on a web page (RFC 8628).

Rules for editing: the issuer sets the pace and we never ask faster; an answer that is lost costs one turn; the
address shown is the issuer's own, and only https (or loopback, for tests) is shown at all.
"""

from typing import Any
from urllib.parse import urlsplit

import trio

from switchgeard.kinds.kind import DeviceCode
from switchgeard.kinds.reply import members_if_any
from switchgeard.upstream.fault import TransportFault

from .login import Ended, Login

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
PACE, MARGIN, SLOWER = 5.0, 1.0, 5.0  # seconds between two questions; beyond it; more after `slow_down`
LIFE = 900.0  # seconds at most


async def run(login: Login, how: DeviceCode) -> None:
    """Until the credential is stored. Raises Ended, TransportFault before there is a code to show."""
    client = login.provider.options.get("client_id")
    if not client:
        raise Ended("failed", "a login by code needs the client_id of an OAuth app of yours", "switchgear config edit")
    status, body = await login.posted(how.code_url, {"client_id": client, "scope": how.scope})
    begun = members_if_any(body)
    code, typed, page = (begun.get(name) for name in ("device_code", "user_code", "verification_uri"))
    if status != 200 or not isinstance(code, str) or not _typed(typed) or not _shown(page):
        raise Ended("failed", f"the issuer gave no code ({status}{_word(begun)})", "switchgear config edit")
    life = min(_seconds(begun.get("expires_in"), LIFE), LIFE)
    login.show(str(page), life, str(typed))
    with trio.move_on_after(life):
        token = await _granted(login, how, {"client_id": client, "device_code": code, "grant_type": GRANT}, begun)
        await login.keep(token)
        return
    raise Ended("expired", "nobody typed the code in time", f"switchgear login {login.provider.id}")


async def _granted(login: Login, how: DeviceCode, form: dict[str, str], begun: dict[str, Any]) -> str:
    pace = _seconds(begun.get("interval"), PACE)
    while True:
        await trio.sleep(pace + MARGIN)
        try:
            _, body = await login.posted(how.token_url, form)
        except TransportFault:
            pace += SLOWER
            continue
        said = members_if_any(body)
        if isinstance(token := said.get("access_token"), str) and token:
            return token
        pace = _next_pace(login, said, pace)


def _next_pace(login: Login, said: dict[str, Any], pace: float) -> float:
    """Seconds to the next question. Raises Ended for an answer that ends it."""
    match said.get("error"):
        case "authorization_pending" | None:
            return pace
        case "slow_down":
            return max(_seconds(said.get("interval"), pace + SLOWER), pace + SLOWER)
        case "access_denied":
            raise Ended("denied", "the login was refused in the browser")
        case "expired_token":
            raise Ended("expired", "the code has ended", f"switchgear login {login.provider.id}")
        case _:
            raise Ended("failed", f"the issuer refused{_word(said)}")


def _seconds(value: object, default: float) -> float:
    good = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e6
    return float(value) if good else default  # type: ignore[arg-type]


def _word(said: dict[str, Any]) -> str:
    word = said.get("error")
    return f": {word}" if isinstance(word, str) and word.isidentifier() and len(word) < 60 else ""


def _typed(code: object) -> bool:
    """What a person can read and type, and a terminal has no other use for."""
    return isinstance(code, str) and 0 < len(code) <= 40 and code.isprintable()


def _shown(page: object) -> bool:
    if not isinstance(page, str) or not page.isprintable() or len(page) > 500:
        return False
    parts = urlsplit(page)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname == "127.0.0.1")
