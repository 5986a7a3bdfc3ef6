"""Issued: whose a sealed blob is, remembered by digest.

A client that speaks a provider's own dialect hands signatures back bare. This is how they are told apart:
every one that passed on its way out is noted, and asked for on its way back in. Bounded; what is forgotten,
or was never ours, has no known issuer and is sent as it is: a provider that objects is asked once more
without it.
"""

from hashlib import blake2b

from .issuer import Issuer

MOST = 20_000  # about 5 MB; a long agent session has a few hundred


class Issued:
    """`owners`: digest in hex -> issuer, the oldest first."""

    __slots__ = ("owners",)

    def __init__(self) -> None:
        self.owners: dict[str, Issuer] = {}

    def note(self, blob: str, issuer: Issuer) -> list[str]:
        """`issuer` sealed `blob`. The digests whose owner is now another, or forgotten."""
        key = _digest(blob)
        if self.owners.get(key) == issuer:
            return []
        self.owners.pop(key, None)
        self.owners[key] = issuer
        if len(self.owners) <= MOST:
            return [key]
        oldest = next(iter(self.owners))
        del self.owners[oldest]
        return [key, oldest]

    def of(self, blob: str) -> Issuer | None:
        """Who sealed it, if that is known."""
        return self.owners.get(_digest(blob))


def _digest(blob: str) -> str:
    return blake2b(blob.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
