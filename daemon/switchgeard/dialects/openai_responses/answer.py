"""A whole answer as the body of openai.responses: the same items as its stream, told at once."""

from collections.abc import Iterator

import msgspec

from switchgear_protocol.content import Block, Completion, Opaque, Text, Thinking, ToolCall
from switchgear_protocol.events import (
    BlockEnd,
    OpaqueBlock,
    ReasoningDelta,
    ReasoningSignature,
    StreamEvent,
    TextDelta,
    ToolArgsDelta,
    ToolStart,
)
from switchgeard.core.issuer import Issuer
from switchgeard.dialects.dialect import Told
from switchgeard.dialects.turns import blocks

from . import response
from .output import Output


def answer(completion: Completion, told: Told, issuer: Issuer) -> bytes:
    """The body of the non-streaming answer."""
    output = Output(told)
    output.begin(issuer)
    for block in blocks(completion.message):
        for event in _told(block):
            output.feed(event)
    output.close()
    return msgspec.json.encode(response.ended(told, output.items, completion.finish, completion.usage))


def _told(block: Block) -> Iterator[StreamEvent]:
    """The block as a stream would tell it."""
    match block:
        case Text(text=text):
            yield from (TextDelta(text), BlockEnd())
        case Thinking(redacted=str() as blob):
            yield ReasoningSignature(blob, redacted=True)
        case Thinking(text=text, signature=signature):
            yield ReasoningDelta(text)
            yield from [ReasoningSignature(signature)] if signature else []
            yield BlockEnd()
        case ToolCall(id=id, name=name, arguments=arguments):
            yield from (ToolStart(id, name), ToolArgsDelta(id, arguments), BlockEnd(id))
        case Opaque(dialect=dialect, data=data):
            yield OpaqueBlock(dialect, data)
        case _:
            return
