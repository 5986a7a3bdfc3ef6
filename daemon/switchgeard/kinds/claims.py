"""Claims: what an id token says, and whether it is the one that was asked for.

Its signature is not checked: it comes straight from the token endpoint over a verified TLS connection, which OpenID
Connect Core 3.1.3.7 (6) takes in its place. One that came any other way must never be read here.
Rules for editing: pure; no error repeats the token.
"""

import base64
import binascii
from typing import Any

import msgspec

from switchgeard.core.clock import Now

SKEW = 300.0  # seconds two clocks may differ


class BadClaims(ValueError):
    """It is not the token that was asked for."""


def claims(token: str) -> dict[str, Any]:
    """The payload of a JWT; empty for what is none."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        found = msgspec.json.decode(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (msgspec.DecodeError, binascii.Error, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def verified(token: str, *, issuer: str, audience: str, nonce: str, now: Now) -> dict[str, Any]:
    """The claims of the token this login asked for. Raises BadClaims."""
    said = claims(token)
    if said.get("iss") != issuer:
        raise BadClaims("the id token is another issuer's")
    if audience not in (said["aud"] if isinstance(said.get("aud"), list) else [said.get("aud")]):
        raise BadClaims("the id token was made for another program")
    if said.get("nonce") != nonce:
        raise BadClaims("the id token belongs to another login")
    ends = said.get("exp")
    if not isinstance(ends, int | float) or ends < now.wall - SKEW:
        raise BadClaims("the id token has ended: check this machine's clock")
    return said
