"""The messages of a client's openai.chat body to a canonical transcript. `read` says what is left out."""

from itertools import takewhile

import msgspec
from msgspec import Raw, Struct

from switchgear_protocol.content import Block, Document, Image, Message, Text, Thinking, ToolCall, ToolResult
from switchgeard.dialects import tool_ids
from switchgeard.dialects.arguments import of_free_text
from switchgeard.dialects.dialect import IssuerOf
from switchgeard.dialects.glimpse import Unreadable
from switchgeard.dialects.media import data_url
from switchgeard.dialects.reading import opens, parsed

from .encode import NAME

SYSTEM = ("system", "developer")
LEFT_OUT = ("input_audio",)
"""Types of parts without a counterpart."""


class Link(Struct):
    url: str


class File(Struct):
    file_data: str | None = None
    filename: str | None = None


class Part(Struct):
    type: str
    text: str | None = None
    refusal: str | None = None
    image_url: Link | str | None = None
    file: File | None = None


class Function(Struct):
    name: str
    arguments: Raw = Raw(b'""')  # a text, or (some clients) the object itself


class FreeText(Struct):
    name: str
    input: str = ""


class Call(Struct):
    id: str
    function: Function | None = None
    custom: FreeText | None = None


class Said(Struct):
    """A message of any role."""

    role: str
    content: str | list[Part] | None = None
    refusal: str | None = None
    tool_calls: list[Call] | None = None
    tool_call_id: str | None = None
    reasoning_content: str | None = None
    reasoning: Raw = Raw()  # a text; elsewhere an object


_TEXT = msgspec.json.Decoder(str)


def transcript(said: list[Said], issuer_of: IssuerOf) -> tuple[str | None, list[Message]]:
    """The system prompt and the messages after it. Raises Unreadable."""
    if not said:
        raise Unreadable("messages: is empty", "messages")
    opening = list(takewhile(lambda message: message.role in SYSTEM, said))
    system = [_flat(message, f"messages.{index}") for index, message in enumerate(opening)]
    rest = [_message(message, f"messages.{index}", issuer_of) for index, message in enumerate(said)]
    return "\n\n".join(filter(None, system)) or None, rest[len(opening) :]


def _message(message: Said, at: str, issuer_of: IssuerOf) -> Message:
    match message.role:
        case "user":
            return Message("user", _blocks(message, at))
        case "assistant":
            return Message("assistant", _assistant(message, at, issuer_of))
        case "tool":
            return Message("user", [_result(message, at)])
        case "system" | "developer":
            return Message("system", _flat(message, at))
    raise Unreadable(f"{at}.role: expected system, developer, user, assistant or tool", f"{at}.role")


def _flat(message: Said, at: str) -> str:
    """The text of a message that may hold nothing else."""
    return "\n".join(block.text for block in _blocks(message, at) if isinstance(block, Text))


def _blocks(message: Said, at: str) -> list[Block]:
    if message.content is None or isinstance(message.content, str):
        return [Text(message.content)] if message.content else []
    found = [_part(part, f"{at}.content.{index}") for index, part in enumerate(message.content)]
    return [block for block in found if block]


def _part(part: Part, at: str) -> Block | None:
    match part.type:
        case "text":
            return Text(part.text or "")
        case "refusal":
            return Text(part.refusal or "")
        case "image_url":
            return _image(part.image_url, f"{at}.image_url")
        case "file":
            return _file(part.file, f"{at}.file")
        case kind if kind in LEFT_OUT:
            return None
    raise Unreadable(f"{at}.type: no part this dialect has", f"{at}.type")


def _image(link: Link | str | None, at: str) -> Image:
    if link is None:
        raise Unreadable(f"{at}: is missing", at)
    url = link if isinstance(link, str) else link.url
    found = data_url(url)
    return Image(*found) if found else Image(url=url)


def _file(file: File | None, at: str) -> Document | None:
    """A file kept by the provider (only its id) is left out."""
    if file is None:
        raise Unreadable(f"{at}: is missing", at)
    if file.file_data is None:
        return None
    media_type, data = data_url(file.file_data) or ("application/pdf", file.file_data)
    return Document(data, media_type, file.filename)


def _assistant(message: Said, at: str, issuer_of: IssuerOf) -> list[Block]:
    out = _thinking(message, issuer_of) + _blocks(message, at)
    if message.refusal:
        out.append(Text(message.refusal))
    calls = enumerate(message.tool_calls or ())
    return out + [_call(call, f"{at}.tool_calls.{index}") for index, call in calls]


def _thinking(message: Said, issuer_of: IssuerOf) -> list[Block]:
    """Reasoning is not signed here: its text tells whose it is, and its field where it goes."""
    found = {"reasoning_content": message.reasoning_content, "reasoning": _plain(message.reasoning)}
    out: list[Block] = []
    for field, text in found.items():
        if text and not out:
            owner = issuer_of(text)
            out.append(Thinking(text, field, issuer=str(owner) if owner and owner.wire == NAME else None))
    return out


def _plain(raw: Raw) -> str | None:
    return parsed(_TEXT, raw) if opens(raw, b'"') else None


def _call(call: Call, at: str) -> ToolCall:
    minted = tool_ids.original(call.id)
    if call.custom is not None:
        return ToolCall(minted, call.custom.name, of_free_text(call.custom.input))
    if call.function is None:
        raise Unreadable(f"{at}.function: is missing", f"{at}.function")
    raw = call.function.arguments
    text = _plain(raw)
    return ToolCall(minted, call.function.name, bytes(raw).decode() if text is None else text)


def _result(message: Said, at: str) -> ToolResult:
    if message.tool_call_id is None:
        raise Unreadable(f"{at}.tool_call_id: is missing", f"{at}.tool_call_id")
    minted = tool_ids.original(message.tool_call_id)
    if message.content is None or isinstance(message.content, str):
        return ToolResult(minted, message.content or "")
    parts = [block for block in _blocks(message, at) if isinstance(block, Text | Image)]
    return ToolResult(minted, parts)
