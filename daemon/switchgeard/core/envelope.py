"""Envelope: finds the error inside whatever a provider wrapped around it.

Accepts every shape seen on the wire: {"error": {...}}, {"error": "text"}, {"type": "error", "error": ...},
{"detail": ...}, {"code", "message"}, {"code", "error": "text"}, [{"error": ...}], doubly wrapped errors, JSON
in a string, plain text, HTML. Never raises. Rules for editing: shapes only; meaning is in `failure_tables`.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct, structs

_MAX_BODY = 262_144  # bytes looked at
_DEPTH = 4


class Envelope(Struct, frozen=True):
    """What was inside. `codes`: lower-case, the most specific first. `parts`: objects that may hold hints.

    `status`: an HTTP status written in the body, which counts when the reply itself has none.
    """

    message: str = ""
    codes: tuple[str, ...] = ()
    parts: tuple[dict[str, Any], ...] = ()
    status: int | None = None
    html: bool = False
    empty: bool = False  # nothing was said at all: no body, {}, or white space


def unwrap(body: bytes, content_type: str = "") -> Envelope:
    """Reads an error body. `content_type` only helps to tell a gateway's HTML page."""
    text = body[:_MAX_BODY].decode("utf-8", "replace").strip().lstrip("\ufeff")
    if _is_html(text, content_type):
        return Envelope(html=True)
    value = _json(text)
    if value is None:
        return Envelope(message=text[:4000], empty=not text or text == "null")
    return read(value)


def coded(inside: Envelope, headers: Mapping[str, str]) -> Envelope:
    """With the codes that headers name: AWS writes its own nowhere else ("ThrottlingException:http://..."), Copilot
    says which of its limits it was ("global-chat:global-usage-5-hour-key:...")."""
    first = _words(headers.get("x-amzn-errortype", ""))[:1]
    limits = _words(headers.get("x-ratelimit-exceeded", ""))
    return structs.replace(inside, codes=(*first, *inside.codes, *limits), empty=False) if first or limits else inside


def _words(header: str) -> list[str]:
    """What stands between its colons, lower-case."""
    return [word for part in header[:1000].lower().split(":")[:8] if (word := part.strip()[:120])]


def read(value: object) -> Envelope:
    """The same for a body that is already decoded."""
    parts: list[dict[str, Any]] = []
    message = _descend(value, parts, 0)
    inner_first = list(reversed(parts))
    codes = tuple(dict.fromkeys(code for part in inner_first for code in _codes(part)))
    status = next((code for part in inner_first if (code := _status(part)) is not None), None)
    return Envelope(message[:4000], codes, tuple(parts), status, empty=not message and not codes)


def _is_html(text: str, content_type: str) -> bool:
    head = text[:200].lower()
    return head.startswith(("<!doctype html", "<html", "<head", "<?xml")) or (
        "text/html" in content_type.lower() and not head.startswith(("{", "["))
    )


def _json(text: str) -> object:
    """The decoded text when it is an object, a list or a string; None for anything else."""
    if not text.startswith(("{", "[", '"')):
        return None
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError, ValueError):
        return None


def _descend(value: object, parts: list[dict[str, Any]], depth: int) -> str:
    """The innermost message on the way down; every object passed is appended to `parts`."""
    if depth > _DEPTH:
        return ""
    if isinstance(value, list):
        return _descend(value[0], parts, depth + 1) if value else ""
    if isinstance(value, str):
        inner = _json(value) if value.startswith(("{", "[")) else None
        return _descend(inner, parts, depth + 1) if isinstance(inner, dict) else value
    if not isinstance(value, dict):
        return ""
    parts.append(value)
    inner_message = _first_message(
        value, ("error", "response", "detail", "message", "Message", "msg", "error_description"), parts, depth
    )
    _side_parts(value, parts)
    return inner_message


def _first_message(value: dict[str, Any], keys: tuple[str, ...], parts: list[dict[str, Any]], depth: int) -> str:
    for key in keys:
        if message := _descend(value.get(key), parts, depth + 1):
            return message
    return ""


def _side_parts(value: dict[str, Any], parts: list[dict[str, Any]]) -> None:
    """Objects beside the message that carry codes or resets: metadata, details."""
    for key in ("metadata", "details"):
        side = value.get(key)
        for item in side if isinstance(side, list) else [side]:
            if isinstance(item, dict) and len(parts) < 16:
                parts.append(item)


_CODE_KEYS = ("error_code", "error_type", "provider_code", "code", "limit_source", "reason", "type", "status")
_SAYS_NOTHING = ("", "error", "unknown_error", "none", "null")


def _codes(part: dict[str, Any]) -> list[str]:
    """Codes before types, lower-case; a number is kept only when it is no HTTP status (Mistral's 1300)."""
    found = [part.get(key) for key in _CODE_KEYS]
    texts = [str(code) if type(code) is int and 1000 <= code < 100_000 else code for code in found]
    page = ["authorize_url"] if "authorize_url" in part else []  # a login page in place of a code (Copilot)
    return page + [text.lower()[:120] for text in texts if isinstance(text, str) and text.lower() not in _SAYS_NOTHING]


def _status(part: dict[str, Any]) -> int | None:
    for key in ("code", "status", "status_code"):
        value = part.get(key)
        if isinstance(value, str) and len(value) == 3 and value.isascii() and value.isdigit():
            value = int(value)
        if type(value) is int and 400 <= value < 600:
            return value
    return None
