"""Issued: whose a sealed blob is, remembered by digest.

A client that speaks a provider's own dialect hands signatures back bare. This is how they are told apart:
every one that passed on its way out is noted, and asked for on its way back in. Bounded; what is forgotten,
or was never ours, has no known issuer and is sent as it is: a provider that objects is asked once more
without it.
"""

from collections import OrderedDict
from hashlib import blake2b

from .issuer import Issuer

MOST = 20_000  # about 4 MB; a long agent session has a few hundred


class Issued:
    """Digest -> issuer, oldest forgotten first."""

    __slots__ = ("_owners",)

    def __init__(self) -> None:
        self._owners: OrderedDict[bytes, Issuer] = OrderedDict()

    def __len__(self) -> int:
        return len(self._owners)

    def note(self, blob: str, issuer: Issuer) -> None:
        """`issuer` sealed `blob`."""
        key = _digest(blob)
        self._owners[key] = issuer
        self._owners.move_to_end(key)
        if len(self._owners) > MOST:
            self._owners.popitem(last=False)

    def of(self, blob: str) -> Issuer | None:
        """Who sealed it, if that is known."""
        return self._owners.get(_digest(blob))


def _digest(blob: str) -> bytes:
    return blake2b(blob.encode("utf-8", "surrogatepass"), digest_size=16).digest()
