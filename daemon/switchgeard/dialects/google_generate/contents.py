"""A transcript as `contents`: turns of user and model in turn, the user's first.

A turn's tool results come first in it, in the order of their calls, by name and id. Signatures go back on the
part behind them (see `parts`), to their issuer only; a call of the current tool loop that has none gets Google's
documented dummy on models that want one, as do all calls of other providers. Thoughts themselves stay here: a
model gets its own from the signature. A system message in mid-conversation becomes user text. A model turn at
the end is not gone on with, so the model is asked to in words.
"""

from switchgear_protocol.content import (
    Block,
    Document,
    Image,
    Message,
    Opaque,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from switchgeard.core.issuer import Issuer
from switchgeard.dialects import lacking, tool_ids
from switchgeard.dialects.arguments import as_object
from switchgeard.dialects.media import inline, plain_text
from switchgeard.dialects.turns import BEGUN, GO_ON, Turn, kept, loop_start, turns
from switchgeard.dialects.wire import Wire

from .parts import NAME
from .signature import BYPASS
from .thinking import wants_signatures

ID_LIMIT = 64  # characters of a call's id


def contents(messages: list[Message], model: str, issuer: Issuer) -> list[Wire]:
    transcript = turns(messages)
    loop = loop_start(transcript) if wants_signatures(model) else len(transcript)
    names = {block.id: block.name for turn in transcript for block in turn.blocks if isinstance(block, ToolCall)}
    out: list[Wire] = []
    for index, turn in enumerate(transcript):
        if turn.role == "assistant":
            _add(out, "model", _model(turn, issuer, signed=index >= loop))
        else:
            _add(out, "user", _user(turn, names, nested=wants_signatures(model)))
    if out and out[0]["role"] == "model":
        out.insert(0, {"role": "user", "parts": [{"text": BEGUN}]})
    if out and out[-1]["role"] == "model":
        _add(out, "user", [{"text": GO_ON}])
    return out


def _add(out: list[Wire], role: str, parts: list[Wire]) -> None:
    if parts and out and out[-1]["role"] == role:
        out[-1]["parts"] += parts
    elif parts:
        out.append({"role": role, "parts": parts})


# --- what the model said ------------------------------------------------------------------------


def _model(turn: Turn, issuer: Issuer, *, signed: bool) -> list[Wire]:
    out: list[Wire] = []
    signature = ""
    for block in turn.blocks:
        if isinstance(block, Thinking):
            if block.signature and kept(block, NAME, issuer):
                out += _trailing(signature)
                signature = block.signature
        elif isinstance(block, Opaque):
            if kept(block, NAME, issuer):
                out += [*_trailing(signature), dict(block.data)]
                signature = ""
        else:
            out += _signed(_said(block), signature)
            signature = ""
    out += _trailing(signature)
    return _bypassed(out) if signed else out


def _trailing(signature: str) -> list[Wire]:
    """A signature that no part follows."""
    return [{"text": "", "thoughtSignature": signature}] if signature else []


def _signed(parts: list[Wire], signature: str) -> list[Wire]:
    if not signature:
        return parts
    return [{**parts[0], "thoughtSignature": signature}, *parts[1:]] if parts else _trailing(signature)


def _said(block: Block) -> list[Wire]:
    if isinstance(block, ToolCall):
        call = {"id": tool_ids.safe(block.id, ID_LIMIT), "name": block.name, "args": as_object(block.arguments)}
        return [{"functionCall": call}]
    return _part(block)


def _bypassed(parts: list[Wire]) -> list[Wire]:
    """The first call of a step is what is checked; the others have no signature even from the model itself."""
    first = next((part for part in parts if "functionCall" in part), None)
    if first is not None:
        first.setdefault("thoughtSignature", BYPASS)
    return parts


# --- what was said to it ------------------------------------------------------------------------


def _user(turn: Turn, names: dict[str, str], *, nested: bool) -> list[Wire]:
    """`nested`: media of a result within it, else behind all results."""
    results: list[Wire] = []
    rest: list[Wire] = []
    for block in turn.blocks:
        if isinstance(block, ToolResult):
            media = [part for part in map(_media, lacking.parts(block)) if part is not None]
            results.append(_result(block, names[block.id], media if nested else []))
            rest += [] if nested else media
        else:
            rest += _part(block)
    return results + rest


def _result(result: ToolResult, name: str, media: list[Wire]) -> Wire:
    text = "\n".join(filter(None, map(_words, lacking.parts(result))))
    response: Wire = {"id": tool_ids.safe(result.id, ID_LIMIT), "name": name}
    response["response"] = {"error" if result.is_error else "result": text}
    return {"functionResponse": {**response, "parts": media} if media else response}


def _part(block: Block) -> list[Wire]:
    match block:
        case Text(text=text):
            return [{"text": text}] if text else []
        case Image():
            return [_media(block) or {"text": _words(block)}]
        case Document():
            words = plain_text(block)
            return [_inline(block.media_type, block.data) if words is None else {"text": words}]
        case _:
            return []


def _words(part: Text | Image) -> str:
    """What text says; of an image that cannot go along, that it was there."""
    if isinstance(part, Text):
        return part.text
    return "" if _media(part) else f"[an image was left out: {part.url}]"


def _media(part: Block) -> Wire | None:
    found = inline(part) if isinstance(part, Image) else None
    return _inline(*found) if found else None


def _inline(media_type: str, data: str) -> Wire:
    return {"inlineData": {"mimeType": media_type, "data": data}}
