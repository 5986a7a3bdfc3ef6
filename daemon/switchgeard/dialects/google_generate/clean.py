"""A client's body of google.generate without what only others can open, call ids made legal, all else as it was.

`keep` is asked for every signature. A thought part goes with its signature; from any other part only the
signature goes, and the part too where nothing else is in it. That breaks one thing: the first call of each step
of the current tool loop has to be signed, so one that loses its signature gets Google's documented dummy.

Rules for editing: a content without such a thing keeps its very bytes, and so does every part of the others.
"""

import msgspec
from msgspec import Raw, Struct

from switchgeard.dialects import splice
from switchgeard.dialects.dialect import Keep, Rename
from switchgeard.dialects.glimpse import Unreadable
from switchgeard.dialects.reading import NOT_JSON
from switchgeard.dialects.sealed import MARK

from .signature import BYPASS, blob
from .spelling import plain

SIGNATURE = "thoughtSignature"
CALLS = ("functionCall", "functionResponse")


class Named(Struct, gc=False):
    id: str | None = None


class Part(Struct, gc=False, rename="camel"):
    text: str | None = None
    thought: bool | None = None
    thought_signature: str | None = None
    function_call: Named | None = None
    function_response: Named | None = None


class Content(Struct, gc=False):
    role: str | None = None
    parts: list[Raw] | None = None


_CONTENTS = msgspec.json.Decoder(list[Raw])
_CONTENT = msgspec.json.Decoder(Content)
_PART = msgspec.json.Decoder(Part)


def cleaned(body: bytes, keep: Keep, rename: Rename) -> bytes:
    """The body as it may travel; the same bytes when all of it may. Raises Unreadable for what is no body."""
    try:
        whole = plain(body)
        begin, end = splice.members(whole).get("contents", (0, 0))
        before = [_read(raw) for raw in _CONTENTS.decode(whole[begin:end])]
        after = [_content(said, keep, rename, first) for said, first in zip(before, _leading(before), strict=True)]
        if all(new is said.raw for new, said in zip(after, before, strict=True)):
            return body
        return splice.replaced(whole, {"contents": msgspec.json.encode([raw for raw in after if raw is not None])})
    except (ValueError, RecursionError) as problem:
        raise Unreadable(f"{NOT_JSON} object with contents: {problem}") from None


class Said(Struct):
    """A content as it came, and what is looked at of it."""

    raw: Raw
    model: bool
    parts: list[tuple[Raw, Part]]

    @property
    def calls(self) -> bool:
        return any(part.function_call is not None for _, part in self.parts)

    @property
    def own_words(self) -> bool:
        return not self.model and any(part.function_response is None for _, part in self.parts)


def _read(raw: Raw) -> Said:
    content = _CONTENT.decode(raw)
    return Said(raw, content.role == "model", [(part, _PART.decode(part)) for part in content.parts or ()])


def _leading(contents: list[Said]) -> list[bool]:
    """Of each content whether a step of the current tool loop may begin in it: its first call is what is checked.

    Who keeps a stream as it came keeps one step in many contents.
    """
    loop = next((at + 1 for at in range(len(contents) - 1, -1, -1) if contents[at].own_words), 0)
    out: list[bool] = []
    called = False
    for number, said in enumerate(contents):
        called = called and said.model
        out.append(number >= loop and not called)
        called = called or said.calls
    return out


def _content(said: Said, keep: Keep, rename: Rename, first: bool) -> Raw | None:
    """The content as it may travel, the same object when it may as it is; None when nothing is left of it."""
    after: list[Raw | None] = []
    dummy = BYPASS if first else ""
    for old, part in said.parts:
        after.append(_part(old, part, keep, rename, dummy))
        dummy = "" if part.function_call is not None else dummy
    if all(new is old for new, (old, _) in zip(after, said.parts, strict=True)):
        return said.raw
    left = [part for part in after if part is not None]
    return Raw(splice.replaced(bytes(said.raw), {"parts": msgspec.json.encode(left)})) if left else None


def _part(raw: Raw, part: Part, keep: Keep, rename: Rename, dummy: str) -> Raw | None:
    if _forbidden(part, keep):
        if part.thought or part.text == "":
            return None
        signed = dummy if part.function_call is not None else ""
        raw = Raw(_signed(bytes(raw), signed))
    for member, named in zip(CALLS, (part.function_call, part.function_response)):
        if named is not None and named.id is not None and rename(named.id) != named.id:
            raw = _renamed(raw, member, rename(named.id))
    return raw


def _signed(part: bytes, signature: str) -> bytes:
    """With this signature, or none."""
    if not signature:
        return splice.without(part, (SIGNATURE,))
    return splice.replaced(part, {SIGNATURE: msgspec.json.encode(signature)})


def _forbidden(part: Part, keep: Keep) -> bool:
    """A seal of ours is of another wire, whoever made it."""
    signature = blob(part.thought_signature)
    return bool(signature) and (signature.startswith(MARK) or not keep(signature))


def _renamed(raw: Raw, member: str, id: str) -> Raw:
    part = bytes(raw)
    begin, end = splice.members(part)[member]
    return Raw(splice.replaced(part, {member: splice.replaced(part[begin:end], {"id": msgspec.json.encode(id)})}))
