"""Sealed: a signature of one dialect carried in another's signature field, with its issuer on it.

A client keeps what it cannot read and sends it back: an Anthropic client a thinking block's signature, a
Responses client encrypted_content. So a foreign signature travels inside, and opens again only for its
issuer. The mark in front tells ours from a provider's own. Nothing in it is secret or trusted: who forges
one sends a provider a signature it will refuse.
"""

import base64
import binascii

import msgspec
from msgspec import Struct

from switchgear_protocol.content import Thinking
from switchgeard.core.issuer import Issuer, parsed

from .dialect import IssuerOf

MARK = "sg1."


class Seal(Struct, frozen=True, array_like=True):
    """`redacted`: the blob stands for thinking that may not be shown at all."""

    issuer: str
    blob: str
    redacted: bool = False


def seal(issuer: Issuer, blob: str, *, redacted: bool = False) -> str:
    """The blob, marked with its issuer, in characters every signature field takes."""
    packed = msgspec.msgpack.encode(Seal(str(issuer), blob, redacted))
    return MARK + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def opened(text: str) -> tuple[Issuer, Seal] | None:
    """Who sealed it, and what is inside; None for what is not ours, or broken."""
    if not text.startswith(MARK):
        return None
    data = text.removeprefix(MARK)
    try:
        found = _SEAL.decode(base64.urlsafe_b64decode(data + "=" * (-len(data) % 4)))
    except (ValueError, binascii.Error):  # msgspec's are ValueErrors
        return None
    issuer = parsed(found.issuer)
    return (issuer, found) if issuer else None


def thought(text: str, blob: str, issuer_of: IssuerOf, *, redacted: bool = False) -> Thinking:
    """What a client hands back as thinking: out of its seal, with its issuer if he is known. `blob` "": unsigned."""
    if found := opened(blob):
        issuer, inner = found
        owner: Issuer | None = issuer
        blob, redacted = inner.blob, redacted or inner.redacted
    else:
        owner = issuer_of(blob) if blob else None
    name = str(owner) if owner else None
    return Thinking(redacted=blob, issuer=name) if redacted else Thinking(text, blob or None, issuer=name)


_SEAL = msgspec.msgpack.Decoder(Seal)
