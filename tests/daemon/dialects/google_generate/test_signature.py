"""Signatures, and seals that travel as such."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgeard.core.issuer import Issuer
from switchgeard.dialects.google_generate.signature import BYPASS, blob, carried, normal
from switchgeard.dialects.sealed import opened

ELSEWHERE = Issuer("a#1", "anthropic.messages", "m")


@given(st.binary())
def test_a_signature_is_the_same_however_a_library_encodes_it(data: bytes) -> None:
    """Either alphabet, with padding or without."""
    spelled = [base64.b64encode(data), base64.urlsafe_b64encode(data)]
    forms = {normal(form.decode()) for one in spelled for form in (one, one.rstrip(b"="))}
    assert forms == {base64.b64encode(data).decode()}


@given(st.text(), st.booleans())
def test_a_seal_comes_back_as_it_was_whatever_a_library_did_to_it(signature: str, redacted: bool) -> None:
    """In characters that are base64 to everybody."""
    sent = carried(ELSEWHERE, signature, redacted=redacted)
    found = opened(blob(base64.urlsafe_b64encode(base64.b64decode(sent, validate=True)).decode().rstrip("=")))
    assert found is not None
    assert (found[0], found[1].blob, found[1].redacted) == (ELSEWHERE, signature, redacted)


@pytest.mark.parametrize("text", [None, "", BYPASS, "context_engineering_is_the_way_to_go", BYPASS.replace("_", "/")])
def test_no_signature_and_googles_dummies_are_none(text: str | None) -> None:
    """Nobody sealed them."""
    assert blob(text) == ""


@given(st.text())
def test_any_text_has_a_form(text: str) -> None:
    """What is no base64 at all is for its provider to refuse."""
    assert normal(normal(text)) == normal(text)
    assert isinstance(blob(text), str)
