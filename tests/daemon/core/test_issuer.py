"""Whose a signature is, as text and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgeard.core.issuer import Issuer, account, parsed

WORD = st.text(st.characters(exclude_characters="|"), min_size=1)


@given(WORD, WORD, st.text(min_size=1))
def test_an_issuer_is_read_back_from_its_text(who: str, wire: str, model: str) -> None:
    """A model may be called anything."""
    issuer = Issuer(who, wire, model)
    assert parsed(str(issuer)) == issuer


@pytest.mark.parametrize("text", [None, "", "p/m", "a|b", "a|b|", "|b|c", "a||c"])
def test_other_text_is_nobody(text: str | None) -> None:
    """Also what versions before this one wrote."""
    assert parsed(text) is None


def test_an_issuer_verifies_what_the_same_account_signed_on_the_same_wire() -> None:
    """Any model of it; not another account, not another wire, not nobody."""
    one = Issuer("p#1", "anthropic.messages", "opus")
    assert one.verifies(one)
    assert one.verifies(Issuer("p#1", "anthropic.messages", "sonnet"))
    assert not one.verifies(Issuer("p#2", "anthropic.messages", "opus"))
    assert not one.verifies(Issuer("p#1", "openai.chat", "opus"))
    assert not one.verifies(None)


def test_an_account_is_a_provider_and_a_little_of_its_credential() -> None:
    """Enough to tell two apart; a provider without a credential has one account."""
    assert account("claude", "3f9a01bb22cc") == "claude#3f9a01bb"
    assert account("ollama", None) == account("ollama", "") == "ollama#none"
