"""What an answer is made of towards a client, spelled the same in a stream and in a whole body.

Thoughts of another wire are parts of their own with the signature sealed on them, so that a client keeps or
loses both. A foreign call carries a seal with nothing in it: by that it is known for a call no Gemini made, and
gets what one of them wants of such a call when the conversation goes there. What Gemini itself signed stays on
the part that it signed. Opaque blocks of other wires have no place here.
"""

from switchgear_protocol.content import Usage
from switchgear_protocol.words import Finish
from switchgeard.core.issuer import Issuer
from switchgeard.dialects import tool_ids
from switchgeard.dialects.arguments import as_object
from switchgeard.dialects.dialect import Told
from switchgeard.dialects.wire import Wire

from .parts import NAME
from .signature import carried
from .usage import counted

REASONS = {
    Finish.LENGTH: "MAX_TOKENS",
    Finish.CONTEXT_LENGTH: "MAX_TOKENS",
    Finish.CONTENT_FILTER: "SAFETY",
    Finish.REFUSAL: "PROHIBITED_CONTENT",
    Finish.OTHER: "OTHER",
}
"""finishReason; any other is STOP, a turn of tool calls included."""


def reason(finish: Finish) -> str:
    return REASONS.get(finish, "STOP")


def response(told: Told, parts: list[Wire], finish: Finish | None = None, usage: Usage | None = None) -> Wire:
    """A chunk, or the whole answer."""
    candidate: Wire = {"content": {"parts": parts, "role": "model"}}
    if finish is not None:
        candidate["finishReason"] = reason(finish)
    body: Wire = {"candidates": [{**candidate, "index": 0}]}
    if usage is not None:
        body["usageMetadata"] = counted(usage)
    return {**body, "modelVersion": told.model, "responseId": told.id}


def thought(text: str, signature: str, issuer: Issuer, *, redacted: bool = False) -> Wire:
    """A foreign thought. One without text and signature is none."""
    part: Wire = {"text": text, "thought": True}
    return {**part, "thoughtSignature": carried(issuer, signature, redacted=redacted)} if signature else part


def call(id: str, name: str, arguments: str, issuer: Issuer, signature: str) -> Wire:
    """`signature`: this wire's own, or none."""
    part: Wire = {"functionCall": {"id": tool_ids.renamed(id), "name": name, "args": as_object(arguments)}}
    if issuer.wire != NAME:
        return {**part, "thoughtSignature": carried(issuer, "")}
    return {**part, "thoughtSignature": signature} if signature else part
