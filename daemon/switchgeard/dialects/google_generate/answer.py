"""A whole answer of any wire as one response of google.generate. Its parts are those a Writer streams."""

import msgspec

from switchgear_protocol.content import Block, Completion, Opaque, Text, Thinking, ToolCall
from switchgeard.core.issuer import Issuer
from switchgeard.dialects.dialect import Told
from switchgeard.dialects.turns import blocks
from switchgeard.dialects.wire import Wire

from .parts import NAME
from .say import call, response, thought


def answer(completion: Completion, told: Told, issuer: Issuer) -> bytes:
    """See `dialect.Dialect.answer`."""
    out: list[Wire] = []
    held = ""  # this wire's own signature, for the part that comes next
    for block in blocks(completion.message):
        made, held = _parts(block, issuer, held)
        out += made
    return msgspec.json.encode(response(told, out + _trailing(held), completion.finish, completion.usage))


def _parts(block: Block, issuer: Issuer, held: str) -> tuple[list[Wire], str]:
    """The parts the block is, and the signature that waits then."""
    match block:
        case Thinking(redacted=str(blob)):
            return [thought("", blob, issuer, redacted=True)], held
        case Thinking(text=text, signature=signature) if issuer.wire == NAME:
            return [*_trailing(held), *([thought(text, "", issuer)] if text else [])], signature or ""
        case Thinking(text=text, signature=signature):
            return [thought(text, signature or "", issuer)], held
        case Text(text=text):
            return [{"text": text, **_signature(held)}], ""
        case ToolCall(id=id, name=name, arguments=arguments):
            return [call(id, name, arguments, issuer, held)], ""
        case Opaque(dialect=dialect, data=data) if dialect == NAME:
            return [*_trailing(held), dict(data)], ""
        case _:
            return [], held


def _signature(held: str) -> Wire:
    return {"thoughtSignature": held} if held else {}


def _trailing(held: str) -> list[Wire]:
    return [{"text": "", **_signature(held)}] if held else []
