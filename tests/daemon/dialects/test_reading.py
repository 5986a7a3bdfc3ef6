"""A client's JSON, typed or told where it is not."""

from typing import Literal

import msgspec
import pytest
from msgspec import Struct

from switchgeard.dialects import reading
from switchgeard.dialects.glimpse import Unreadable


class Said(Struct):
    role: str


class Body(Struct):
    model: str
    messages: list[Said] = []


DECODER = msgspec.json.Decoder(Body)


@pytest.mark.parametrize(
    ("body", "message", "parameter"),
    [
        (b"{", "the body is not JSON: Input data was truncated", None),
        (b"", "the body is not JSON: Input data was truncated", None),
        (b"[]", "the body: expected object, got array", None),
        (b"{}", "model: is missing", "model"),
        (b'{"model":1}', "model: expected str, got int", "model"),
        (b'{"model":"m","messages":[{"role":3}]}', "messages.0.role: expected str, got int", "messages.0.role"),
        (b'{"model":"m","messages":[{}]}', "messages.0.role: is missing", "messages.0.role"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(body: bytes, message: str, parameter: str | None) -> None:
    """In the client's words: a dotted path, no Python."""
    with pytest.raises(Unreadable) as caught:
        reading.parsed(DECODER, body)
    assert (caught.value.message, caught.value.parameter) == (message, parameter)


def test_a_part_read_on_its_own_keeps_its_place() -> None:
    """The path goes on from where the part stood."""
    with pytest.raises(Unreadable) as caught:
        reading.parsed(DECODER, b'{"model":"m","messages":[{}]}', "a.0")
    assert caught.value.parameter == "a.0.messages.0.role"


def test_members_of_what_is_no_object_are_unreadable() -> None:
    """Nor of an object that has one twice."""
    assert reading.members(b'{"a": 1}') == {"a": (6, 7)}
    for body in (b"[]", b'{"a":1,"a":2}'):
        with pytest.raises(Unreadable, match="no JSON object"):
            reading.members(body)


@pytest.mark.parametrize("opening", [b'{"x":', b"["])
def test_too_deep_is_unreadable(opening: bytes) -> None:
    """Never a RecursionError, wherever the depth is."""
    with pytest.raises(Unreadable):
        reading.parsed(DECODER, b'{"model":"m","y":' + opening * 100_000)


def test_bytes_that_are_no_text_are_unreadable() -> None:
    """In a value that is looked at."""
    with pytest.raises(Unreadable):
        reading.parsed(DECODER, b'{"model":"\xff"}')


def test_an_escaped_letter_weighs_what_it_is_at_most() -> None:
    """A client that escapes all but ASCII is not told that its conversation is twice as long."""
    word = "日本語" * 100
    plain, escaped = msgspec.json.encode(word), b'"' + "".join(f"\\u{ord(c):04x}" for c in word).encode() + b'"'
    assert reading.size(plain) == reading.size(escaped) == 902
    assert reading.tokens(plain) == pytest.approx(902 / 3.5)


def test_a_word_that_is_quoted_is_quoted_in_part() -> None:
    """A decoder names the value it does not know; a refusal is no echo."""
    with pytest.raises(Unreadable) as caught:
        reading.parsed(msgspec.json.Decoder(Literal["a", "b"]), msgspec.json.encode("x" * 1_000_000))
    assert len(caught.value.message) < 300


@pytest.mark.parametrize("number", ["-1", "9223372036854775808", "1" + "0" * 400, "1.5", '"1"'])
def test_a_limit_is_a_number_of_tokens(number: str) -> None:
    """No provider takes another; none is asked."""
    decoder = msgspec.json.Decoder(reading.Tokens)
    assert reading.parsed(decoder, b"0") == 0
    with pytest.raises(Unreadable):
        reading.parsed(decoder, number.encode())


@pytest.mark.parametrize("stops_itself", sorted({False, reading.STOPS_ITSELF}))
def test_what_passes_unread_is_no_deeper_than_a_decoder_once_went(
    stops_itself: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python 3.14 counts levels no more; a thousand brackets side by side, or in a text, are none."""
    monkeypatch.setattr(reading, "STOPS_ITSELF", stops_itself)
    for unread in (b"[" + b",".join([b"[]"] * 5000) + b"]", b'"' + b"[" * 5000 + b'"', b"[" * 500 + b"]" * 500):
        assert reading.glimpsed(DECODER, b'{"model":"m","x":' + unread + b"}") == Body("m")
    with pytest.raises(Unreadable, match="nested too deep"):
        reading.glimpsed(DECODER, b'{"model":"m","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}")
