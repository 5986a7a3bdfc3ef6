"""A signature of one wire in another's field, and out again."""

import base64

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear_protocol.content import Thinking
from switchgeard.core.issuer import Issuer
from switchgeard.dialects import sealed

WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="|"), min_size=1, max_size=30)
ISSUERS = st.builds(Issuer, WORDS, WORDS, WORDS)
ISSUER = Issuer("claude#3f9a01", "anthropic.messages", "claude|opus")


@given(ISSUERS, st.text(st.characters(exclude_categories=["Cs"])), st.booleans())
def test_what_is_sealed_opens_again(issuer: Issuer, blob: str, redacted: bool) -> None:
    """With its issuer, whatever it is, in characters that every field takes."""
    text = sealed.seal(issuer, blob, redacted=redacted)
    assert sealed.opened(text) == (issuer, sealed.Seal(str(issuer), blob, redacted))
    assert text.isascii()
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")


def test_a_model_with_a_bar_in_its_name_keeps_it() -> None:
    """Accounts and wires have none."""
    opened = sealed.opened(sealed.seal(ISSUER, "s"))
    assert opened is not None
    assert opened[0] == ISSUER


@given(
    st.text()
    | st.text().map(lambda text: sealed.MARK + text)
    | st.binary().map(lambda data: sealed.MARK + base64.urlsafe_b64encode(data).decode())
)
def test_what_is_not_ours_is_nobodys(text: str) -> None:
    """Never an exception: clients send what they like."""
    opened = sealed.opened(text)
    assert opened is None or sealed.seal(opened[0], opened[1].blob, redacted=opened[1].redacted)


@pytest.mark.parametrize("parts", [["claude", "blob"], ["", "blob"], ["a|b", "blob"], ["a||c", "blob"]])
def test_a_seal_without_a_whole_issuer_is_nobodys(parts: list[str]) -> None:
    """It would travel to whoever is named like nothing."""
    packed = base64.urlsafe_b64encode(msgspec.msgpack.encode(parts)).decode().rstrip("=")
    assert sealed.opened(sealed.MARK + packed) is None


def test_a_cut_seal_is_nobodys() -> None:
    """Anywhere, also by one character."""
    whole = sealed.seal(ISSUER, "a signature that is long enough to be cut")
    found = [sealed.opened(whole[:cut]) for cut in range(len(whole) - 1)]
    assert not any(found)


def owner(blob: str) -> Issuer | None:
    """Of one blob it is known."""
    return ISSUER if blob == "known" else None


@pytest.mark.parametrize(
    ("blob", "thinking"),
    [
        (sealed.seal(ISSUER, "sig"), Thinking("so", "sig", issuer=str(ISSUER))),
        (sealed.seal(ISSUER, ""), Thinking("so", issuer=str(ISSUER))),
        (sealed.seal(ISSUER, "blob", redacted=True), Thinking(redacted="blob", issuer=str(ISSUER))),
        ("known", Thinking("so", "known", issuer=str(ISSUER))),
        ("unknown", Thinking("so", "unknown")),
        ("", Thinking("so")),
    ],
)
def test_thinking_comes_back_with_its_issuer(blob: str, thinking: Thinking) -> None:
    """Out of its seal, or by who is remembered to have signed it."""
    assert sealed.thought("so", blob, owner) == thinking


def test_a_redacted_blob_comes_back_as_one() -> None:
    """Also one that never was in a seal."""
    assert sealed.thought("", "known", owner, redacted=True) == Thinking(redacted="known", issuer=str(ISSUER))
