"""What the daemon and its keyring child say to each other: one request, one answer, as JSON over pipes.

Rules for editing: a credential is a `Secret` here too, so no repr and no error message can show it; it
becomes text only in the bytes written into the pipe.
"""

from typing import Any, Literal

import msgspec
from msgspec import Struct

from .secret import LONGEST, Answer, Secret, clean

LONGEST_MESSAGE = 4 * LONGEST  # bytes: JSON makes two of a quote or a backslash
UNLOCK = "unlock your keyring (log in to the desktop, or: gnome-keyring-daemon --unlock), then try again"
OTHER_SOURCES = 'use credential = {env = "..."}, {file = "..."}, {command = [...]} or {systemd = "..."} in the config'


class Request(Struct, frozen=True, forbid_unknown_fields=True):
    """What to do with one provider's secret. `secret`: what to write, None for the others."""

    op: Literal["read", "write", "delete"]
    provider: str
    secret: Secret | None = None

    def __post_init__(self) -> None:
        if (self.op == "write") != (self.secret is not None):
            raise ValueError("a secret is given to write, and only then")


def encode(message: Request | Answer) -> bytes:
    """The bytes for the pipe, any secret in clear."""
    return msgspec.json.encode(message, enc_hook=_revealed)


def decode_request(data: bytes) -> Request:
    """Raises msgspec.DecodeError."""
    return msgspec.json.decode(data, type=Request, dec_hook=_hidden)


def decode_answer(data: bytes) -> Answer:
    """Raises msgspec.DecodeError, also for a secret that is none (see `clean`)."""
    found: Answer = msgspec.json.decode(data, type=Answer, dec_hook=_hidden)
    return found


def _revealed(value: Any) -> str:
    assert isinstance(value, Secret)
    return value.reveal()


def _hidden(_: type, value: Any) -> Secret:
    if not isinstance(value, str):
        raise ValueError("a secret is text")
    return clean(value)
