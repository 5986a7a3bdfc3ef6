"""A whole answer of any wire as one body of the Messages API. Its blocks are those a Writer streams."""

import msgspec

from switchgear_protocol.content import Block, Completion, Opaque, Text, Thinking, ToolCall
from switchgeard.core.issuer import Issuer
from switchgeard.dialects.arguments import as_object
from switchgeard.dialects.dialect import Told
from switchgeard.dialects.turns import blocks
from switchgeard.dialects.wire import Wire

from .encode import NAME
from .say import CITATIONS, ended, message, redacted, signed, tool_use


def answer(completion: Completion, told: Told, issuer: Issuer) -> bytes:
    """See `dialect.Dialect.answer`."""
    out: list[Wire] = []
    for block in blocks(completion.message):
        if isinstance(block, Opaque) and block.data.get("type") == CITATIONS:
            _cite(out, block)
        elif (wire := _block(block, issuer)) is not None:
            out.append(wire)
    body = message(told, completion.usage)
    return msgspec.json.encode({**body, "content": out, **ended(completion.finish, told)})


def _cite(out: list[Wire], block: Opaque) -> None:
    if block.dialect == NAME and out and out[-1]["type"] == "text":
        out[-1]["citations"] = block.data.get("citations")


def _block(block: Block, issuer: Issuer) -> Wire | None:
    match block:
        case Text(text=text):
            return {"type": "text", "text": text}
        case Thinking(redacted=str(blob)):
            return redacted(blob, issuer)
        case Thinking(text=text, signature=signature):
            return {"type": "thinking", "thinking": text, "signature": signed(signature or "", issuer)}
        case ToolCall(id=id, name=name, arguments=arguments):
            return tool_use(id, name, as_object(arguments))
        case Opaque(dialect=dialect, data=data) if dialect == NAME:
            return dict(data)
        case _:
            return None
