"""Glimpse: what routing has to know of a client's own body, read without decoding what is said in it.

A body in a provider's own words is passed on as bytes; still the gate must know which features it uses, a
session its name, and the transcript's signatures their issuers. Dialects read a glimpse with typed structs
that skip all else, because bodies of a megabyte and more are everyday.
"""

from msgspec import Struct

from switchgeard.core.needs import Needs


class Unreadable(Exception):
    """The client's body is not this dialect. `message` says what and why; `parameter` where (a dotted path)."""

    def __init__(self, message: str, parameter: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.parameter = parameter


class Glimpse(Struct, frozen=True):
    """`needs.dialect` is the dialect it is written in.

    `identities`: (where it stood, value) of every session identity in the body, best first.
    `opening`: what the client's first request of this conversation began with too (system and first user
    message, raw): the prefix hash is made of it.
    `sealed`: every signature, encrypted or redacted blob in the transcript, as text, in order.
    `server_state`: ids of state kept by a provider (previous_response_id, conversation).
    `custom_tools`: tools whose input is free text and not JSON, by name.
    `spelled`: the name a tool has towards other wires -> how its own dialect spells a call of it, where that is
    no plain function call (in that dialect's own words).
    """

    model: str
    stream: bool
    needs: Needs
    turn_boundary: bool = True
    identities: tuple[tuple[str, str], ...] = ()
    opening: bytes = b""
    sealed: tuple[str, ...] = ()
    server_state: tuple[str, ...] = ()
    custom_tools: frozenset[str] = frozenset()
    spelled: dict[str, tuple[str, str, str]] = {}
    stops: tuple[str, ...] = ()  # stop sequences, where its answers name the one they ended at
    usage_wanted: bool = True  # openai.chat streams report it only when asked
