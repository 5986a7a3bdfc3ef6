"""The messages of a client's Messages API body to a canonical transcript. `read` says what is left out.

Every block is decoded by the struct of its type, from the bytes it came in; a call's arguments stay those bytes.
"""

import base64
from collections.abc import Callable
from typing import Literal, TypeVar

import msgspec
from msgspec import Raw, Struct

from switchgear_protocol.content import Block, Document, Image, Message, Text, Thinking, ToolCall, ToolResult
from switchgeard.dialects import tool_ids
from switchgeard.dialects.dialect import IssuerOf
from switchgeard.dialects.glimpse import Unreadable
from switchgeard.dialects.reading import parsed
from switchgeard.dialects.sealed import thought

from .body import BILLING, NOTHING, hosted

T = TypeVar("T")

KEPT_IMAGE = "[an image was left out: another provider keeps it]"
KEPT_DOCUMENT = "[a document was left out: another provider keeps it]"
LEFT_OUT = frozenset({"container_upload", "fallback", "tool_addition", "tool_removal", "browser_state"})
"""Types of blocks without a counterpart; so are those of hosted tools."""


class Said(Struct):
    role: Literal["user", "assistant", "system"]
    content: Raw


class Typed(Struct):
    type: str


class Spoken(Struct):
    text: str


class Thought(Struct):
    thinking: str = ""
    signature: str | None = None


class Hidden(Struct):
    data: str


class Called(Struct):
    id: str
    name: str
    input: Raw = Raw(b"{}")


class Resulted(Struct):
    tool_use_id: str
    content: Raw = Raw(b'""')
    is_error: bool | None = None


class Media(Struct):
    source: Raw
    title: str | None = None
    context: str | None = None


class Source(Struct):
    type: Literal["base64", "url", "text", "content", "file"]
    media_type: str | None = None
    data: str = ""
    url: str = ""
    content: Raw = NOTHING


class SearchResult(Struct):
    source: str
    title: str
    content: list[Spoken] = []


class Reference(Struct):
    tool_name: str


class Compacted(Struct):
    content: str | None = None


_CONTENT = msgspec.json.Decoder(str | list[Raw])
_TYPED = msgspec.json.Decoder(Typed)
_SOURCE = msgspec.json.Decoder(Source)


def transcript(said: list[Said], issuer_of: IssuerOf) -> list[Message]:
    """The messages, one for one. Raises Unreadable."""
    if not said:
        raise Unreadable("messages: is empty", "messages")
    return [_message(message, f"messages.{index}.content", issuer_of) for index, message in enumerate(said)]


def prompt(system: Raw) -> str | None:
    """The system prompt as one text."""
    found = parsed(_CONTENT, system, "system")
    if isinstance(found, str):
        return found or None
    blocks = [parsed(_TEXT, block, f"system.{index}").text for index, block in enumerate(found)]
    return "\n\n".join(text for text in blocks if text and not text.startswith(BILLING)) or None


def _message(message: Said, at: str, issuer_of: IssuerOf) -> Message:
    found = parsed(_CONTENT, message.content, at)
    return Message(message.role, found if isinstance(found, str) else _blocks(found, at, issuer_of))


def _blocks(found: list[Raw], at: str, issuer_of: IssuerOf) -> list[Block]:
    return [block for index, raw in enumerate(found) for block in _read(raw, f"{at}.{index}", issuer_of)]


def _read(raw: Raw, at: str, issuer_of: IssuerOf) -> list[Block]:
    kind = parsed(_TYPED, raw, at).type
    if kind in ("thinking", "redacted_thinking"):
        return [_thought(raw, at, issuer_of) if kind == "thinking" else _hidden(raw, at, issuer_of)]
    if reader := READERS.get(kind):
        return reader(raw, at)
    if kind in LEFT_OUT or hosted(kind):
        return []
    raise Unreadable(f"{at}.type: no other provider knows a block of this type", f"{at}.type")


# --- thinking ---------------------------------------------------------------------------------


def _thought(raw: Raw, at: str, issuer_of: IssuerOf) -> Thinking:
    block = parsed(_THOUGHT, raw, at)
    return thought(block.thinking, block.signature or "", issuer_of)


def _hidden(raw: Raw, at: str, issuer_of: IssuerOf) -> Thinking:
    return thought("", parsed(_HIDDEN, raw, at).data, issuer_of, redacted=True)


# --- the rest ---------------------------------------------------------------------------------


def _text(raw: Raw, at: str) -> list[Block]:
    return [Text(parsed(_TEXT, raw, at).text)]


def _call(raw: Raw, at: str) -> list[Block]:
    call = parsed(_CALLED, raw, at)
    return [ToolCall(tool_ids.original(call.id), call.name, _arguments(call.input, f"{at}.input"))]


def _arguments(given: Raw, at: str) -> str:
    """The bytes as they came: what is skipped by a decoder need not be text."""
    try:
        text = bytes(given).decode()
    except UnicodeDecodeError:
        raise Unreadable(f"{at}: is not UTF-8", at) from None
    if not text.startswith("{"):
        raise Unreadable(f"{at}: expected object", at)
    return text


def _result(raw: Raw, at: str) -> list[Block]:
    result = parsed(_RESULTED, raw, at)
    content = parsed(_CONTENT, result.content, f"{at}.content")
    inside = [] if isinstance(content, str) else _inside(content, f"{at}.content", INSIDE_RESULT)
    parts = [block for block in inside if isinstance(block, Text | Image)]
    told = content if isinstance(content, str) else parts
    rest = [block for block in inside if isinstance(block, Document)]
    return [ToolResult(tool_ids.original(result.tool_use_id), told, bool(result.is_error)), *rest]


def _inside(found: list[Raw], at: str, kinds: frozenset[str]) -> list[Block]:
    """Blocks inside a block. A kind never holds itself, so no body nests deeper than our stack."""
    out: list[Block] = []
    for index, raw in enumerate(found):
        place = f"{at}.{index}"
        kind = parsed(_TYPED, raw, place).type
        if kind in kinds:
            out += READERS[kind](raw, place)
        elif kind not in LEFT_OUT:
            raise Unreadable(f"{place}.type: a block of this type has no place here", f"{place}.type")
    return out


def _image(raw: Raw, at: str) -> list[Block]:
    source = parsed(_SOURCE, parsed(_MEDIA, raw, at).source, f"{at}.source")
    match source.type:
        case "base64":
            return [Image(source.media_type or "image/png", data=source.data)]
        case "url":
            return [Image(url=source.url)]
        case _:
            return [Text(KEPT_IMAGE)]


def _document(raw: Raw, at: str) -> list[Block]:
    media = parsed(_MEDIA, raw, at)
    source = parsed(_SOURCE, media.source, f"{at}.source")
    before: list[Block] = [Text(media.context)] if media.context else []
    return before + _contained(source, media.title, f"{at}.source")


def _contained(source: Source, title: str | None, at: str) -> list[Block]:
    match source.type:
        case "base64":
            return [Document(source.data, source.media_type or "application/pdf", title)]
        case "text":
            return [Document(base64.b64encode(source.data.encode()).decode(), "text/plain", title)]
        case "content":
            inner = parsed(_CONTENT, source.content or b'""', f"{at}.content")
            return [Text(inner)] if isinstance(inner, str) else _inside(inner, f"{at}.content", INSIDE_DOCUMENT)
        case "url":
            return [Text(f"[a document was left out: {source.url}]")]
        case _:
            return [Text(KEPT_DOCUMENT)]


def _search_result(raw: Raw, at: str) -> list[Block]:
    found = parsed(_SEARCH, raw, at)
    return [Text("\n".join([found.title, found.source, *(part.text for part in found.content)]))]


def _reference(raw: Raw, at: str) -> list[Block]:
    return [Text(f"[the tool {parsed(_REFERENCE, raw, at).tool_name} can be called now]")]


def _summary(raw: Raw, at: str) -> list[Block]:
    text = parsed(_COMPACTED, raw, at).content
    return [Text(text)] if text else []


_TEXT = msgspec.json.Decoder(Spoken)
_THOUGHT = msgspec.json.Decoder(Thought)
_HIDDEN = msgspec.json.Decoder(Hidden)
_CALLED = msgspec.json.Decoder(Called)
_RESULTED = msgspec.json.Decoder(Resulted)
_MEDIA = msgspec.json.Decoder(Media)
_SEARCH = msgspec.json.Decoder(SearchResult)
_REFERENCE = msgspec.json.Decoder(Reference)
_COMPACTED = msgspec.json.Decoder(Compacted)

READERS: dict[str, Callable[[Raw, str], list[Block]]] = {
    "text": _text,
    "image": _image,
    "document": _document,
    "tool_use": _call,
    "tool_result": _result,
    "search_result": _search_result,
    "tool_reference": _reference,
    "compaction": _summary,
}
"""Block type -> its reader; thinking, whose issuer has to be asked for, has readers of its own."""

INSIDE_DOCUMENT = frozenset({"text", "image"})
INSIDE_RESULT = INSIDE_DOCUMENT | {"document", "search_result", "tool_reference"}
