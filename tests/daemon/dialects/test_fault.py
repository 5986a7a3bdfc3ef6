"""Reading JSON from upstream, and the status an error names."""

from typing import Any

import msgspec
import pytest

from switchgear_protocol.content import Document, Image
from switchgeard.dialects.fault import Garbled, parsed, status_of
from switchgeard.dialects.media import inline, plain_text

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


def test_an_image_is_inline_or_not() -> None:
    """In both spellings, with parameters; a link is not."""
    assert inline(Image("image/gif", data="AA")) == ("image/gif", "AA")
    assert inline(Image(url="data:image/gif;charset=x;base64,AA")) == ("image/gif", "AA")
    assert inline(Image(url="https://example.org/data:image/gif;base64,AA")) is None


def test_a_text_document_is_text_only_if_it_decodes() -> None:
    """Else it is sent as it came."""
    assert plain_text(Document("aGk=", "text/markdown")) == "hi"
    assert plain_text(Document("aGk=", "application/pdf")) is None
    assert plain_text(Document("not base64", "text/plain")) is None
    assert plain_text(Document("/w==", "text/plain")) is None
