"""thoughtSignature: bytes in base64, and how what another wire signed travels in one.

A client's library may decode a signature and encode it anew: the same bytes in the other alphabet, with padding
or without. So signatures are compared, remembered and sent in one form, the standard one, and a seal is base64
of its text. Rules for editing: `blob` reads whatever `carried` ever made.
"""

import base64

from switchgeard.core.issuer import Issuer
from switchgeard.dialects.sealed import MARK, seal

BYPASS = "skip_thought_signature_validator"
"""Google's documented value for a call that none of its models made."""

_STANDARD = str.maketrans("-_", "+/")
_SEALED = base64.b64encode(MARK.encode()).decode()[:5]  # what every seal begins with


def normal(signature: str) -> str:
    """The signature in the standard alphabet, padded."""
    bare = signature.translate(_STANDARD).rstrip("=")
    return bare + "=" * (-len(bare) % 4)


_DUMMIES = frozenset(normal(word) for word in (BYPASS, "context_engineering_is_the_way_to_go"))


def carried(issuer: Issuer, signature: str, *, redacted: bool = False) -> str:
    """A foreign signature, possibly none, as one a client of this dialect takes and hands back."""
    return base64.b64encode(seal(issuer, signature, redacted=redacted).encode()).decode()


def blob(signature: str | None) -> str:
    """What a client handed back: a seal's own text, a signature in normal form, "" for none and for a dummy."""
    text = normal(signature or "")
    if text in _DUMMIES:
        return ""
    if text.startswith(_SEALED):
        try:
            return base64.b64decode(text, validate=True).decode("ascii")
        except ValueError:  # also binascii's and UnicodeDecodeError
            return text
    return text
