"""Secret: a credential that does not show itself, and the answers to "have we one?".

Rules for editing: `reveal` is the only way out, called where a request's headers are made and at the
keyring; no answer's `reason` or `hint` may hold any part of a secret.
"""

import hmac
from typing import NoReturn

import msgspec
from msgspec import Struct


class Secret:
    """A credential in memory. Its repr, str and format are masked; it cannot be pickled or copied out."""

    __slots__ = ("_value",)

    def __init__(self, value: str):
        self._value = value

    def reveal(self) -> str:
        """The credential itself."""
        return self._value

    def fingerprint(self, key: bytes) -> str:
        """12 hex digits that tell whether two secrets are the same one; `key` is this install's own."""
        return hmac.digest(key, self._value.encode(), "sha256").hex()[:12]

    def __repr__(self) -> str:
        return "<Secret ***>"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    __hash__ = None  # type: ignore[assignment]  # a hash table would keep it where nobody looks

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a Secret is not pickled or copied")


class Ready(Struct, frozen=True, tag=True):
    """Go ahead. `secret` is None where the endpoint wants none, or the client brings its own."""

    secret: Secret | None = None


class Missing(Struct, frozen=True, tag=True):
    """There is none where the config says."""

    reason: str
    hint: str


class Locked(Struct, frozen=True, tag=True):
    """The store that holds it does not answer without the user."""

    reason: str
    hint: str


class Broken(Struct, frozen=True, tag=True):
    """The source is there but unusable: wrong permissions, a failing program, no safe store."""

    reason: str
    hint: str


class Refused(Struct, frozen=True, tag=True):
    """It is stored, and its issuer does not take it any more: nothing but another login helps."""

    reason: str
    hint: str


class Unheard(Struct, frozen=True, tag=True):
    """Its issuer did not say: a later try may bring it."""

    reason: str
    hint: str


Answer = Ready | Missing | Locked | Broken | Refused | Unheard

LONGEST = 65_536  # characters; a service account's JSON is the longest credential in use
BAD_PASTE = "copy it again: one line, nothing around it"


def clean(text: str) -> Secret:
    """The secret in what a person pasted or a program printed: one line, outer white space dropped.

    A JSON object may be written over several.

    Raises ValueError (without the text) for what no credential contains.
    """
    value = _one_line(text.strip())
    if not value:
        raise ValueError("it is empty")
    if len(value) > LONGEST:
        raise ValueError(f"it is longer than {LONGEST} characters")
    if not all(" " <= char <= "~" for char in value):
        raise ValueError("it holds a line break, a control or a non-ASCII character")
    return Secret(value)


def _one_line(text: str) -> str:
    """A JSON object written over several lines (a service account's, AWS's keys) on one; anything else as it is."""
    if not text.startswith("{") or "\n" not in text or len(text) > LONGEST:
        return text
    try:
        return msgspec.json.format(text, indent=-1)
    except (ValueError, RecursionError):
        return text


def answer(text: str, where: str) -> Ready | Missing | Broken:
    """What a source's text is worth. `where` names the source for people."""
    if not text.strip():
        return Missing(f"{where} is empty", BAD_PASTE)
    try:
        return Ready(clean(text))
    except ValueError as fault:
        return Broken(f"{where} holds no usable credential: {fault}", BAD_PASTE)
