"""Browser: authorization code with PKCE (S256) and a loopback redirect; the client registers itself on the way.

An id that was issued once belongs to this install and its person, and is asked with at every later login; a new one is
asked for where it is refused, or brought no login (an issuer that refuses with a page of its own sends nobody back).
Rules for editing: endpoints are the kind's own row; state, nonce and verifier are new for every login; nothing is
stored before the id token is seen to be the one that was asked for.
"""

import base64
import hashlib
import secrets
from urllib.parse import urlencode

import trio
from msgspec import structs

from switchgeard.kinds.bundle import Bundle, spelled
from switchgeard.kinds.claims import BadClaims, verified
from switchgeard.kinds.kind import Browser
from switchgeard.kinds.known import KINDS
from switchgeard.upstream.call import HTTPCall as HTTPCall

from .login import Ended, Login
from .redirect import PATH, heard

LIFE = 600.0  # seconds a person has


async def run(login: Login, how: Browser) -> None:
    """Until the credential is stored. Raises Ended, TransportFault."""
    before = await login.before() if how.client_id is None else None
    login.reused = before.client_id if before else None
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    port = listeners[0].socket.getsockname()[1]
    redirect = f"http://127.0.0.1:{port}{PATH}"
    verifier, state, nonce = (secrets.token_urlsafe(48) for _ in range(3))
    asked = _asking(how, redirect, verifier, state, nonce)
    asked |= _as(how, login, before.account if before else "")
    login.show(f"{how.authorize_url}?{urlencode(asked)}", LIFE)
    query = None
    with trio.move_on_after(LIFE):
        query = await heard(listeners, port, state)
    for listener in listeners:
        await listener.aclose()
    if query is None:
        raise Ended("expired", "nobody came back from the browser", f"switchgear login {login.provider.id}")
    await _finish(login, how, query, {"code_verifier": verifier, "redirect_uri": redirect}, nonce)


def _asking(how: Browser, redirect: str, verifier: str, state: str, nonce: str) -> dict[str, str]:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    asked = {
        "response_type": "code",
        "redirect_uri": redirect,
        "scope": how.scope,
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    if how.resource:
        asked["resource"] = how.resource
    return asked


def _as(how: Browser, login: Login, account: str) -> dict[str, str]:
    """As which client it asks: the kind's own, the one issued before, or one that is to be issued."""
    if how.client_id is not None:
        return {"client_id": how.client_id}
    if login.reused is not None:
        return {"client_id": login.reused} | ({"login_hint": account} if account else {})
    host = f"urn:uuid:{login.install}"
    return {"client_id": how.dynamic or "", "ext_agent_host_id": host, "agent_name_hint": "Switchgear"}


async def _finish(login: Login, how: Browser, query: dict[str, str], proof: dict[str, str], nonce: str) -> None:
    if error := query.get("error"):
        denied, words = error == "access_denied", "the login was refused in the browser"
        raise Ended("denied", words) if denied else _refused(login, words)
    client = how.client_id or query.get("client_id") or login.reused
    if not client or client == how.dynamic or "code" not in query:
        raise Ended("failed", "the browser came back without what the issuer promised")
    form = {"grant_type": "authorization_code", "client_id": client, "code": query["code"], **proof}
    status, body = await login.posted(how.token_url, form | ({"resource": how.resource} if how.resource else {}))
    refresh = KINDS[login.provider.kind].refresh
    if status != 200 or refresh is None:
        raise _refused(login, f"the issuer answered {status}")
    try:
        bundle = refresh.read(body, Bundle("", client_id=client, scope=how.scope), login.now())
        bundle = _whose(login, how, bundle, client, nonce)
    except ValueError as bad:
        raise Ended("failed", str(bad), f"switchgear login {login.provider.id}") from bad
    login.account, login.reused = bundle.account, None
    await login.keep(spelled(bundle))


def _refused(login: Login, reason: str) -> Ended:
    """The issuer's no: to the person, or to the client id it gave before."""
    again = f"switchgear login {login.provider.id}"
    if login.reused is None:
        return Ended("failed", reason, again)
    return Ended(
        "failed", f"{reason}, maybe because of the id it gave before: the next login asks for a new one", again
    )


def _whose(login: Login, how: Browser, bundle: Bundle, client: str, nonce: str) -> Bundle:
    """The login with its person's name. Raises ValueError."""
    missing = set(how.scope.split()) - set(bundle.scope.split())
    if plan := next((scope for scope in missing if "." in scope), None):
        raise BadClaims(f"the login was not given {plan}: agree to it in the browser, or use an API key")
    if how.issuer is None:
        return bundle
    said = verified(bundle.id_token or "", issuer=how.issuer, audience=client, nonce=nonce, now=login.now())
    name = said.get("email") or said.get("sub")
    return structs.replace(bundle, account=name[:200] if isinstance(name, str) and name.isprintable() else "")
