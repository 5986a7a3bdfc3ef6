"""Splice: one member of a JSON object replaced in place, the rest of the bytes as they came.

`{"model": ..., "messages": [2 MB]}` is not decoded and built anew to change twenty bytes. msgspec finds where
each member's value ends without building it; the gaps between are walked here. A stream has thousands of
small objects instead, most with the model's name near the front or not at all: `relabelled` is for those.

Rules for editing: what cannot be walked exactly (a member given twice, no object, nested too deep) raises
ValueError, so nobody is ever shown one reading of a body and sent another.
"""

import re
from collections.abc import Collection, Mapping
from functools import lru_cache

import msgspec

_KEY = re.compile(rb'[\x20\t\r\n]*[{,][\x20\t\r\n]*"((?:[^"\\]|\\.)*)"[\x20\t\r\n]*:[\x20\t\r\n]*', re.DOTALL)
_END = re.compile(rb"[\x20\t\r\n]*\}[\x20\t\r\n]*")
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])

Span = tuple[int, int]


def members(body: bytes) -> dict[str, Span]:
    """Where each member's value of this object begins and ends. Raises ValueError."""
    spans: dict[str, Span] = {}
    at = 0
    for name, value in _values(body).items():
        key, found = _KEY.match(body, at), memoryview(value)
        # the value is compared too: its length alone can be made to lead into the middle of another one
        if key is None or not _same(key[1], name) or not body.startswith(found, key.end()):
            raise ValueError("a member is given twice")
        at = key.end() + len(found)
        spans[name] = (key.end(), at)
    if spans and not _END.fullmatch(body, at):
        raise ValueError("a member is given twice")
    return spans


def replaced(body: bytes, values: Mapping[str, bytes], spans: Mapping[str, Span] | None = None) -> bytes:
    """The object with these members' values (JSON) replaced; members it does not have are put in front.

    `spans`: what `members` said of this very body, where somebody has asked already.
    """
    spans = members(body) if spans is None else spans
    view, at = memoryview(body), 0
    out: list[bytes | memoryview] = []
    new = [(name, value) for name, value in values.items() if name not in spans]
    if new:
        at = body.index(b"{") + 1
        out += [view[:at], b",".join(_member(name, value) for name, value in new), b"," if spans else b""]
    for name, (begin, end) in spans.items():
        if name in values:
            out += [view[at:begin], values[name]]
            at = end
    return b"".join([*out, view[at:]])


def without(body: bytes, names: Collection[str]) -> bytes:
    """The object without these members; the body itself when it has none of them."""
    spans = members(body)
    if not any(name in spans for name in names):
        return body
    kept = (_member(name, body[begin:end]) for name, (begin, end) in spans.items() if name not in names)
    return b"{" + b",".join(kept) + b"}"


def relabelled(text: str, path: tuple[str, ...], value: str) -> str:
    """The object with the string at `path` replaced by `value`; the same text where none stands there.

    Quick where nothing has that name, and where only members without nesting come before it: then what comes
    after it is not looked at. Else what is no object, or has a member twice, stays as it is.
    """
    if f'"{path[-1]}"' not in text:
        return text
    found = _front(path).match(text)
    if found:
        return f"{found[1]}{_string(value)}{text[found.end() :]}"
    try:
        return _replaced_at(text.encode("utf-8", "surrogatepass"), path, _string(value).encode()).decode()
    except ValueError:
        return text


def _values(body: bytes) -> dict[str, msgspec.Raw]:
    try:
        return _OBJECT.decode(body)
    except RecursionError:
        raise ValueError("the JSON is nested too deep") from None


def _same(written: bytes, name: str) -> bool:
    if b"\\" not in written:
        return written == name.encode("utf-8", "surrogatepass")
    return bool(msgspec.json.decode(b'"' + written + b'"') == name)


def _member(name: str, value: bytes) -> bytes:
    return msgspec.json.encode(name) + b":" + value


@lru_cache(maxsize=256)  # a stream says one name thousands of times
def _string(value: str) -> str:
    return msgspec.json.encode(value).decode()


@lru_cache(maxsize=16)  # one per dialect
def _front(path: tuple[str, ...]) -> re.Pattern[str]:
    """From the opening brace to the string at the path, over simple members only (possessive: linear)."""
    simple = r'"[^"\\]*"|[-+.0-9a-zA-Z]+'
    steps = (
        rf'\s*+\{{(?:\s*+"(?!{re.escape(name)}")[^"\\]*"\s*+:\s*+(?:{simple})\s*+,)*+\s*+"{re.escape(name)}"\s*+:'
        for name in path
    )
    return re.compile(rf'({"".join(steps)}\s*+)"[^"\\]*"', re.ASCII)


def _replaced_at(body: bytes, path: tuple[str, ...], value: bytes) -> bytes:
    """Raises ValueError where the path leads nowhere, or not to a string."""
    begin, end = members(body).get(path[0], (0, 0))
    if len(path) > 1:
        inner = _replaced_at(body[begin:end], path[1:], value)
    elif body[begin : begin + 1] == b'"':
        inner = value
    else:
        raise ValueError("no string stands there")
    return body[:begin] + inner + body[end:]
