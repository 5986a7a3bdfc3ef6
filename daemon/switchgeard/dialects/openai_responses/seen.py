"""What a transcript of openai.responses holds, item by item, without building what is said.

Items are raw bytes, looked at through structs that skip text. What pictures, files and encrypted reasoning
weigh is taken off before tokens are guessed from the bytes.

Rules for editing: an item of a type not named here is passed over, because a provider of this dialect may
know it; only what is looked at has to have its type.
"""

from typing import Any

import msgspec
from msgspec import Raw, Struct

from switchgeard.core.estimate import BYTES_PER_TOKEN, IMAGE_TOKENS, MESSAGE_TOKENS, PAGE_TOKENS, pages
from switchgeard.dialects.glimpse import Unreadable
from switchgeard.dialects.reading import opens, parsed, size

from .shapes import BY_ITEM, RESULTS
from .tools import Declared

ANSWERS = frozenset({"function_call_output", "custom_tool_call_output"})
CALLS = frozenset({"function_call", "custom_tool_call", *ANSWERS, *BY_ITEM, *RESULTS})


class Item(Struct):
    type: str | None = None
    role: str | None = None
    content: Raw = Raw(b"null")
    output: Raw = Raw(b"null")
    call_id: str | None = None
    encrypted_content: str | None = None
    id: str | None = None
    tools: list[Declared] | None = None  # that the transcript adds


class Part(Struct):
    type: str | None = None
    text: Raw = Raw()
    image_url: Any = None
    file_data: str | None = None
    file_url: str | None = None
    file_id: str | None = None


_ITEM = msgspec.json.Decoder(Item)
_PARTS = msgspec.json.Decoder(list[Part])
_TEXT = msgspec.json.Decoder(str)


class Seen:
    """`tokens` is an estimate; `turn`: the last item is the user's own words; `kept`: ids of items a provider keeps.

    `opening`: who said what before anybody answered, the same however it is spelled. `tools`: those it adds.
    """

    __slots__ = ("_begun", "calls", "images", "kept", "opening", "pdf", "sealed", "tokens", "tools", "turn", "uses")

    def __init__(self) -> None:
        self.tokens = 0.0
        self.images = self.pdf = self.calls = self._begun = False
        self.turn = True
        self.uses: set[str] = set()
        self.sealed: list[str] = []
        self.kept: list[str] = []
        self.opening: list[bytes] = []
        self.tools: list[Declared] = []

    def item(self, raw: Raw, place: str) -> None:
        item = parsed(_ITEM, raw, place)
        kind = item.type or "message"
        self.tokens += MESSAGE_TOKENS + size(raw) / BYTES_PER_TOKEN
        self._order(item, message=kind == "message")
        self._ids(kind, item)
        self.tools += item.tools or ()
        if kind == "message":
            self._parts(item.content, f"{place}.content")
        elif kind in ANSWERS:
            self._parts(item.output, f"{place}.output")

    def said(self, text: str) -> None:
        """An input that is one text: the user's."""
        self.tokens += len(text.encode("utf-8", "surrogatepass")) / BYTES_PER_TOKEN
        self.opening += [b"user", text.encode("utf-8", "surrogatepass")]

    def _order(self, item: Item, *, message: bool) -> None:
        self.turn = message and item.role == "user"
        self._begun = self._begun or not message or item.role == "assistant"
        if not self._begun:
            self.opening.append((item.role or "").encode())

    def _ids(self, kind: str, item: Item) -> None:
        self.calls = self.calls or kind in CALLS
        if item.encrypted_content:
            self.sealed.append(item.encrypted_content)
            self.tokens -= len(item.encrypted_content) / BYTES_PER_TOKEN
        if kind == "item_reference" and item.id:
            self.kept.append(item.id)

    def _parts(self, raw: Raw, place: str) -> None:
        if opens(raw, b"["):
            for part in parsed(_PARTS, raw, place):
                self._part(part)
                self._opened(part.text)
        elif opens(raw, b'"'):
            self._opened(raw)
        elif not opens(raw, b"n"):
            raise Unreadable(f"{place}: expected a text or a list of parts", place)

    def _opened(self, text: Raw) -> None:
        if not self._begun and opens(text, b'"'):
            self.opening.append(parsed(_TEXT, text).encode("utf-8", "surrogatepass"))

    def _part(self, part: Part) -> None:
        match part.type:
            case "input_image":
                self._image(part)
            case "input_file":
                self._file(part)
            case "input_audio":
                self.uses.add("audio")

    def _image(self, part: Part) -> None:
        self.images = True
        url = part.image_url if isinstance(part.image_url, str) else ""
        self.tokens += IMAGE_TOKENS - len(url) / BYTES_PER_TOKEN
        if url.startswith("http"):
            self.uses.add("image_urls")
        elif not url:
            self.uses.add("files")

    def _file(self, part: Part) -> None:
        if part.file_data is None:
            self.uses.add("files")
            self.pdf = True
        elif not part.file_data.startswith("data:text/"):
            self.pdf = True
            self.tokens += PAGE_TOKENS * pages(len(part.file_data)) - len(part.file_data) / BYTES_PER_TOKEN
