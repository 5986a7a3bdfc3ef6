"""Items of a client's openai.responses body to canonical messages, the assistant's in a row joined.

What only the provider that made it understands keeps its issuer: from the seal it travelled in, or by
`issuer_of`; what nobody is known for goes nowhere. `read` says what is left out.
"""

import msgspec
from msgspec import Raw, Struct

from switchgear_protocol.content import (
    Block,
    Document,
    Image,
    Message,
    Opaque,
    Role,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from switchgeard.dialects import sealed, tool_ids
from switchgeard.dialects.arguments import of_free_text
from switchgeard.dialects.dialect import IssuerOf
from switchgeard.dialects.glimpse import Unreadable
from switchgeard.dialects.media import data_url
from switchgeard.dialects.reading import opens, parsed

from .items import NAME
from .shapes import BY_ITEM, RESULTS
from .tools import Described, known_as

ROLES: dict[str, Role] = {"user": "user", "assistant": "assistant", "system": "system", "developer": "system"}
TEXTS = frozenset({"input_text", "output_text", "text", "summary_text", "reasoning_text"})
LEFT_OUT = frozenset(
    {
        "item_reference",
        "compaction_trigger",
        "configuration_update",
        "web_search_call",
        "x_search_call",
        "file_search_call",
        "computer_call",
        "computer_call_output",
        "code_interpreter_call",
        "image_generation_call",
        "mcp_list_tools",
        "mcp_approval_request",
        "mcp_approval_response",
        "mcp_call",
        "program",
        "program_output",
    }
)
"""Items without a counterpart: tools the provider runs itself, and state it keeps."""
PARTS_LEFT_OUT = frozenset({"input_audio", "computer_screenshot"})


class Part(Struct):
    type: str | None = None
    text: str | None = None
    refusal: str | None = None
    image_url: str | None = None
    file_data: str | None = None
    filename: str | None = None


class Item(Struct):
    type: str | None = None
    role: str | None = None
    content: str | list[Part] | None = None
    name: str | None = None
    namespace: str | None = None
    call_id: str | None = None
    id: str | None = None
    arguments: Raw = Raw(b'""')  # a text; of a search, an object
    input: str = ""
    action: Raw = Raw(b"{}")
    operation: Raw = Raw(b"{}")
    output: Raw = Raw(b'""')
    summary: list[Part] | None = None
    encrypted_content: str | None = None
    tools: list[Described] | None = None


_ITEM = msgspec.json.Decoder(Item)
_OUTPUT = msgspec.json.Decoder(str | list[Part] | None)
_TEXT = msgspec.json.Decoder(str)
_WHOLE = msgspec.json.Decoder(dict[str, object])


class Transcript:
    """The messages of one body. `tools`: those that the transcript itself adds."""

    __slots__ = ("_issuer_of", "messages", "tools")

    def __init__(self, issuer_of: IssuerOf) -> None:
        self._issuer_of = issuer_of
        self.messages: list[Message] = []
        self.tools: list[Described] = []

    def add(self, raw: Raw, at: str) -> None:
        """One more item. Raises Unreadable."""
        item = parsed(_ITEM, raw, at)
        self.tools += item.tools or ()
        kind = item.type or "message"
        if kind == "message":
            self._say(_role(item, at), _blocks(item.content, f"{at}.content"))
        elif kind == "reasoning":
            self._say("assistant", [_thinking(item, self._issuer_of)])
        elif kind in ("function_call", "custom_tool_call") or kind in BY_ITEM:
            self._say("assistant", [_call(item, at)])
        elif kind in ("function_call_output", "custom_tool_call_output") or kind in RESULTS:
            self._say("user", [_result(item, at)])
        elif kind == "compaction":
            self._say("assistant", [_opaque(item, raw, at, self._issuer_of)])
        elif kind not in LEFT_OUT and kind != "additional_tools":
            raise Unreadable(f"{at}.type: no item this dialect has", f"{at}.type")

    def _say(self, role: Role, blocks: list[Block]) -> None:
        last = self.messages[-1] if self.messages else None
        if last is not None and role == last.role == "assistant" and isinstance(last.content, list):
            last.content.extend(blocks)
        elif blocks:
            self.messages.append(Message(role, blocks))


def _role(item: Item, at: str) -> Role:
    role = ROLES.get(item.role or "")
    if role is None:
        raise Unreadable(f"{at}.role: expected {', '.join(ROLES)}", f"{at}.role")
    return role


def _blocks(content: str | list[Part] | None, at: str) -> list[Block]:
    if content is None or isinstance(content, str):
        return [Text(content)] if content else []
    found = [_part(part, f"{at}.{place}") for place, part in enumerate(content)]
    return [block for block in found if block is not None]


def _part(part: Part, at: str) -> Block | None:
    """Pictures and files kept by the provider (by their id), files by URL, and audio are left out."""
    if part.type in TEXTS:
        return Text(part.text or "")
    match part.type:
        case "refusal":
            return Text(part.refusal or "")
        case "input_image":
            return _image(part.image_url) if part.image_url else None
        case "input_file":
            return _file(part) if part.file_data else None
        case kind if kind in PARTS_LEFT_OUT:
            return None
    raise Unreadable(f"{at}.type: no part this dialect has", f"{at}.type")


def _image(url: str) -> Image:
    found = data_url(url)
    return Image(*found) if found else Image(url=url)


def _file(part: Part) -> Document:
    media_type, data = data_url(part.file_data or "") or ("application/pdf", part.file_data or "")
    return Document(data, media_type, part.filename)


def _thinking(item: Item, issuer_of: IssuerOf) -> Thinking:
    text = "\n\n".join(part.text for part in item.summary or () if part.text)
    return sealed.thought(text, item.encrypted_content or "", issuer_of)


def _opaque(item: Item, raw: Raw, at: str, issuer_of: IssuerOf) -> Opaque:
    owner = issuer_of(item.encrypted_content) if item.encrypted_content else None
    return Opaque(NAME, parsed(_WHOLE, raw, at), str(owner) if owner else None)


def _call(item: Item, at: str) -> ToolCall:
    shape = BY_ITEM.get(item.type or "")
    key = _key(item, at)
    if shape is not None:
        return ToolCall(key, shape.tool, _text(getattr(item, shape.field)))
    if not item.name:
        raise Unreadable(f"{at}.name: is missing", f"{at}.name")
    name = known_as(item.name, item.namespace)
    if item.type == "custom_tool_call":
        return ToolCall(key, name, of_free_text(item.input))
    return ToolCall(key, name, _text(item.arguments))


def _result(item: Item, at: str) -> ToolResult:
    """What the tool said: text and pictures; of any other shape, its JSON."""
    key = _key(item, at)
    if item.type == "tool_search_output":
        return ToolResult(key, "now available: " + ", ".join(tool.name or "" for tool in item.tools or ()))
    if item.type in RESULTS:
        return ToolResult(key, _text(item.output))
    output = parsed(_OUTPUT, item.output, f"{at}.output")
    if output is None or isinstance(output, str):
        return ToolResult(key, output or "")
    found = _blocks(output, f"{at}.output")
    return ToolResult(key, [block for block in found if isinstance(block, Text | Image)])


def _key(item: Item, at: str) -> str:
    """Whose call it is; a local_shell_call_output says it in `id`."""
    if not (key := item.call_id or item.id):
        raise Unreadable(f"{at}.call_id: is missing", f"{at}.call_id")
    return tool_ids.original(key)


def _text(raw: Raw) -> str:
    """The text, or what is no text as JSON."""
    return parsed(_TEXT, raw) if opens(raw, b'"') else bytes(raw).decode("utf-8", "replace")
