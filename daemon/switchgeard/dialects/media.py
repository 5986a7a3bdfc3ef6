"""Images and documents between the two spellings wires use: a data URL, or base64 with its type."""

import base64
import re
from binascii import Error

from switchgear_protocol.content import Document, Image

_DATA_URL = re.compile(r"data:([^;,]+)(?:;[^;,]*)*;base64,", re.IGNORECASE)


def image_url(image: Image) -> str:
    """The image as one URL, a data URL when it came inline."""
    return image.url if image.url is not None else f"data:{image.media_type};base64,{image.data or ''}"


def inline(image: Image) -> tuple[str, str] | None:
    """(media type, base64 data) when the image came inline in either spelling, else None."""
    if image.data is not None:
        return image.media_type, image.data
    return data_url(image.url or "")


def data_url(text: str) -> tuple[str, str] | None:
    """(media type, base64 data) of a data URL, None for any other text."""
    found = _DATA_URL.match(text)
    return (found[1], text[found.end() :]) if found else None


def plain_text(document: Document) -> str | None:
    """The text of a text document; None for a PDF, or when its data is not base64 of UTF-8."""
    if not document.media_type.startswith("text/"):
        return None
    try:
        return base64.b64decode(document.data, validate=True).decode()
    except (Error, UnicodeDecodeError):
        return None
