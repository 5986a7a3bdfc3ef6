"""Issued: whose a bare signature is."""

from switchgeard.core import issued
from switchgeard.core.issued import Issued
from switchgeard.core.issuer import Issuer

A, B = Issuer("a#1", "anthropic.messages", "m"), Issuer("b#1", "anthropic.messages", "m")


def test_a_blob_is_known_by_who_sealed_it_last() -> None:
    """Any text, also one no encoding likes."""
    seen = Issued()
    [first] = seen.note("sig", A)
    assert seen.note("sig", A) == []
    seen.note("\ud800", B)
    assert (seen.of("sig"), seen.of("\ud800"), seen.of("other")) == (A, B, None)
    assert seen.note("sig", B) == [first]
    assert seen.of("sig") == B
    assert len(seen.owners) == 2


def test_the_oldest_is_forgotten() -> None:
    """Bounded, whatever clients send."""
    seen = Issued()
    changed = [seen.note(str(number), A) for number in range(issued.MOST + 5)]
    assert len(seen.owners) == issued.MOST
    assert changed[-1] == [*changed[-1][:1], *changed[4]]
    assert seen.of("4") is None
    assert seen.of("5") == A
