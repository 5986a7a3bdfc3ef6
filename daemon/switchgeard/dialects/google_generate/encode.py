"""Encoding a request for google.generate. The model and the manner of answering are in the URL, not in here.

A system prompt alone is the user's: this wire wants him to speak. There is no switch for one tool call at a
time. A form for the answer and tools together are refused by models before 3, so these are asked for the form
in words.
"""

import msgspec

from switchgear_protocol.content import Message, NamedTool, Request, ResponseFormat, Tool
from switchgeard.core.issuer import Issuer
from switchgeard.core.needs import MOST_STOPS
from switchgeard.core.offer import Features
from switchgeard.dialects import lacking, system
from switchgeard.dialects.turns import BEGUN
from switchgeard.dialects.wire import Wire

from .contents import contents
from .thinking import LEVELS, thinking, version

HOTTEST = 2.0
SEEDS = 2**31


def encode(
    request: Request,
    model: str,
    *,
    stream: bool,
    issuer: Issuer,
    features: Features,
) -> bytes:
    """The JSON body of POST /models/MODEL:streamGenerateContent. See `dialect.Dialect.encode`."""
    request = lacking.without(request, features)
    in_words = bool(request.tools) and version(model) < LEVELS
    prompt, messages = _system(request, in_words=in_words)
    said = contents(messages, model, issuer)
    body: Wire = {"contents": said or [{"role": "user", "parts": [{"text": prompt or BEGUN}]}]}
    if prompt and said:
        body["systemInstruction"] = {"parts": [{"text": prompt}]}
    body.update(_tools(request))
    config = _config(request, lacking.max_tokens(request.max_tokens, features), model)
    if request.response_format is not None and not in_words:
        config.update(_format(request.response_format))
    return msgspec.json.encode({**body, "generationConfig": config} if config else body)


def _system(request: Request, *, in_words: bool) -> tuple[str, list[Message]]:
    """The system prompt, with the form the answer is to have where it is told `in_words`; the messages after it."""
    texts, messages = system.apart(request)
    if in_words and request.response_format is not None:
        texts.append(_described(request.response_format))
    return "\n\n".join(filter(None, texts)), messages


def _described(wanted: ResponseFormat) -> str:
    if wanted.type == "text":
        return ""
    schema = msgspec.json.encode(wanted.schema).decode() if wanted.schema is not None else ""
    return f"{system.JSON_ONLY} It must match this JSON Schema: {schema}" if schema else system.JSON_ONLY


def _format(wanted: ResponseFormat) -> Wire:
    if wanted.type == "text":
        return {}
    form: Wire = {"responseMimeType": "application/json"}
    described = wanted.type == "json_schema" and wanted.schema is not None
    return {**form, "responseJsonSchema": wanted.schema} if described else form


def _config(request: Request, max_tokens: int | None, model: str) -> Wire:
    wire = {
        "maxOutputTokens": max_tokens,
        "temperature": None if request.temperature is None else min(request.temperature, HOTTEST),
        "topP": request.top_p,
        "topK": request.top_k,
        "seed": None if request.seed is None else request.seed % SEEDS,
        "frequencyPenalty": request.frequency_penalty,
        "presencePenalty": request.presence_penalty,
        "stopSequences": request.stop[:MOST_STOPS] or None,
        "thinkingConfig": thinking(request.reasoning, model, max_tokens),
    }
    return {name: value for name, value in wire.items() if value is not None}


def _tools(request: Request) -> Wire:
    if not request.tools:
        return {}
    body: Wire = {"tools": [{"functionDeclarations": [_tool(tool) for tool in request.tools]}]}
    calling: Wire | None = None
    match request.tool_choice:
        case NamedTool(name=name):
            calling = {"mode": "ANY", "allowedFunctionNames": [name]}
        case str(word):
            calling = {"mode": {"auto": "AUTO", "none": "NONE", "required": "ANY"}[word]}
    return {**body, "toolConfig": {"functionCallingConfig": calling}} if calling else body


def _tool(tool: Tool) -> Wire:
    wire: Wire = {"name": tool.name, "description": tool.description}
    return {**wire, "parametersJsonSchema": tool.parameters} if tool.parameters else wire
