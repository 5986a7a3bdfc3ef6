"""A transcript as Converse takes it: user and assistant in turn, the user first, tool results at the head of a turn.

Text without a visible character is refused, so it stays behind; a document wants a name of its own and words beside it.
"""

import re

from switchgear_protocol.content import (
    Block,
    Document,
    Image,
    Opaque,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from switchgeard.core.issuer import Issuer
from switchgeard.dialects import tool_ids
from switchgeard.dialects.alternating import goes_back
from switchgeard.dialects.arguments import as_object
from switchgeard.dialects.lacking import NO_IMAGE
from switchgeard.dialects.media import inline, plain_text
from switchgeard.dialects.turns import BEGUN, Turn
from switchgeard.dialects.wire import Wire

NAME = "bedrock.converse"
ID_LIMIT = 64  # characters of a toolUseId
EMPTY = "(empty)"
DOCUMENT = "(document)"
IMAGES = ("png", "jpeg", "gif", "webp")
FORMATS = {
    "application/pdf": "pdf",
    "text/csv": "csv",
    "text/html": "html",
    "text/markdown": "md",
}
"""Media type -> a document's format; any other text is "txt"."""
_NAMELESS = re.compile(r"[^A-Za-z0-9()\[\] -]+| {2,}")


def messages(transcript: list[Turn], issuer: Issuer) -> list[Wire]:
    """The body's `messages`; none when nothing was said."""
    out: list[Wire] = []
    for turn in transcript:
        content = _content(turn, issuer)
        if content and out and out[-1]["role"] == turn.role:
            out[-1]["content"] += content
        elif content:
            out.append({"role": turn.role, "content": content})
    _end_well(out)
    if out and out[0]["role"] == "assistant":
        out.insert(0, user(BEGUN))
    _name_documents(out)
    return out


def user(text: str) -> Wire:
    return {"role": "user", "content": [{"text": text}]}


def begun(said: list[Wire]) -> bool:
    """Whether the answer is begun already."""
    return bool(said) and said[-1]["role"] == "assistant"


def _end_well(said: list[Wire]) -> None:
    """Nothing may end in thinking, and a beginning not in space."""
    while said and said[-1]["role"] == "assistant" and "reasoningContent" in said[-1]["content"][-1]:
        said[-1]["content"].pop()
        if not said[-1]["content"]:
            said.pop()
    if begun(said) and "text" in (last := said[-1]["content"][-1]):
        last["text"] = last["text"].rstrip()


def _content(turn: Turn, issuer: Issuer) -> list[Wire]:
    found = [_block(block, issuer) for block in turn.blocks]
    out = [wire for wire in found if wire is not None]
    if any("document" in wire for wire in out) and not any("text" in wire for wire in out):
        out.append({"text": DOCUMENT})
    return out


def _block(block: Block, issuer: Issuer) -> Wire | None:
    match block:
        case Text(text=text):
            return {"text": text} if text.strip() else None
        case Image():
            return _image(block)
        case Document():
            return _document(block)
        case Thinking():
            return {"reasoningContent": _thinking(block)} if goes_back(block, NAME, issuer) else None
        case ToolCall(id=id, name=name, arguments=arguments):
            call = {"toolUseId": tool_ids.safe(id, ID_LIMIT), "name": name, "input": as_object(arguments)}
            return {"toolUse": call}
        case ToolResult():
            return {"toolResult": _result(block)}
        case Opaque():
            return None


def _image(image: Image) -> Wire:
    """Bytes only: an image by URL is said in words, where the user allowed that."""
    found = inline(image)
    form = found[0].lower().removeprefix("image/").replace("jpg", "jpeg") if found else ""
    if found is None or form not in IMAGES:
        return {"text": NO_IMAGE}
    return {"image": {"format": form, "source": {"bytes": found[1]}}}


def _document(document: Document) -> Wire:
    text = plain_text(document)
    form = FORMATS.get(document.media_type.partition(";")[0].strip().lower(), "txt" if text is not None else "pdf")
    name = _NAMELESS.sub(" ", document.name or "document").strip()[:180] or "document"
    return {"document": {"format": form, "name": name, "source": {"bytes": document.data}}}


def _name_documents(said: list[Wire]) -> None:
    """No name twice."""
    names: dict[str, int] = {}
    for document in (block["document"] for message in said for block in message["content"] if "document" in block):
        name = document["name"]
        names[name] = names.get(name, 0) + 1
        if names[name] > 1:
            document["name"] = f"{name} ({names[name]})"


def _thinking(block: Thinking) -> Wire:
    if block.redacted:
        return {"redactedContent": block.redacted}
    return {"reasoningText": {"text": block.text, "signature": block.signature}}


def _result(result: ToolResult) -> Wire:
    parts: list[Text | Image] = [Text(result.content)] if isinstance(result.content, str) else list(result.content)
    content = [_image(p) if isinstance(p, Image) else {"text": p.text} for p in parts if _says(p)]
    wire: Wire = {"toolUseId": tool_ids.safe(result.id, ID_LIMIT), "content": content or [{"text": EMPTY}]}
    return {**wire, "status": "error"} if result.is_error else wire


def _says(part: Text | Image) -> bool:
    return isinstance(part, Image) or bool(part.text.strip())
