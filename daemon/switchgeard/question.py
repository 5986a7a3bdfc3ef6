"""Question: what a client asked, and how it is put to one offer.

In our own dialect a question is a canonical request. In any other it is the client's body, of which routing
has a glimpse; an offer of the same dialect gets the body as it came, but for the model's name and what only
somebody else could open; for any other offer the body is read, once.

Rules for editing: what is sent to whom is decided here and nowhere else. Pure.
"""

from dataclasses import dataclass
from functools import partial
from typing import Protocol

from msgspec import Struct, structs

from switchgear_protocol.content import Message, Request, Text, ToolResult

from .core.estimate import needs
from .core.issuer import Issuer
from .core.needs import MOST_STOPS, Needs
from .core.offer import Offer
from .core.routing import lacking
from .dialects import tool_ids, tool_names
from .dialects.dialect import Dialect, IssuerOf
from .dialects.glimpse import Glimpse
from .dialects.known import WIRES

Header = tuple[str, str]

CONTINUE = "Continue exactly where you stopped. Do not repeat anything and do not comment on it."
NOBODY = Issuer("", "", "")  # verifies nothing: a transcript sent as if by a stranger
PLAIN_ID = 40  # characters of a tool call id that every provider takes

FORWARDED = {"anthropic.messages": ("anthropic-version", "anthropic-beta"), "openai.responses": ("openai-beta",)}
"""Dialect -> the client's headers that belong to its words, and so go where its words go."""


class Brought(Struct, frozen=True):
    """The credential a client brings for its own provider, as the headers it came in. In no repr, log or file; gone
    with the request."""

    headers: tuple[Header, ...]

    def __repr__(self) -> str:
        return "<Brought>"


class Manner(Struct, frozen=True):
    """How the question is put this time. `so_far`: the beginning of an answer to be continued. `plain`: without
    signatures and with tool call ids nobody can object to, because the provider did."""

    so_far: str | None = None
    plain: bool = False


class Wording(Struct, frozen=True):
    """The question as one provider gets it. `passing`: in the client's own words, so the answer may pass too.

    `names`: of each tool that goes by another name there, that name -> its own.
    """

    body: bytes
    stream: bool = True
    passing: bool = False
    headers: tuple[Header, ...] = ()
    names: dict[str, str] = {}


class Question(Protocol):
    """What every kind of question has."""

    @property
    def dialect(self) -> str: ...

    @property
    def needs(self) -> Needs: ...

    @property
    def brought(self) -> Brought | None: ...

    @property
    def request(self) -> Request:
        """In canonical form. Raises Unreadable."""
        ...

    @property
    def turn_boundary(self) -> bool:
        """Whether the conversation stands between turns: the last message is the user's own words, not a tool's."""
        ...

    @property
    def splices(self) -> bool:
        """Whether another offer may go on with a cut answer: plain text only, never what must hold to a form."""
        ...

    def wording(self, offer: Offer, issuer: Issuer, manner: Manner) -> Wording:
        """The question as `issuer`, which is `offer` with its credential, gets it. Raises Unreadable."""
        ...


@dataclass(slots=True)
class Ours:
    """A question in our own dialect."""

    request: Request
    needs: Needs
    dialect: str = "switchgear"
    brought: Brought | None = None

    @property
    def turn_boundary(self) -> bool:
        last = self.request.messages[-1] if self.request.messages else None
        if last is None or last.role != "user":
            return False
        return isinstance(last.content, str) or not any(isinstance(block, ToolResult) for block in last.content)

    @property
    def splices(self) -> bool:
        return splices(self.request)

    def wording(self, offer: Offer, issuer: Issuer, manner: Manner) -> Wording:
        return translated(self.request, offer, issuer, manner)


def ours(request: Request) -> Ours:
    return Ours(request, needs(request))


@dataclass(slots=True)
class Theirs:
    """A question in another dialect: `body` as the client sent it, and what was glimpsed of it."""

    spoken: Dialect
    body: bytes
    glimpse: Glimpse
    issuer_of: IssuerOf
    headers: tuple[Header, ...] = ()
    brought: Brought | None = None
    _request: Request | None = None

    @property
    def dialect(self) -> str:
        return self.spoken.NAME

    @property
    def needs(self) -> Needs:
        needs = self.glimpse.needs
        return needs if self.brought is None else structs.replace(needs, brings=True)

    @property
    def turn_boundary(self) -> bool:
        return self.glimpse.turn_boundary

    @property
    def splices(self) -> bool:
        return splices(self.request)

    @property
    def request(self) -> Request:
        """The body read, once."""
        if self._request is None:
            self._request = self.spoken.read(self.body, self.issuer_of)
        return self._request

    def wording(self, offer: Offer, issuer: Issuer, manner: Manner) -> Wording:
        silent = offer.streams_only and not self.glimpse.stream  # it cannot be asked for a whole body
        if offer.wire != self.dialect or manner.so_far is not None or silent or lacking(offer, self.needs):
            return translated(self.request, offer, issuer, manner)
        body = self.spoken.patched(
            self._opened(offer, issuer, plain=manner.plain),
            model=offer.model,
            stream=self.glimpse.stream,
            max_tokens=_ceiling(self.needs.output_tokens, offer.features.max_output),
        )
        return Wording(body, self.glimpse.stream, passing=True, headers=self.headers)

    def _opened(self, offer: Offer, issuer: Issuer, *, plain: bool) -> bytes:
        """The body without what only others than `issuer` could open, and with ids the model takes."""
        keep = partial(self._may_go, issuer, plain)
        rename = self.spoken.id_rule(offer.model) or (partial(tool_ids.safe, limit=PLAIN_ID) if plain else None)
        if rename is None and all(keep(blob) for blob in self.glimpse.sealed):
            return self.body
        return self.spoken.cleaned(self.body, keep, rename or str)

    def _may_go(self, issuer: Issuer, plain: bool, blob: str) -> bool:
        """What nobody is known to have sealed may: a conversation can be older than this daemon."""
        owner = self.issuer_of(blob)
        return not plain and (owner is None or issuer.verifies(owner))


def translated(request: Request, offer: Offer, issuer: Issuer, manner: Manner) -> Wording:
    """The canonical request in the offer's wire. Always streamed: a limit on silence then means something."""
    if manner.so_far is not None:
        request = continued(request, manner.so_far)
    if offer.wire == "openai.chat" and len(request.stop) > MOST_STOPS and "many_stops" not in offer.carries:
        request = structs.replace(request, stop=request.stop[:MOST_STOPS])  # the gate has told of the others
    dialect, asked = WIRES[offer.wire], NOBODY if manner.plain else issuer
    request, names = tool_names.legal(request, offer.wire)
    body = dialect.encode(request, offer.model, stream=True, issuer=asked, features=offer.features)
    return Wording(body, names=names)


def continued(request: Request, so_far: str) -> Request:
    """The request that asks another offer to go on after `so_far`."""
    more = [Message("assistant", [Text(so_far)]), Message("user", CONTINUE)]
    return structs.replace(request, messages=[*request.messages, *more])


def splices(request: Request) -> bool:
    """Whether an answer to it may be put together from two: a structured one never, nor one whose stop sequences would
    not all be told to the second."""
    plain = request.response_format is None or request.response_format.type == "text"
    return plain and len(request.stop) <= MOST_STOPS


def _ceiling(asked: int | None, most: int | None) -> int | None:
    """The offer's own limit, where more was asked for than it can put out."""
    return most if asked is not None and most is not None and asked > most else None
