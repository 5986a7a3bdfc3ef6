"""Encoding a request for bedrock.converse.

The model's id is in the path and so is whether it streams. A transcript with tool calls is refused without tools, so
where there are none to call the calls and results are said in words. Thinking is asked for as each vendor's models
spell it: what one does not know is a 400.
"""

import re
from typing import Any

import msgspec

from switchgear_protocol.content import Effort, NamedTool, Request, Tool
from switchgeard.core.issuer import Issuer
from switchgeard.core.offer import Features
from switchgeard.dialects import budgets, lacking, system
from switchgeard.dialects.alternating import alternating, broken
from switchgeard.dialects.claude import most_output, takes_prefill, takes_sampling, thinking
from switchgeard.dialects.strictness import closed, holds
from switchgeard.dialects.turns import BEGUN, GO_ON
from switchgeard.dialects.wire import NO_PARAMETERS, Wire, given

from . import cache, transcript

CLAUDE = re.compile(r"anthropic|claude", re.IGNORECASE)
PREFILLED = re.compile(r"claude|nova", re.IGNORECASE)
"""Models that go on with an answer that was begun; newer Claudes refuse it."""
BY_WORD = re.compile(r"gpt-oss", re.IGNORECASE)
BY_CONFIG = re.compile(r"nova-(2|premier-2)", re.IGNORECASE)
WORDS: dict[Effort, str] = {"minimal": "low", "low": "low", "medium": "medium"}
MOST = "high"


def encode(
    request: Request,
    model: str,
    *,
    stream: bool,
    issuer: Issuer,
    features: Features,
) -> bytes:
    """The JSON body of POST /model/{id}/converse[-stream]. See `dialect.Dialect.encode`."""
    tooled = bool(request.tools) and request.tool_choice != "none"
    request = lacking.without(request, msgspec.structs.replace(features, tools=features.tools and tooled))
    texts, messages = system.apart(request)
    texts = [text for text in texts if text.strip()]  # blank text is refused
    wanted = request.response_format
    texts += [system.JSON_ONLY] if wanted is not None and wanted.type == "json" else []
    turns = alternating(messages)
    said = transcript.messages(turns, issuer)
    begun = transcript.begun(said)
    if begun and not (PREFILLED.search(model) and takes_prefill(model)):
        said.append(transcript.user(GO_ON))
    body: Wire = {"messages": said or [transcript.user("\n\n".join(texts) or BEGUN)]}
    if texts and said:
        body["system"] = [{"text": "\n\n".join(texts)}]
    lost = begun or broken(turns, transcript.NAME, issuer)
    return msgspec.json.encode(_asked(body, request, model, features, broken=lost))


def _asked(body: Wire, request: Request, model: str, features: Features, *, broken: bool) -> Wire:
    """The body with all that stands beside the messages."""
    claude = CLAUDE.search(model) is not None
    limit = lacking.max_tokens(request.max_tokens, features)
    if claude:
        limit = limit or features.max_output or most_output(model)
        _claude_thinks(body, thinking(request, model, limit, broken=broken))
    else:
        _others_think(body, request, model)
    if inference := _inference(request, model, limit, claude=claude, thinks=_thinks(body)):
        body["inferenceConfig"] = inference
    if request.tools:
        body["toolConfig"] = _tools(request)
    _format(body, request)
    if claude:
        cache.mark(body, model)
    return body


def _inference(request: Request, model: str, limit: int | None, *, claude: bool, thinks: bool) -> Wire:
    """Limits and sampling: none beside thinking, and for Claude temperature or top_p, never both."""
    sampled = not claude or (not thinks and takes_sampling(model))
    temperature = request.temperature if sampled else None
    top_p = request.top_p if sampled and not (claude and temperature is not None) else None
    return given(
        maxTokens=limit,
        temperature=None if temperature is None else min(temperature, 1.0),
        topP=top_p,
        stopSequences=request.stop or None,
    )


def _claude_thinks(body: Wire, spelled: dict[str, Any]) -> None:
    """As on Anthropic's own wire, in the two places Converse has for it."""
    if "thinking" in spelled:
        body["additionalModelRequestFields"] = {"thinking": spelled["thinking"]}
    if effort := spelled.get("output_config", {}).get("effort"):
        body["outputConfig"] = {"effort": effort}


def _others_think(body: Wire, request: Request, model: str) -> None:
    effort = _effort(request)
    if effort is None:
        return
    word = WORDS.get(effort, MOST)
    if BY_WORD.search(model):
        body["additionalModelRequestFields"] = {"reasoning_effort": "low" if effort == "none" else word}
    elif BY_CONFIG.search(model) and effort != "none":
        body["additionalModelRequestFields"] = {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": word}}


def _effort(request: Request) -> Effort | None:
    asked = request.reasoning
    if asked is None or (asked.effort is None and asked.budget_tokens is None):
        return None
    return asked.effort or budgets.effort(asked.budget_tokens or 0)


def _thinks(body: Wire) -> bool:
    asked = body.get("additionalModelRequestFields", {}).get("thinking", {})
    return asked.get("type") not in (None, "disabled")


def _tools(request: Request) -> Wire:
    config: Wire = {"tools": [{"toolSpec": _tool(tool)} for tool in request.tools]}
    match request.tool_choice:
        case NamedTool(name=name):
            config["toolChoice"] = {"tool": {"name": name}}
        case "required":
            config["toolChoice"] = {"any": {}}
        case "auto":
            config["toolChoice"] = {"auto": {}}
    return config


def _tool(tool: Tool) -> Wire:
    wire: Wire = {"name": tool.name, "inputSchema": {"json": tool.parameters or NO_PARAMETERS}}
    if tool.description.strip():
        wire["description"] = tool.description
    if holds(tool):
        wire["strict"] = True
    return wire


def _format(body: Wire, request: Request) -> None:
    """A schema is carried as text."""
    wanted = request.response_format
    if wanted is None or wanted.type != "json_schema" or wanted.schema is None:
        return
    schema = msgspec.json.encode(closed(wanted.schema)).decode()
    shape = {"jsonSchema": given(schema=schema, name=wanted.name or None)}
    body.setdefault("outputConfig", {})["textFormat"] = {"type": "json_schema", "structure": shape}
