"""One spelling for a client's body: Google takes every member in two, and a single value where a list belongs.

What is written by hand or copied from documentation has `system_instruction` and `"parts": {...}`; libraries
write camelCase and lists, and their bodies stay the bytes they are (but Google's own for Python writes its
`thinkingConfig` with underscores).

Rules for editing: what a user names (arguments, results, schemas) is never looked into. The cost for a body
that needs nothing is one search.
"""

import re
from typing import Any

import msgspec

from switchgeard.dialects import splice
from switchgeard.dialects.reading import bounded

NAMES = (
    "systemInstruction",
    "generationConfig",
    "toolConfig",
    "safetySettings",
    "cachedContent",
    "functionDeclarations",
    "functionCall",
    "functionResponse",
    "functionCallingConfig",
    "allowedFunctionNames",
    "inlineData",
    "fileData",
    "mimeType",
    "fileUri",
    "displayName",
    "thoughtSignature",
    "executableCode",
    "codeExecutionResult",
    "maxOutputTokens",
    "topP",
    "topK",
    "stopSequences",
    "candidateCount",
    "responseMimeType",
    "responseSchema",
    "responseJsonSchema",
    "responseModalities",
    "responseLogprobs",
    "thinkingConfig",
    "includeThoughts",
    "thinkingBudget",
    "thinkingLevel",
    "presencePenalty",
    "frequencyPenalty",
    "parametersJsonSchema",
    "speechConfig",
)
"""Members that are looked at and have two spellings."""

LISTS = frozenset({"contents", "parts", "tools", "functionDeclarations"})
VERBATIM = frozenset({"args", "response", "parameters", "parametersJsonSchema", "responseSchema", "responseJsonSchema"})

_SNAKE: dict[str, str] = {re.sub(r"([A-Z])", r"_\1", name).lower(): name for name in NAMES}
_ODD = re.compile(
    rb'"(?:%b)"\s*:|"(?:%b)"\s*:\s*\{' % ("|".join(_SNAKE).encode(), "|".join(sorted(LISTS)).encode()),
)


def plain(body: bytes) -> bytes:
    """The body in camelCase with lists; the same bytes when it is. What is no JSON object stays as it is."""
    if _ODD.search(body) is None:
        return body
    try:
        spans = splice.members(body)
    except ValueError:
        return body
    named = ((_SNAKE.get(name, name), body[begin:end]) for name, (begin, end) in spans.items())
    return b"{" + b",".join(b'"%b":%b' % (_quoted(name), _value(name, raw)) for name, raw in named) + b"}"


def _value(name: str, raw: bytes) -> bytes:
    """Built anew only where something in it is odd: what was said rarely is."""
    lone = name in LISTS and raw.startswith(b"{")
    if not lone and _ODD.search(raw) is None:
        return raw
    bounded(raw)
    try:
        return msgspec.json.encode(_member(name, _plain(msgspec.json.decode(raw))))
    except ValueError:  # text that is no UTF-8, which a decoder finds only where it builds it
        return raw


def _quoted(name: str) -> bytes:
    return msgspec.json.encode(name)[1:-1]


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    named = ((_SNAKE.get(str(name), str(name)), item) for name, item in value.items())
    return {name: item if name in VERBATIM else _member(name, _plain(item)) for name, item in named}


def _member(name: str, value: Any) -> Any:
    return [value] if name in LISTS and isinstance(value, dict) else value
