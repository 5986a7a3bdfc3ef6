"""Leaving: what is done at the issuer about a credential that was just forgotten here, and what stays valid.

Rules for editing: it is forgotten first, so that trouble at the issuer leaves nothing behind here. Addresses are the
kind's own row; no word of an answer is repeated.
"""

import msgspec

from switchgeard.core.provider import Provider
from switchgeard.credentials.secret import Answer, Ready
from switchgeard.kinds.bundle import Bundle, parsed
from switchgeard.kinds.kind import Browser, DeviceCode, Paste
from switchgeard.kinds.known import KINDS
from switchgeard.upstream.call import HTTPCall
from switchgeard.upstream.fault import TransportFault
from switchgeard.upstream.fetch import ask_issuer
from switchgeard.upstream.transport import Transport

HEADERS = (("accept", "application/json"), ("content-type", "application/json"))


async def taken_back(transport: Transport, provider: Provider, was: Answer) -> str:
    """Ends a login at its issuer. What stays valid all the same, in words; "" when nothing does."""
    if not isinstance(was, Ready) or was.secret is None:
        return ""
    how, bundle = KINDS[provider.kind].login, parsed(was.secret.reveal())
    if isinstance(how, Browser) and bundle is not None:
        return await _revoked(transport, how, bundle)
    if isinstance(how, Browser | DeviceCode) and how.end_page:
        return f"what was stored stays valid until you end it at {how.end_page}"
    page = how.page if isinstance(how, Paste | Browser) else None
    return f"the key itself stays valid until you delete it{f' at {page}' if page else ''}"


async def _revoked(transport: Transport, how: Browser, bundle: Bundle) -> str:
    stays = f"its login stays valid until you end it{f' at {how.end_page}' if how.end_page else ''}"
    if how.revoke_url is None:
        return stays
    hint = "access_token" if bundle.refresh_token is None else "refresh_token"
    token = bundle.refresh_token or bundle.access_token
    body = {"token": token, "token_type_hint": hint, "client_id": bundle.client_id or ""}
    try:
        status, _ = await ask_issuer(transport, HTTPCall("POST", how.revoke_url, HEADERS, msgspec.json.encode(body)))
    except TransportFault as fault:
        return f"{stays}: its issuer could not be told ({fault.failure.message})"
    return "" if status == 200 else f"{stays}: its issuer did not take it back (status {status})"
