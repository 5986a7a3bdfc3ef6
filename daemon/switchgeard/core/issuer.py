"""Issuer: whose a signature is. Thinking is signed and sealed for one account on one wire only.

A block that only its issuer understands carries the issuer as text; clients hand it back unread. Rules for
editing: the text form is in transcripts that clients keep for months, so `parsed` reads every form there
ever was, and what it cannot read is nobody's.
"""

from msgspec import Struct

SEPARATOR = "|"  # in no provider id and no wire; a model id may hold anything


class Issuer(Struct, frozen=True):
    """`account`: the provider and which of its credentials ("claude#3f9a01"). `wire`: the dialect it was said in."""

    account: str
    wire: str
    model: str

    def __str__(self) -> str:
        return SEPARATOR.join((self.account, self.wire, self.model))

    def verifies(self, other: "Issuer | None") -> bool:
        """Whether what `other` signed means something here: the same account on the same wire, any model."""
        return other is not None and (self.account, self.wire) == (other.account, other.wire)


def account(provider: str, fingerprint: str | None) -> str:
    """The provider with enough of its credential's keyed fingerprint to tell two accounts apart."""
    return f"{provider}#{(fingerprint or 'none')[:8]}"


def parsed(text: str | None) -> Issuer | None:
    """The issuer behind its text form, or None for what is no issuer of ours."""
    parts = (text or "").split(SEPARATOR, 2)
    return Issuer(*parts) if len(parts) == 3 and all(parts) else None
