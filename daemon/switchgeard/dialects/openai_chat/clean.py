"""A client's openai.chat body without what another host sealed, and with tool call ids that are legal where it goes.

Reasoning fields, reasoning_details and a call's thought signature may each be kept or not; a message with nothing
else in it goes with them. Nothing has to be mended after that: this wire lets reasoning be missing.

Rules for editing: a message without such a thing keeps its very bytes, and so does every member of the others.
"""

import msgspec
from msgspec import Raw

from switchgeard.dialects import splice
from switchgeard.dialects.dialect import Keep, Rename
from switchgeard.dialects.glimpse import Unreadable
from switchgeard.dialects.reading import NOTHING, members, opens

from .encode import REASONING_FIELDS
from .glimpse import blobs, thought_signature

Members = dict[str, Raw]

DETAILS = "reasoning_details"
SAYS = ("content", "tool_calls", "refusal", "audio", "function_call")
"""Members one of which an assistant's message has to say something in."""

_MESSAGES = msgspec.json.Decoder(list[Raw])
_MEMBERS = msgspec.json.Decoder(Members)
_VALUES = msgspec.json.Decoder(list[Raw])


def cleaned(body: bytes, keep: Keep, rename: Rename) -> bytes:
    """The body without what `keep` says no to, ids through `rename`. Raises Unreadable for what is no body."""
    begin, end = members(body).get("messages", (0, 0))
    try:
        messages = _MESSAGES.decode(body[begin:end])
        kept = [_message(message, keep, rename) for message in messages]
        if all(new is old for new, old in zip(kept, messages, strict=True)):
            return body
        return splice.replaced(body, {"messages": msgspec.json.encode([new for new in kept if new is not None])})
    except (ValueError, RecursionError) as problem:
        raise Unreadable(f"messages: no list of objects: {problem}", "messages") from None


def _message(raw: Raw, keep: Keep, rename: Rename) -> Raw | None:
    """The message as it may travel, the same object when it may as it is; None when nothing is left of it."""
    old = _MEMBERS.decode(raw)
    new = {name: _member(name, value, keep, rename) for name, value in old.items()}
    if all(new[name] is value for name, value in old.items()):
        return raw
    left = {name: value for name, value in new.items() if value is not None}
    return Raw(msgspec.json.encode(left)) if len(left) == len(new) or _says(left) else None


def _member(name: str, value: Raw, keep: Keep, rename: Rename) -> Raw | None:
    if name in REASONING_FIELDS:
        text = _text(value)
        return None if text and not keep(text) else value
    if name == DETAILS and opens(value, b"["):
        found = [blob for detail in msgspec.json.decode(value) for blob in blobs(detail)]
        return value if all(map(keep, found)) else None
    if name == "tool_call_id":
        return _renamed(value, rename)
    if name == "tool_calls" and opens(value, b"["):
        return _calls(value, keep, rename)
    return value


def _calls(raw: Raw, keep: Keep, rename: Rename) -> Raw:
    old = _VALUES.decode(raw)
    new = [_call(call, keep, rename) for call in old]
    same = all(one is other for one, other in zip(old, new, strict=True))
    return raw if same else Raw(msgspec.json.encode(new))


def _call(raw: Raw, keep: Keep, rename: Rename) -> Raw:
    old = _MEMBERS.decode(raw)
    new: dict[str, Raw | None] = dict(old)
    if "id" in old:
        new["id"] = _renamed(old["id"], rename)
    if "extra_content" in old:
        new["extra_content"] = _unsigned(old["extra_content"], keep)
    same = all(new[name] is value for name, value in old.items())
    return raw if same else Raw(msgspec.json.encode({name: value for name, value in new.items() if value is not None}))


def _unsigned(raw: Raw, keep: Keep) -> Raw | None:
    """`extra_content` without the thought signature; None when it held nothing else."""
    extra = msgspec.json.decode(raw)
    signature = thought_signature(extra)
    if signature is None or keep(signature):
        return raw
    del extra["google"]["thought_signature"]
    if not extra["google"]:
        del extra["google"]
    return Raw(msgspec.json.encode(extra)) if extra else None


def _renamed(raw: Raw, rename: Rename) -> Raw:
    text = _text(raw)
    name = rename(text) if text else text
    return raw if not name or name == text else Raw(msgspec.json.encode(name))


def _says(message: Members) -> bool:
    """Whether there is something left in it; only an assistant's message can have lost anything."""
    return any(bytes(message.get(name, Raw())) not in (*NOTHING, b'""', b"[]") for name in SAYS)


def _text(raw: Raw) -> str | None:
    return msgspec.json.decode(raw, type=str) if opens(raw, b'"') else None
