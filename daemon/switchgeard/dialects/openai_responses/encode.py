"""Encoding a request for openai.responses: items, tools, and the options this model's family takes.

Nothing is left with the provider (`store` false), so reasoning comes back sealed and is sent again by its
issuer only, in its place. Item ids are never sent: they mean something to a provider that keeps items.
A system prompt alone is the input. What this wire cannot say is left out: stop sequences, a seed, penalties, top_k.
"""

import re

import msgspec

from switchgear_protocol.content import (
    Block,
    Document,
    Image,
    NamedTool,
    Request,
    ResponseFormat,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResult,
)
from switchgeard.core.issuer import Issuer
from switchgeard.core.offer import Features
from switchgeard.dialects import lacking, tool_ids
from switchgeard.dialects.media import image_url, plain_text
from switchgeard.dialects.openai_chat.family import effort, family
from switchgeard.dialects.strictness import complete
from switchgeard.dialects.turns import BEGUN, Turn, kept, turns
from switchgeard.dialects.wire import NO_PARAMETERS, Wire, given

from .items import NAME, NOTES

ID_LIMIT = 64  # characters of a call_id
LEAST_TOKENS = 16  # max_output_tokens below it is refused
SEALED = "reasoning.encrypted_content"

_SEALS = re.compile(r"(o[1-9]|gpt-[5-9]|codex|grok)(?!.*-chat)")
"""Models that seal their reasoning; others answer 400 to being asked for it."""


def encode(
    request: Request,
    model: str,
    *,
    stream: bool,
    issuer: Issuer,
    features: Features,
) -> bytes:
    """The JSON body of POST /responses. See `dialect.Dialect.encode`."""
    request = lacking.without(request, features)
    said = _input(request, issuer)
    alone = [] if said else _said(Turn("system", [Text(request.system or BEGUN)]))
    body: Wire = {"model": model, "input": said or alone, "store": False}
    if request.system and said:
        body["instructions"] = request.system
    if stream:
        body["stream"] = True
    if max_tokens := lacking.max_tokens(request.max_tokens, features):
        body["max_output_tokens"] = max(max_tokens, LEAST_TOKENS)
    if family(model).sampling:
        body.update(given(temperature=request.temperature, top_p=request.top_p))
    _tools(body, request)
    _reasoning(body, request, model)
    if request.response_format is not None and request.response_format.type != "text":
        body["text"] = {"format": _format(request.response_format)}
    return msgspec.json.encode(body)


def _tools(body: Wire, request: Request) -> None:
    if not request.tools:
        return
    body["tools"] = [_tool(tool) for tool in request.tools]
    match request.tool_choice:
        case NamedTool(name=name):
            body["tool_choice"] = {"type": "function", "name": name}
        case str(choice):
            body["tool_choice"] = choice
    body.update(given(parallel_tool_calls=request.parallel_tool_calls))


def _tool(tool: Tool) -> Wire:
    """`strict` is always said: this wire takes its absence for true."""
    wire: Wire = {"type": "function", "name": tool.name, "parameters": tool.parameters or NO_PARAMETERS}
    if tool.description:
        wire["description"] = tool.description
    return {**wire, "strict": tool.strict and complete(tool.parameters or NO_PARAMETERS)}


def _reasoning(body: Wire, request: Request, model: str) -> None:
    if _SEALS.match(model.lower().rpartition("/")[2]):
        body["include"] = [SEALED]
    if word := effort(family(model), request.reasoning):
        body["reasoning"] = {"effort": word} if word == "none" else {"effort": word, "summary": "auto"}


def _format(wanted: ResponseFormat) -> Wire:
    if wanted.type == "json" or wanted.schema is None:
        return {"type": "json_object"}
    strict = wanted.strict and complete(wanted.schema)
    return {"type": "json_schema", "name": wanted.name, "schema": wanted.schema, "strict": strict}


# --- items ------------------------------------------------------------------------------------


def _input(request: Request, issuer: Issuer) -> list[Wire]:
    out: list[Wire] = []
    for turn in turns(request.messages):
        out += _assistant(turn, issuer) if turn.role == "assistant" else _said(turn)
    return out


def _assistant(turn: Turn, issuer: Issuer) -> list[Wire]:
    """Texts in a row are parts of one message, until another block or the notes of that message end it."""
    out: list[Wire] = []
    message: Wire | None = None
    for block in turn.blocks:
        if isinstance(block, Text):
            if message is None:
                message = {"type": "message", "role": "assistant", "content": []}
                out.append(message)
            message["content"].append({"type": "output_text", "text": block.text})
        elif (item := _item(block, issuer)) is not None:
            if item.get("type") != NOTES:
                out.append(item)
            elif message is not None:
                _note(message, item)
            message = None
    return _followed(out)


def _note(message: Wire, notes: Wire) -> None:
    if notes.get("phase"):
        message["phase"] = notes["phase"]
    for part, annotations in zip(message["content"], notes.get("annotations") or ()):
        part["annotations"] = annotations


def _followed(items: list[Wire]) -> list[Wire]:
    """Reasoning that nothing follows is refused."""
    while items and items[-1]["type"] == "reasoning":
        items.pop()
    return items


def _item(block: Block, issuer: Issuer) -> Wire | None:
    if not kept(block, NAME, issuer):
        return None
    match block:
        case ToolCall(id=key, name=name, arguments=arguments):
            call = {"call_id": tool_ids.safe(key, ID_LIMIT), "name": name, "arguments": arguments or "{}"}
            return {"type": "function_call", **call}
        case Thinking(text=text, signature=signature, redacted=redacted) if signature or redacted:
            summary = [{"type": "summary_text", "text": text}] if text else []
            return {"type": "reasoning", "summary": summary, "encrypted_content": signature or redacted}
        case _:
            return _own(block)


def _own(block: Block) -> Wire | None:
    """A block this provider made itself, without the id it went by."""
    data = getattr(block, "data", None)
    return {name: value for name, value in data.items() if name != "id"} if isinstance(data, dict) else None


def _said(turn: Turn) -> list[Wire]:
    out = [_result(block) for block in turn.blocks if isinstance(block, ToolResult)]
    role = "developer" if turn.role == "system" else "user"
    parts = [_part(block) for block in turn.blocks if isinstance(block, Text | Image | Document)]
    return [*out, {"type": "message", "role": role, "content": parts}] if parts else out


def _result(result: ToolResult) -> Wire:
    parts = lacking.parts(result)
    mark = "Error: " if result.is_error else ""
    output: str | list[Wire] = mark + "\n".join(part.text for part in parts if isinstance(part, Text))
    if any(isinstance(part, Image) for part in parts):
        output = [_part(part) for part in ([Text(mark.rstrip()), *parts] if mark else parts)]
    return {"type": "function_call_output", "call_id": tool_ids.safe(result.id, ID_LIMIT), "output": output}


def _part(block: Block) -> Wire:
    match block:
        case Image():
            return {"type": "input_image", "image_url": image_url(block), "detail": "auto"}
        case Document(data=data, media_type=media_type, name=name):
            if (text := plain_text(block)) is not None:
                return {"type": "input_text", "text": text}
            file = {"filename": name or "document.pdf", "file_data": f"data:{media_type};base64,{data}"}
            return {"type": "input_file", **file}
        case Text(text=text):
            return {"type": "input_text", "text": text}
        case _:
            raise TypeError(f"{type(block).__name__} is no part of a message")
