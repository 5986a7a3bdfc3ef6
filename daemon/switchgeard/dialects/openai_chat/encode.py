"""Encoding a request for openai.chat: messages, tools, and the options this model's family takes.

Tool results cannot carry images here, so those follow in a user message. Reasoning goes back only
to its issuer, only within the current tool loop, in the field it came in (its signature says).
"""

from collections.abc import Callable

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
from switchgeard.core.issuer import Issuer, parsed
from switchgeard.core.offer import Features
from switchgeard.core.unsaid import unsaid
from switchgeard.dialects import lacking, tool_ids
from switchgeard.dialects.media import image_url
from switchgeard.dialects.strictness import complete
from switchgeard.dialects.turns import Turn, loop_start, turns
from switchgeard.dialects.wire import NO_PARAMETERS, Wire, given

from .family import Family, effort, family

NAME = "openai.chat"
ID_LIMIT = 40  # characters of a tool call id
REASONING_FIELDS = ("reasoning_content", "reasoning")


def encode(
    request: Request,
    model: str,
    *,
    stream: bool,
    issuer: Issuer,
    features: Features,
) -> bytes:
    """The JSON body of POST /chat/completions. See `dialect.Dialect.encode`."""
    row = family(model)
    request = lacking.without(request, features)
    body: Wire = {"model": model, "messages": _messages(request, row, issuer)}
    if stream:
        body["stream"] = True
        if row.usage_option:
            body["stream_options"] = {"include_usage": True}
    _limits(body, request, row, lacking.max_tokens(request.max_tokens, features))
    _wishes(body, request, row, unsaid(NAME, model))
    _tools(body, request)
    if word := effort(row, request.reasoning):
        body["reasoning_effort"] = word
    if request.response_format is not None and request.response_format.type != "text":
        body["response_format"] = _format(request.response_format)
    return msgspec.json.encode(body)


def _limits(body: Wire, request: Request, row: Family, max_tokens: int | None) -> None:
    if max_tokens is not None:
        body[row.max_tokens] = max_tokens
    if row.sampling:
        body.update(given(temperature=request.temperature, top_p=request.top_p))


def _wishes(body: Wire, request: Request, row: Family, refused: frozenset[str]) -> None:
    """What no request must have, and some models refuse."""
    if "penalties" not in refused:
        body.update(given(frequency_penalty=request.frequency_penalty, presence_penalty=request.presence_penalty))
    if "seed" not in refused:
        body.update(given(**{row.seed: request.seed}))
    if request.stop and "stop" not in refused:
        body["stop"] = request.stop


def _tools(body: Wire, request: Request) -> None:
    if not request.tools:
        return
    body["tools"] = [_tool(tool) for tool in request.tools]
    match request.tool_choice:
        case NamedTool(name=name):
            body["tool_choice"] = {"type": "function", "function": {"name": name}}
        case str(choice):
            body["tool_choice"] = choice
    body.update(given(parallel_tool_calls=request.parallel_tool_calls))


def _tool(tool: Tool) -> Wire:
    function: Wire = {"name": tool.name, "parameters": tool.parameters or NO_PARAMETERS}
    if tool.description:
        function["description"] = tool.description
    if tool.strict and complete(tool.parameters or NO_PARAMETERS):
        function["strict"] = True
    return {"type": "function", "function": function}


def _format(wanted: ResponseFormat) -> Wire:
    if wanted.type == "json" or wanted.schema is None:
        return {"type": "json_object"}
    strict = wanted.strict and complete(wanted.schema)
    schema = {"name": wanted.name, "schema": wanted.schema, "strict": strict}
    return {"type": "json_schema", "json_schema": schema}


# --- messages ---------------------------------------------------------------------------------


def _messages(request: Request, row: Family, issuer: Issuer) -> list[Wire]:
    transcript = turns(request.messages)
    loop = loop_start(transcript)
    rename: Callable[[str], str] = tool_ids.nine if row.nine_ids else _safe
    out: list[Wire] = [{"role": "system", "content": request.system}] if request.system else []
    for index, turn in enumerate(transcript):
        if turn.role == "assistant":
            out += _assistant(turn, rename, issuer, in_loop=index >= loop)
        else:
            out += _said(turn, rename)
    return _spaced(out) if row.no_user_after_tool else out


def _safe(id: str) -> str:
    return tool_ids.safe(id, ID_LIMIT)


def _assistant(turn: Turn, rename: Callable[[str], str], issuer: Issuer, *, in_loop: bool) -> list[Wire]:
    text = "\n".join(block.text for block in turn.blocks if isinstance(block, Text))
    calls = [_call(block, rename) for block in turn.blocks if isinstance(block, ToolCall)]
    if not text and not calls:
        return []
    message: Wire = {"role": "assistant", "content": text or None}
    if calls:
        message["tool_calls"] = calls
    if in_loop and calls:
        message.update(_reasoning(turn, issuer))
    return [message]


def _reasoning(turn: Turn, issuer: Issuer) -> Wire:
    """Reasoning is not signed here: it is for the very model that thought it."""
    thoughts = [block for block in turn.blocks if isinstance(block, Thinking) and parsed(block.issuer) == issuer]
    field = next((block.signature for block in thoughts if block.signature in REASONING_FIELDS), None)
    return {field: "".join(block.text for block in thoughts)} if field else {}


def _call(call: ToolCall, rename: Callable[[str], str]) -> Wire:
    function = {"name": call.name, "arguments": call.arguments or "{}"}
    return {"id": rename(call.id), "type": "function", "function": function}


def _said(turn: Turn, rename: Callable[[str], str]) -> list[Wire]:
    out: list[Wire] = []
    pictures: list[Block] = []
    for block in turn.blocks:
        if isinstance(block, ToolResult):
            out.append({"role": "tool", "tool_call_id": rename(block.id), "content": _result(block)})
            pictures += [part for part in lacking.parts(block) if isinstance(part, Image)]
    rest = pictures + [block for block in turn.blocks if isinstance(block, Text | Image | Document)]
    return [*out, {"role": turn.role, "content": _content(rest)}] if rest else out


def _result(result: ToolResult) -> str:
    text = "\n".join(part.text for part in lacking.parts(result) if isinstance(part, Text))
    if not text and lacking.parts(result):
        text = "(an image: see the next message)"
    return f"Error: {text}" if result.is_error else text


def _content(blocks: list[Block]) -> str | list[Wire]:
    """Text alone as a string, which every host reads; else a list of parts."""
    if all(isinstance(block, Text) for block in blocks):
        return "\n".join(block.text for block in blocks if isinstance(block, Text))
    return [_part(block) for block in blocks]


def _part(block: Block) -> Wire:
    match block:
        case Image():
            return {"type": "image_url", "image_url": {"url": image_url(block)}}
        case Document(data=data, media_type=media_type, name=name):
            file = {"filename": name or "document", "file_data": f"data:{media_type};base64,{data}"}
            return {"type": "file", "file": file}
        case Text(text=text):
            return {"type": "text", "text": text}
        case _:
            raise TypeError(f"{type(block).__name__} is no part of a message")


def _spaced(messages: list[Wire]) -> list[Wire]:
    """An assistant message between a tool result and the user: Mistral refuses them side by side."""
    out: list[Wire] = []
    for message in messages:
        if message["role"] == "user" and out and out[-1]["role"] == "tool":
            out.append({"role": "assistant", "content": "Understood."})
        out.append(message)
    return out
