"""A transcript as every wire wants it: each tool call answered once, right after it was made.

Clients send what they have: results in several messages, results of calls nobody made, calls that
were cancelled and have none. Every wire refuses that with a 400, each in its own words.
"""

from itertools import groupby

from switchgear_protocol.content import Block, Message, Opaque, Text, Thinking, ToolCall, ToolResult
from switchgeard.core.issuer import Issuer, parsed

CANCELLED = "cancelled: this call has no result"
BEGUN = "(The conversation goes on.)"
"""What the user is made to say where a wire wants him to speak first, and he did not."""
GO_ON = "Go on with your last message exactly where it stops. Repeat nothing of it."
"""And where a model goes on with no answer that was begun."""


class Turn:
    """Blocks one role says in one go."""

    __slots__ = ("blocks", "role")

    def __init__(self, role: str, blocks: list[Block]) -> None:
        self.role = role
        self.blocks = blocks


def turns(messages: list[Message]) -> list[Turn]:
    """The transcript: assistant messages in a row are one turn, tool results follow their calls.

    Results without a call are dropped, calls without a result get one that says so. User and
    system messages stay apart from each other; empty text goes.
    """
    out: list[Turn] = []
    calls: list[ToolCall] = []
    for assistant, run in groupby(messages, key=lambda message: message.role == "assistant"):
        said = [Turn(message.role, blocks(message)) for message in run]
        if assistant:
            turn = Turn("assistant", [block for turn in said for block in turn.blocks])
            calls = [block for block in turn.blocks if isinstance(block, ToolCall)]
            out.append(turn)
        else:
            out += _answered(calls, said)
            calls = []
    return _joined([turn for turn in out + _answered(calls, []) if turn.blocks])


def blocks(message: Message) -> list[Block]:
    """The message's blocks; text without a character is not one."""
    content: list[Block] = [Text(message.content)] if isinstance(message.content, str) else message.content
    return [block for block in content if not (isinstance(block, Text) and not block.text)]


def _joined(transcript: list[Turn]) -> list[Turn]:
    """Assistant turns that met because nothing was left between them are one."""
    out: list[Turn] = []
    for turn in transcript:
        if out and turn.role == out[-1].role == "assistant":
            turn = Turn("assistant", out.pop().blocks + turn.blocks)
        out.append(turn)
    return out


def _answered(calls: list[ToolCall], said: list[Turn]) -> list[Turn]:
    found: dict[str, ToolResult] = {}
    for turn in said:
        for block in turn.blocks:
            if isinstance(block, ToolResult):
                found.setdefault(block.id, block)
    results: list[Block] = [found.get(call.id) or ToolResult(call.id, CANCELLED, is_error=True) for call in calls]
    rest = [Turn(turn.role, [b for b in turn.blocks if not isinstance(b, ToolResult)]) for turn in said]
    return [Turn("user", results), *rest]


def kept(block: Block, dialect: str, issuer: Issuer) -> bool:
    """Whether this block may be sent to `issuer` on this wire: what only its issuer understands may not travel."""
    match block:
        case Thinking(issuer=owner):
            return issuer.verifies(parsed(owner))
        case Opaque(dialect=wire, issuer=owner):
            return wire == dialect and issuer.verifies(parsed(owner))
        case _:
            return True


def loop_start(transcript: list[Turn]) -> int:
    """Index of the first turn after the user last spoke: where the current tool loop begins."""
    for index in range(len(transcript) - 1, -1, -1):
        turn = transcript[index]
        if turn.role != "assistant" and not all(isinstance(block, ToolResult) for block in turn.blocks):
            return index + 1
    return 0
