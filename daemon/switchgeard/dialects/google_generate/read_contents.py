"""The contents of a client's body of google.generate to canonical messages. `read` says what is left out.

Ids are optional here. A call without one gets a name from its place, the same in every later turn; a result
without one answers the first call of its function that has none yet.
"""

from typing import Literal

import msgspec
from msgspec import Raw, Struct

from switchgear_protocol.content import Block, Document, Image, Message, Text, Thinking, ToolCall, ToolResult
from switchgeard.dialects import sealed, tool_ids
from switchgeard.dialects.dialect import IssuerOf
from switchgeard.dialects.glimpse import Unreadable
from switchgeard.dialects.reading import NOTHING, parsed

from .signature import blob

KEPT = "[a file was left out: another provider keeps it]"
MEDIA_LEFT_OUT = "[{} was left out: this model takes none]"
ANSWERS = ("result", "output")
"""Members under which a result's text is usually given."""


class Blob(Struct, rename="camel"):
    mime_type: str = ""
    data: str = ""
    display_name: str | None = None


class Kept(Struct, rename="camel"):
    file_uri: str = ""
    mime_type: str | None = None


class Called(Struct):
    name: str
    id: str | None = None
    args: Raw = Raw()


class Answered(Struct):
    name: str
    id: str | None = None
    response: Raw = Raw()
    parts: "list[Part] | None" = None


class Part(Struct, rename="camel"):
    text: str | None = None
    thought: bool | None = None
    thought_signature: str | None = None
    inline_data: Blob | None = None
    file_data: Kept | None = None
    function_call: Called | None = None
    function_response: Answered | None = None


class Content(Struct):
    role: Literal["user", "model", "function"] | None = None
    parts: list[Raw] | None = None


_PART = msgspec.json.Decoder(Part)
_OBJECT = msgspec.json.Decoder(dict[str, Raw])


class Transcript:
    """The messages, as contents are added. Contents of the model in a row are one message: a stream is kept so."""

    __slots__ = ("_issuer_of", "_made", "_waiting", "messages")

    def __init__(self, issuer_of: IssuerOf) -> None:
        self.messages: list[Message] = []
        self._issuer_of = issuer_of
        self._made = 0  # calls so far
        self._waiting: list[tuple[str, str]] = []  # (function, id) of calls without a result

    def add(self, content: Content, at: str) -> None:
        parts = [parsed(_PART, raw, f"{at}.parts.{n}") for n, raw in enumerate(content.parts or ())]
        if content.role == "model":
            self._model(parts, at)
        else:
            blocks = [block for n, part in enumerate(parts) for block in self._said(part, f"{at}.parts.{n}")]
            self.messages.append(Message("user", blocks))

    # --- the model's --------------------------------------------------------------------------

    def _model(self, parts: list[Part], at: str) -> None:
        if not self.messages or self.messages[-1].role != "assistant":
            self.messages.append(Message("assistant", []))
        blocks = self.messages[-1].content
        assert isinstance(blocks, list)  # it was made here
        for number, part in enumerate(parts):
            self._thoughts(blocks, part)
            if part.function_call is not None:
                blocks.append(self._call(part.function_call, f"{at}.parts.{number}.functionCall"))
            elif part.text and not part.thought:
                _continue(blocks, part.text)
            elif part.text is None:
                blocks += _media(part)

    def _thoughts(self, blocks: list[Block], part: Part) -> None:
        """What was thought, or is signed: it goes with the thoughts before it, if these are not signed yet."""
        signature = blob(part.thought_signature)
        text = (part.text or "") if part.thought else ""
        if not (signature or text):
            return
        last = blocks[-1] if blocks else None
        if isinstance(last, Thinking) and not (last.signature or last.redacted):
            blocks.pop()
            text = last.text + text
        made = sealed.thought(text, signature, self._issuer_of)
        if made.text or made.signature or made.redacted:
            blocks.append(made)

    def _call(self, call: Called, at: str) -> ToolCall:
        args = _json(call.args, f"{at}.args")
        if not args.startswith("{"):
            raise Unreadable(f"{at}.args: expected object", f"{at}.args")
        key = tool_ids.original(call.id) if call.id else f"call_{self._made}"
        self._made += 1
        self._waiting.append((call.name, key))
        return ToolCall(key, call.name, args)

    # --- the user's ---------------------------------------------------------------------------

    def _said(self, part: Part, at: str) -> list[Block]:
        if part.function_response is not None:
            return self._result(part.function_response, f"{at}.functionResponse")
        if part.text is not None:
            return [Text(part.text)] if part.text else []
        return _media(part)

    def _result(self, answered: Answered, at: str) -> list[Block]:
        text, failed = _told(_json(answered.response, f"{at}.response"))
        inside = [block for part in answered.parts or () for block in _media(part)]
        pictures = [block for block in inside if isinstance(block, Image | Text)]
        rest: list[Block] = [block for block in inside if isinstance(block, Document)]
        told: str | list[Text | Image] = [*([Text(text)] if text else []), *pictures] if pictures else text
        return [ToolResult(self._answers(answered), told, failed), *rest]

    def _answers(self, answered: Answered) -> str:
        """The id of the call this is the result of."""
        given = tool_ids.original(answered.id) if answered.id else None
        for call in self._waiting:
            if given in (call[1], None) and (given or call[0] == answered.name):
                self._waiting.remove(call)
                return call[1]
        return given or f"call_{answered.name}"  # of no call; nobody is sent it


def _continue(blocks: list[Block], text: str) -> None:
    """More text of the model: pieces of a stream are one text."""
    last = blocks[-1] if blocks else None
    if isinstance(last, Text):
        blocks[-1] = Text(last.text + text)
    else:
        blocks.append(Text(text))


def _media(part: Part) -> list[Block]:
    if part.file_data is not None:
        return [_elsewhere(part.file_data)]
    if part.inline_data is None:
        return []
    kind, data = part.inline_data.mime_type, part.inline_data.data
    if kind.startswith("image/"):
        return [Image(kind, data=_standard(data))]
    if kind.startswith(("audio/", "video/")):
        return [Text(MEDIA_LEFT_OUT.format(kind.partition("/")[0]))]
    return [Document(_standard(data), kind or "application/pdf", part.inline_data.display_name)]


def _elsewhere(file: Kept) -> Block:
    on_the_web = file.file_uri.startswith(("http://", "https://")) and "googleapis.com" not in file.file_uri
    picture = (file.mime_type or "").startswith("image/")
    return Image(file.mime_type or "image/png", url=file.file_uri) if on_the_web and picture else Text(KEPT)


def _standard(data: str) -> str:
    """Base64 in the alphabet every wire takes."""
    return data.replace("-", "+").replace("_", "/") if "-" in data or "_" in data else data


def _json(raw: Raw, at: str) -> str:
    """The bytes as they came: what is skipped by a decoder need not be text."""
    if bytes(raw) in NOTHING:
        return "{}"
    try:
        return bytes(raw).decode()
    except UnicodeDecodeError:
        raise Unreadable(f"{at}: is not UTF-8", at) from None


def _told(response: str) -> tuple[str, bool]:
    """A result's text, and whether it tells of a failure; of any other shape, its JSON."""
    try:
        found = _OBJECT.decode(response)
    except (ValueError, RecursionError):
        return response, False
    name, value = next(iter(found.items()), ("", Raw()))
    if len(found) != 1 or name not in (*ANSWERS, "error"):
        return ("" if not found else response), False
    text = bytes(value).decode("utf-8", "replace")
    return (msgspec.json.decode(text, type=str) if text.startswith('"') else text), name == "error"


def texts(content: Content, at: str) -> str:
    """The text of a system instruction."""
    found = [parsed(_PART, raw, f"{at}.parts.{n}").text for n, raw in enumerate(content.parts or ())]
    return "\n\n".join(filter(None, found))
