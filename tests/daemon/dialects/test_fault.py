"""Reading JSON from upstream, and the status an error names."""

from typing import Any

import msgspec
import pytest

from switchgeard.dialects.fault import Garbled, parsed, status_of, text_of

ANY: msgspec.json.Decoder[Any] = msgspec.json.Decoder()


@pytest.mark.parametrize("data", ["", "{", "\udcff", b"\xff", "[" * 100_000, '"\\ud83d"', "1e999", "NaN"])
def test_whatever_cannot_be_read_is_garbled(data: str | bytes) -> None:
    """No other error leaves, whatever was wrong."""
    with pytest.raises(Garbled, match="provider"):
        parsed(ANY, data)


def test_a_byte_order_mark_is_no_part_of_a_body() -> None:
    """JSON does not allow it, proxies add it."""
    assert parsed(ANY, b"\xef\xbb\xbf{}") == {}


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ({"code": 429}, 429),
        ({"code": "503"}, 503),
        ({"status": 400, "code": 1300}, 400),
        ({"code": "rate_limited"}, None),
        ({"code": 200}, None),
        ({"code": True}, None),
        ({"code": "٤٢٩"}, None),
        ("text", None),
        (None, None),
    ],
)
def test_an_error_may_name_its_status(error: object, status: int | None) -> None:
    """Three digits from 400 on; anything else is a code of their own."""
    assert status_of(error) == status


@pytest.mark.parametrize(("value", "text"), [("a", "a"), ("", None), (None, None), (1, None), (["a"], None)])
def test_only_text_with_something_in_it_is_text(value: object, text: str | None) -> None:
    """An id or a name that is none of it is not there."""
    assert text_of(value) == text
