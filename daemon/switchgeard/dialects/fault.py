"""What a decoder may raise: the two ways an answer inside a 200 is no answer. And how what a provider sent is read
without raising anything else.

The attempt turns both into a `Failure`. Messages never quote what came: it may be somebody's text.
"""

from typing import TypeVar

import msgspec

T = TypeVar("T")


class Garbled(Exception):
    """What came is not this dialect: bad JSON, HTML, oversize, or an end without the terminal marker."""


class UpstreamError(Exception):
    """An error object inside a 200 answer. `body` is its JSON, `status` what it says its status is."""

    def __init__(self, body: bytes, status: int | None = None) -> None:
        super().__init__("the provider reported an error inside its answer")
        self.body = body
        self.status = status


def parsed(decoder: msgspec.json.Decoder[T], data: str | bytes) -> T:
    """`data` decoded, or Garbled: the one place where decoding JSON from upstream can fail."""
    if isinstance(data, bytes):
        data = data.removeprefix(b"\xef\xbb\xbf")  # a byte order mark: some proxies on Windows
    try:
        return decoder.decode(data)
    except RecursionError:
        raise Garbled("the JSON from the provider is nested too deep") from None
    except ValueError as problem:  # msgspec's errors and UnicodeError are ValueErrors
        raise Garbled(f"the provider sent something else than its dialect: {problem}") from None


def text_of(value: object) -> str | None:
    """The text, None for an empty one and for anything else."""
    return value if isinstance(value, str) and value else None


def status_of(error: object) -> int | None:
    """The HTTP status an error object names (`status`, or a number in `code`), if it does."""
    if not isinstance(error, dict):
        return None
    for value in (error.get("status"), error.get("status_code"), error.get("code")):
        text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
        if len(text) == 3 and text.isascii() and text.isdigit() and text >= "400":
            return int(text)
    return None
