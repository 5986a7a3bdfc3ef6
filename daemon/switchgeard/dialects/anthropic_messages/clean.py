"""The body for another account of the same wire: without what only others can open, ids made legal, all else as
it was.

Blocks are lifted out of the bytes and put back as they came; a message nothing is dropped from is not built anew.
`keep` is asked for every signature and redacted blob; thinking without a signature is asked for as "", because an
endpoint that signs refuses it.

Dropping breaks two things, which are mended. A message left empty goes; the API joins neighbours of one role.
Thinking by budget wants the current tool loop to begin with its thinking: where that is gone, thinking is disabled,
and with it the edit of context_management that wants thinking. Adaptive thinking accepts the gap.
"""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Raw, Struct

from switchgeard.dialects import splice
from switchgeard.dialects.dialect import Keep, Rename
from switchgeard.dialects.glimpse import Unreadable
from switchgeard.dialects.reading import TOO_DEEP, parsed

from .body import OPTIONAL_TEXT, TEXT

NO_THINKING = b'{"type":"disabled"}'
WANTS_THINKING = "clear_thinking_"  # the prefix of an edit's type, behind which is its date
SEALED = {"thinking": "signature", "redacted_thinking": "data"}
CALLS = {"tool_use": "id", "tool_result": "tool_use_id"}


class Block(Struct, gc=False):
    type: str
    signature: Raw = Raw(b"null")
    data: Raw = Raw(b"null")
    id: Raw = Raw(b'""')
    tool_use_id: Raw = Raw(b'""')


class Message(Struct, gc=False):
    role: str
    content: Raw


class Thinking(Struct):
    type: str | None = None


class Edit(Struct):
    type: str


class Management(Struct):
    edits: list[Raw] | None = None


class Body(Struct):
    messages: list[Raw]
    thinking: Thinking | None = None
    context_management: Raw = Raw()


_BODY = msgspec.json.Decoder(Body)
_MESSAGE = msgspec.json.Decoder(Message)
_CONTENT = msgspec.json.Decoder(str | list[Raw])
_BLOCK = msgspec.json.Decoder(Block)
_MANAGEMENT = msgspec.json.Decoder(Management | None)
_EDIT = msgspec.json.Decoder(Edit)


def cleaned(body: bytes, keep: Keep, rename: Rename) -> bytes:
    """See `dialect.Dialect.cleaned`. Raises Unreadable where `glimpse` would."""
    try:
        return _cleaned(body, keep, rename)
    except RecursionError:
        raise Unreadable(TOO_DEEP) from None
    except ValueError as problem:
        raise Unreadable(f"the body cannot be passed on: {problem}") from None


def _cleaned(body: bytes, keep: Keep, rename: Rename) -> bytes:
    asked = parsed(_BODY, body)
    messages = [_Message(raw, keep, rename) for raw in asked.messages]
    if not any(message.changed for message in messages):
        return body
    left = [message.raw for message in messages if message.blocks or not message.changed]
    members = {"messages": msgspec.json.encode(left)}
    if _broken(messages) and asked.thinking is not None and asked.thinking.type == "enabled":
        members["thinking"] = NO_THINKING
        members.update(_unmanaged(asked.context_management))
    return splice.replaced(body, members)


class _Message:
    """One message: `raw` as it goes out; what kinds its blocks are."""

    __slots__ = ("blocks", "changed", "dropped", "raw", "role")

    def __init__(self, raw: Raw, keep: Keep, rename: Rename) -> None:
        said = parsed(_MESSAGE, raw)
        found = parsed(_CONTENT, said.content)
        blocks = list(_kept(found, keep, rename)) if isinstance(found, list) else [("text", said.content)]
        whole = found if isinstance(found, list) else [said.content]
        self.role = said.role
        self.blocks = [kind for kind, _ in blocks]
        self.dropped = len(blocks) < len(whole)
        self.changed = self.dropped or any(new is not old for (_, new), old in zip(blocks, whole, strict=True))
        self.raw = _with(raw, [block for _, block in blocks]) if self.changed else raw


def _kept(found: list[Raw], keep: Keep, rename: Rename) -> Iterator[tuple[str, Raw]]:
    """(type, block) of each block that may go."""
    for raw in found:
        block = parsed(_BLOCK, raw)
        if member := SEALED.get(block.type):
            if keep(parsed(OPTIONAL_TEXT, getattr(block, member)) or ""):
                yield block.type, raw
        else:
            member = CALLS.get(block.type)
            yield block.type, _renamed(raw, member, getattr(block, member), rename) if member else raw


def _renamed(block: Raw, member: str, id: Raw, rename: Rename) -> Raw:
    before = parsed(TEXT, id)
    after = rename(before)
    return block if after == before else Raw(splice.replaced(bytes(block), {member: msgspec.json.encode(after)}))


def _with(message: Raw, blocks: list[Raw]) -> Raw:
    return Raw(splice.replaced(bytes(message), {"content": msgspec.json.encode(blocks)}))


def _broken(messages: list[_Message]) -> bool:
    """Whether the current tool loop has a turn of calls whose thinking was dropped from its head."""
    for message in reversed(messages):
        if message.role == "user" and "tool_result" not in message.blocks:
            return False
        if message.dropped and "tool_use" in message.blocks and message.blocks[0] not in SEALED:
            return True
    return False


def _unmanaged(management: Raw) -> dict[str, Any]:
    """context_management without the edits that want thinking, if it has any."""
    found = parsed(_MANAGEMENT, management, "context_management") if management else None
    edits = (found.edits if found else None) or []
    left = [edit for edit in edits if not parsed(_EDIT, edit, "context_management").type.startswith(WANTS_THINKING)]
    if len(left) == len(edits):
        return {}
    return {"context_management": splice.replaced(bytes(management), {"edits": msgspec.json.encode(left)})}
