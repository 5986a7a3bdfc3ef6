"""Plain head: an HTTP/1.1 message's head in the form nearly everybody sends it, read in one look.

h11 takes some 60 us to make a parser and read a head with it, twice a request; this takes 6. It stays the reader of
whatever is not plain, and the tests' oracle: what is read here it reads the same. Rules for editing: pure. In doubt
the answer is None, which costs time and nothing else: a line folded or ended without CR, bytes beyond ASCII, a name
given twice, a length that is no plain number, a head that is not whole.
"""

import re

END = b"\r\n\r\n"
_HEAD = re.compile(r"[!-~][\t -~]*\r\n(?:[!#$%&'*+.^_`|~0-9A-Za-z-]++:[\t -~]*+\r\n)*+")
_LENGTH = re.compile(r"[0-9]{1,15}")

Split = tuple[str, dict[str, str], bytes]


def split(data: bytes) -> Split | None:
    """The first line, the headers (names in lower case), what is behind them; None when h11 should read it."""
    end = data.find(END) + 2
    if end < 2:
        return None
    text = data[:end].decode("latin-1")
    if not _HEAD.fullmatch(text):
        return None
    first, *lines = text[:-2].split("\r\n")
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip(" \t")
    if len(headers) < len(lines) or not _framed(headers):
        return None
    return first, headers, data[end + 2 :]


def _framed(headers: dict[str, str]) -> bool:
    """Whether what it says of its body needs no second look."""
    length = headers.get("content-length")
    return (length is None or _LENGTH.fullmatch(length) is not None) and headers.get(
        "transfer-encoding", "chunked"
    ) == "chunked"
