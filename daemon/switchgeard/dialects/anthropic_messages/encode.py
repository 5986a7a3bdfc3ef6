"""Encoding a request for anthropic.messages.

User turns in a row are merged, tool results first, because the wire wants roles to alternate, the user
to begin and answers at the head of the turn. A system prompt alone is the user's. A system message in
mid-conversation becomes user text: only new models take it as what it is. The beginning of an answer
stays where the model goes on with it; newer ones refuse that, so they are asked in words.
"""

import msgspec

from switchgear_protocol.content import (
    Block,
    Document,
    Image,
    Message,
    NamedTool,
    Opaque,
    Request,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResult,
)
from switchgeard.core.issuer import Issuer
from switchgeard.core.offer import Features
from switchgeard.dialects import lacking, system, tool_ids
from switchgeard.dialects.alternating import alternating, broken, goes_back
from switchgeard.dialects.arguments import as_object
from switchgeard.dialects.claude import most_output, takes_prefill, takes_sampling, thinking
from switchgeard.dialects.media import inline, plain_text
from switchgeard.dialects.strictness import closed, holds
from switchgeard.dialects.turns import BEGUN, GO_ON, Turn, kept
from switchgeard.dialects.wire import NO_PARAMETERS, Wire

from . import cache

NAME = "anthropic.messages"
ID_LIMIT = 64  # characters of a tool_use id
THOUGHTS = ("thinking", "redacted_thinking")


def encode(
    request: Request,
    model: str,
    *,
    stream: bool,
    issuer: Issuer,
    features: Features,
) -> bytes:
    """The JSON body of POST /v1/messages. See `dialect.Dialect.encode`."""
    request = lacking.without(request, features)
    asked = lacking.max_tokens(request.max_tokens, features)
    max_tokens = asked or features.max_output or most_output(model)
    prompt, messages = _system(request)
    transcript = alternating(messages)
    turned = _messages(transcript, issuer)
    said = turned or [_user(prompt or BEGUN)]
    begun = _begun(said)
    if begun and not takes_prefill(model):
        said.append(_user(GO_ON))
    body: Wire = {"model": model, "max_tokens": max_tokens, "messages": said}
    if prompt and turned:
        body["system"] = prompt
    if stream:
        body["stream"] = True
    body.update(thinking(request, model, max_tokens, broken=begun or broken(transcript, NAME, issuer)))
    _sampling(body, request, model)
    _tools(body, request)
    _format(body, request)
    cache.mark(body, model)
    return msgspec.json.encode(body)


def _system(request: Request) -> tuple[str, list[Message]]:
    """The system prompt, and the messages after it."""
    texts, messages = system.apart(request)
    wanted = request.response_format
    in_words = [system.JSON_ONLY] if wanted is not None and wanted.type == "json" else []
    return "\n\n".join(texts + in_words), messages


def _sampling(body: Wire, request: Request, model: str) -> None:
    """Stop sequences, top_k, and temperature or top_p: one of them, and none where thinking or the model forbids it."""
    if request.stop:
        body["stop_sequences"] = request.stop
    thinks = body.get("thinking", {}).get("type") not in (None, "disabled")
    if thinks or not takes_sampling(model):
        return
    if request.temperature is not None:
        body["temperature"] = min(request.temperature, 1.0)
    elif request.top_p is not None:
        body["top_p"] = request.top_p
    if request.top_k is not None:
        body["top_k"] = request.top_k


def _tools(body: Wire, request: Request) -> None:
    if not request.tools:
        return
    body["tools"] = [_tool(tool) for tool in request.tools]
    choice: Wire | None = None
    match request.tool_choice:
        case NamedTool(name=name):
            choice = {"type": "tool", "name": name}
        case str(word):
            choice = {"type": {"auto": "auto", "none": "none", "required": "any"}[word]}
    if request.parallel_tool_calls is False and (choice is None or choice["type"] != "none"):
        choice = {**(choice or {"type": "auto"}), "disable_parallel_tool_use": True}
    if choice is not None:
        body["tool_choice"] = choice


def _tool(tool: Tool) -> Wire:
    wire: Wire = {"name": tool.name, "input_schema": tool.parameters or NO_PARAMETERS}
    if tool.description:
        wire["description"] = tool.description
    if holds(tool):
        wire["strict"] = True
    return wire


def _format(body: Wire, request: Request) -> None:
    wanted = request.response_format
    if wanted is not None and wanted.type == "json_schema" and wanted.schema is not None:
        config = body.setdefault("output_config", {})
        config["format"] = {"type": "json_schema", "schema": closed(wanted.schema)}


# --- messages ---------------------------------------------------------------------------------


def _messages(transcript: list[Turn], issuer: Issuer) -> list[Wire]:
    out: list[Wire] = [{"role": turn.role, "content": _content(turn, issuer)} for turn in transcript]
    out = _joined([message for message in out if message["content"]])
    if out and out[0]["role"] == "assistant":
        out.insert(0, _user(BEGUN))
    while out and out[-1]["role"] == "assistant" and out[-1]["content"][-1]["type"] in THOUGHTS:
        out[-1]["content"].pop()  # nothing may end in thinking
        if not out[-1]["content"]:
            out.pop()
    if _begun(out):
        last = out[-1]["content"][-1]
        last["text"] = last["text"].rstrip() or "..."  # a prefill may not end in space
    return out


def _user(text: str) -> Wire:
    return {"role": "user", "content": [{"type": "text", "text": text}]}


def _begun(messages: list[Wire]) -> bool:
    """Whether the answer is begun already. A turn that ends in a server tool's call was only paused."""
    return bool(messages) and messages[-1]["role"] == "assistant" and messages[-1]["content"][-1]["type"] == "text"


def _joined(messages: list[Wire]) -> list[Wire]:
    """User messages that met because the assistant's between them was left empty."""
    out: list[Wire] = []
    for message in messages:
        if out and out[-1]["role"] == message["role"]:
            out[-1]["content"] += message["content"]
        else:
            out.append(message)
    return out


def _content(turn: Turn, issuer: Issuer) -> list[Wire]:
    out: list[Wire] = []
    for block in turn.blocks:
        if isinstance(block, Opaque) and block.data.get("type") == "citations":
            if out and out[-1]["type"] == "text" and kept(block, NAME, issuer):
                out[-1]["citations"] = block.data.get("citations")
        elif (wire := _block(block, issuer)) is not None:
            out.append(wire)
    return out


def _block(block: Block, issuer: Issuer) -> Wire | None:
    match block:
        case Text(text=text):
            return {"type": "text", "text": text}
        case Image():
            return _image(block)
        case Document():
            return _document(block)
        case Thinking():
            return _thinking(block) if goes_back(block, NAME, issuer) else None
        case ToolCall(id=id, name=name, arguments=arguments):
            return {"type": "tool_use", "id": tool_ids.safe(id, ID_LIMIT), "name": name, "input": as_object(arguments)}
        case ToolResult():
            return _result(block)
        case Opaque(data=data):
            return dict(data) if kept(block, NAME, issuer) else None


def _image(image: Image) -> Wire:
    found = inline(image)
    if found is None:
        return {"type": "image", "source": {"type": "url", "url": image.url or ""}}
    return {"type": "image", "source": {"type": "base64", "media_type": found[0], "data": found[1]}}


def _document(document: Document) -> Wire:
    text = plain_text(document)
    source: Wire = {"type": "base64", "media_type": document.media_type, "data": document.data}
    if text is not None:
        source = {"type": "text", "media_type": "text/plain", "data": text}
    wire: Wire = {"type": "document", "source": source}
    return {**wire, "title": document.name} if document.name else wire


def _thinking(block: Thinking) -> Wire:
    if block.redacted:
        return {"type": "redacted_thinking", "data": block.redacted}
    return {"type": "thinking", "thinking": block.text, "signature": block.signature}


def _result(result: ToolResult) -> Wire:
    wire: Wire = {"type": "tool_result", "tool_use_id": tool_ids.safe(result.id, ID_LIMIT)}
    if isinstance(result.content, str):
        wire["content"] = result.content
    else:
        wire["content"] = [_part(part) for part in result.content if not isinstance(part, Text) or part.text]
    return {**wire, "is_error": True} if result.is_error else wire


def _part(part: Text | Image) -> Wire:
    return _image(part) if isinstance(part, Image) else {"type": "text", "text": part.text}
