"""keyring_wire: what crosses the pipes is whole, checked on arrival, and masked everywhere else."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgeard.credentials.keyring_wire import LONGEST_MESSAGE, Request, decode_answer, decode_request, encode
from switchgeard.credentials.secret import LONGEST, Answer, Broken, Locked, Missing, Ready, Secret

CANARY = "sk-CANARY-0123456789"
secrets = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=200).map(Secret)
words = st.text(max_size=50)
answers = st.one_of(
    st.builds(Ready, st.none() | secrets),
    *(st.builds(kind, words, words) for kind in (Missing, Locked, Broken)),
)


@given(answers)
def test_every_answer_arrives_as_it_was_given(answer: Answer) -> None:
    """The four kinds, with whatever characters a credential may have."""
    assert decode_answer(encode(answer)) == answer


@given(words, secrets)
def test_every_request_arrives_as_it_was_made(provider: str, secret: Secret) -> None:
    """With a secret to write, without one otherwise."""
    for request in (Request("write", provider, secret), Request("read", provider), Request("delete", provider)):
        assert decode_request(encode(request)) == request


def test_the_longest_credential_fits_one_message() -> None:
    """Even one made of characters that JSON doubles."""
    assert len(encode(Request("write", "a" * 100, Secret('"' * LONGEST)))) < LONGEST_MESSAGE


def test_no_repr_shows_the_secret() -> None:
    """A request or an answer may end up in a traceback."""
    shown = repr(Request("write", "a", Secret(CANARY))) + repr(decode_answer(encode(Ready(Secret(CANARY)))))
    assert CANARY not in shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "not json",
        '{"op":"read"}',
        '{"op":"erase","provider":"a"}',
        '{"op":"write","provider":"a"}',
        '{"op":"read","provider":"a","secret":"sk-CANARY-0123456789"}',
        '{"op":"write","provider":"a","secret":{"is":"sk-CANARY-0123456789"}}',
        '{"op":"write","provider":"a","secret":"sk-CANARY-0123456789\\nx"}',
        '{"op":"read","provider":"a","backend":"keyrings.alt"}',
    ],
)
def test_what_is_no_request_is_refused_without_repeating_it(text: str) -> None:
    """Neither an unknown operation, nor a write of nothing, nor an unknown word."""
    with pytest.raises(msgspec.DecodeError) as refused:
        decode_request(text.encode())
    assert "CANARY" not in str(refused.value)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b'{"type":"Ready","secret":""}',
        b'{"type":"Ready","secret":7}',
        b'{"type":"Ready","secret":"sk-CANARY-0123456789\\u0000"}',
        b'{"type":"Missing"}',
        b'{"type":"Sorry","reason":"sk-CANARY-0123456789","hint":""}',
        b'{"type":"Ready"} {"type":"Ready"}',
    ],
)
def test_what_is_no_answer_is_refused_without_repeating_it(data: bytes) -> None:
    """A secret that could not be one included: it would go into a header."""
    with pytest.raises(msgspec.DecodeError) as refused:
        decode_answer(data)
    assert "CANARY" not in str(refused.value)
