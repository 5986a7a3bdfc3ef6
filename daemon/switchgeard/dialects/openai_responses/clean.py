"""A body of this dialect without what may not travel: reasoning others sealed, ids others minted.

An item that is not touched stays the bytes it was. Where reasoning goes, or a call is renamed, the whole
run of items the model made with it was made elsewhere: the ids of its messages and calls go too, because a
provider looks ids up. call_id stays: it ties a call to its result.
"""

import msgspec
from msgspec import Raw, Struct

from switchgeard.dialects.dialect import Keep, Rename
from switchgeard.dialects.glimpse import Unreadable
from switchgeard.dialects.reading import NOT_JSON
from switchgeard.dialects.sealed import MARK
from switchgeard.dialects.splice import members, replaced, without

MINTED = frozenset({"message", "function_call", "custom_tool_call"})
"""Items whose id may be left out."""


class Head(Struct):
    type: str | None = None
    role: str | None = None
    call_id: str | None = None
    encrypted_content: str | None = None


_ITEMS = msgspec.json.Decoder(list[Raw])
_HEAD = msgspec.json.Decoder(Head)


def cleaned(body: bytes, keep: Keep, rename: Rename) -> bytes:
    """The body as it may travel; the same bytes when all of it may. Raises Unreadable for what is no body."""
    try:
        begin, end = members(body).get("input", (0, 0))
        if body[begin : begin + 1] != b"[":
            return body
        before = [bytes(raw) for raw in _ITEMS.decode(body[begin:end])]
        after = [item for run in _runs(before) for item in _run(run, keep, rename)]
        return body if after == before else replaced(body, {"input": b"[" + b",".join(after) + b"]"})
    except (ValueError, RecursionError) as problem:
        raise Unreadable(f"{NOT_JSON} object with items: {problem}") from None


def _runs(items: list[bytes]) -> list[list[bytes]]:
    """Items the model made in one go are together, every other is alone."""
    out: list[list[bytes]] = []
    making = False
    for item in items:
        made = _made(_HEAD.decode(item))
        if made and making:
            out[-1].append(item)
        else:
            out.append([item])
        making = made
    return out


def _made(head: Head) -> bool:
    """By the model, not by the client."""
    kind = head.type or "message"
    return head.role == "assistant" if kind == "message" else not kind.endswith("_output")


def _run(items: list[bytes], keep: Keep, rename: Rename) -> list[bytes]:
    heads = [_HEAD.decode(item) for item in items]
    kept = [(item, head) for item, head in zip(items, heads) if not _forbidden(head, keep)]
    foreign = len(kept) < len(items) or any(_new_id(head, rename) for head in heads)
    return [_item(item, head, rename, foreign=foreign) for item, head in kept]


def _forbidden(head: Head, keep: Keep) -> bool:
    """A blob in a seal of ours is of another wire, whoever made it; reasoning without one is known by its id."""
    blob = head.encrypted_content
    if blob is None:
        return head.type == "reasoning" and not keep("")
    return blob.startswith(MARK) or not keep(blob)


def _new_id(head: Head, rename: Rename) -> str | None:
    """The call_id it has to go by, when that is another."""
    name = rename(head.call_id) if head.call_id is not None else None
    return name if name != head.call_id else None


def _item(item: bytes, head: Head, rename: Rename, *, foreign: bool) -> bytes:
    if (name := _new_id(head, rename)) is not None:
        item = replaced(item, {"call_id": msgspec.json.encode(name)})
    return without(item, ("id",)) if foreign and (head.type or "message") in MINTED else item
